import type { Endpoint } from '../model/endpoint.ts'

/** What the script asks for. */
export interface ScriptWish {
  readonly endpoints: readonly Endpoint[]
  /** Seconds for each layer. */
  readonly timeout: number
  readonly location: string | undefined
  readonly features: readonly string[]
}

const PROGRAM = String.raw`
# Prints one JSON object. Texts of the network lose every character that JSON or a terminal could misread.
safe() { tr -cd 'A-Za-z0-9 .,:;=/_@()*-' | cut -c 1-280; }
text() { printf '"%s"' "$(printf '%s' "$1" | safe)"; }
list() { s=; while read -r x; do if [ -n "$x" ]; then printf '%s' "$s"; text "$x"; s=,; fi; done; }
answer() { # ADDRESSES ERROR
  printf '{"addresses":[%s]' "$(printf '%s\n' "$1" | list)"
  if [ -n "$2" ]; then printf ',"error":"%s"' "$2"; fi
  printf '}'
}
has() { command -v "$1" >/dev/null 2>&1; }
value() { sed -n "s/^$1[[:space:]][[:space:]]*//p" /etc/resolv.conf 2>/dev/null; }

# Addresses as programs get them.
lookup() {
  if has getent; then getent ahosts "$1" | while read -r a rest; do echo "$a"; done | sort -u
  else nslookup "$1" 2>/dev/null | found; fi
}
found() { sed -n '/^Name:/,$p' | sed -n 's/^Address[ 0-9]*:[[:space:]]*\([0-9a-fA-F.:]*\).*/\1/p'; }
code() {
  case "$1" in
    *NXDOMAIN*) echo ENOTFOUND ;;
    *SERVFAIL*) echo ESERVFAIL ;;
    *'timed out'* | *'no servers could be reached'*) echo ETIMEOUT ;;
    *refused*) echo ECONNREFUSED ;;
    *REFUSED*) echo EREFUSED ;;
    *) echo ENODATA ;;
  esac
}
# HOST SERVER: the answers of one name server for the name itself, which ends in a dot.
server() {
  out4=$(nslookup -type=a "$1." "$2" 2>&1)
  out6=$(nslookup -type=aaaa "$1." "$2" 2>&1)
  a=$(printf '%s\n' "$out4" | found | grep -v : | sort -u)
  aaaa=$(printf '%s\n' "$out6" | found | grep : | sort -u)
  names=$(printf '%s\n' "$out4" | sed -n 's/.*canonical name = \([A-Za-z0-9._-]*[A-Za-z0-9_-]\).*/\1/p')
  if [ -z "$a" ]; then e4=$(code "$out4"); else e4=; fi
  if [ -z "$aaaa" ]; then e6=$(code "$out6"); else e6=; fi
  printf '{"server":'; text "$2"
  printf ',"a":'; answer "$a" "$e4"
  printf ',"aaaa":'; answer "$aaaa" "$e6"
  printf ',"cnames":[%s]}' "$(printf '%s\n' "$names" | list)"
}

# The code of a connection that failed, from what curl says.
reason() {
  case "$1" in
    *refused*) echo ECONNREFUSED ;;
    *'etwork is unreachable'* | *'etwork unreachable'*) echo ENETUNREACH ;;
    *'o route to host'* | *'ost is unreachable'*) echo EHOSTUNREACH ;;
    *eset*) echo ECONNRESET ;;
    *) echo ETIMEDOUT ;;
  esac
}
# Whether an address of a host accepts TCP; only where this curl can.
port() { # ADDRESS PORT
  case "$1" in *:*) at="[$1]" ;; *) at=$1 ;; esac
  out=$(curl -sS --noproxy '*' --connect-timeout "$T" -m "$T" -w '\nTAGWALL %{time_connect}\n' "telnet://$at:$2" </dev/null 2>&1)
  # curl stays connected until the time is over.
  if ! zero "$(printf '%s\n' "$out" | sed -n 's/^TAGWALL //p')"; then echo open; return; fi
  case "$out" in *[Pp]rotocol*) ;; *) reason "$out" ;; esac
}

# OPTION URL: one GET; the head of the response, what curl says, its figures and its exit code.
get() {
  curl "$1" -sS -v -o /dev/null -D - --max-redirs 0 --connect-timeout "$T" -m $((T * 3)) \
    -w '\nTAGWALL %{http_connect} %{http_code} %{time_connect} %{time_appconnect} %{remote_ip}\n' "$2" </dev/null 2>&1
  echo "EXIT $?"
}
exit_of() { printf '%s\n' "$out" | sed -n 's/^EXIT //p' | tail -n 1; }

# HOST PORT PATH: TCP, TLS and one GET.
connect() {
  if [ "$2" = 80 ]; then scheme=http; else scheme=https; fi
  out=$(get -s "$scheme://$1:$2$3")
  exit=$(exit_of)
  problem=
  if [ "$exit" = 60 ]; then
    case "$out" in
      *'has expired'*) problem=CERT_HAS_EXPIRED ;;
      *'not yet valid'*) problem=CERT_NOT_YET_VALID ;;
      *'subject name'*) problem=ERR_TLS_CERT_ALTNAME_INVALID ;;
      *) problem=UNABLE_TO_GET_ISSUER_CERT_LOCALLY ;;
    esac
    # Nothing was sent. Once more without verifying, to see who issued the certificate and who answers.
    out=$(get -k "$scheme://$1:$2$3")
    exit=$(exit_of)
  fi
  set -- "$1" "$2" $(printf '%s\n' "$out" | sed -n 's/^TAGWALL //p' | tail -n 1)
  host=$1 port=$2 via=$3 status=$4 connected=$5 secured=$6 ip=$7
  if [ -z "$ip" ]; then ip=$(printf '%s\n' "$out" | sed -n 's/^\* .*onnect.* to [^ ]* (\([0-9a-fA-F.:]*\)) port.*/\1/p' | head -n 1); fi
  is_proxied=
  if [ "$via" != 000 ] && [ -n "$via" ]; then is_proxied=1; fi
  case "$out" in *'Establish HTTP proxy tunnel'* | *'CONNECT tunnel'* | *'esolve proxy'* | *'variable HTTPS_PROXY'* | *'variable https_proxy'*) is_proxied=1 ;; esac
  if [ -n "$is_proxied" ]; then
    printf ',"proxy":{'
    if [ "$exit" = 5 ]; then printf '"error":"ENOTFOUND"'
    elif [ "$via" = 000 ]; then printf '"error":"%s"' "$(reason "$out")"
    else printf '"status":%s' "$(number "$via")"; fi
    printf '}'
    case "$via" in 2*) ;; *) return ;; esac
  else
    printf ',"tcp":['
    s=
    for address in $addresses; do
      if zero "$connected"; then
        # curl has tried all of them.
        line=$(printf '%s\n' "$out" | grep "connect to $address port")
        if [ -z "$line" ]; then line=$out; fi
        result=$(reason "$line")
      elif [ "$address" = "$ip" ]; then result=open
      else result=$(port "$address" "$port"); fi
      if [ -n "$result" ]; then printf '%s{"address":' "$s"; text "$address"; printf ',"result":"%s"}' "$result"; s=,; fi
    done
    printf ']'
    if zero "$connected"; then return; fi
  fi
  if [ "$scheme" = https ]; then
    printf ',"tls":{'
    if zero "$secured"; then
      case "$out" in
        *'rong version number'* | *'acket length too long'*) e=WRONG_VERSION_NUMBER ;;
        *'rotocol version'* | *'nsupported protocol'*) e=PROTOCOL_VERSION ;;
        *) if [ "$exit" = 28 ]; then e=ETIMEDOUT; else e=ECONNRESET; fi ;;
      esac
      printf '"error":"%s"}' "$e"
      return
    fi
    printf '"protocol":'; text "$(printf '%s\n' "$out" | sed -n 's/.*SSL connection using \(TLSv[0-9.]*\).*/\1/p' | head -n 1)"
    if [ -z "$problem" ]; then printf ',"trust":"public"'
    else printf ',"trust":"none","problem":"%s"' "$problem"; fi
    issuer=$(printf '%s\n' "$out" | sed -n 's/^\*  *issuer: *//p' | head -n 1)
    organization=$(printf '%s' "$issuer" | sed -n 's/.*O *= *\([^;,]*\).*/\1/p')
    printf ',"chain":[{"subject":'; text "$(printf '%s\n' "$out" | sed -n 's/^\*  *subject: *//p' | head -n 1 | name)"
    printf ',"issuer":'; text "$(printf '%s' "$issuer" | name)"
    printf ',"by":'; text "$organization"
    printf ',"from":'; text "$(printf '%s\n' "$out" | sed -n 's/^\*  *start date: *//p' | head -n 1)"
    printf ',"to":'; text "$(printf '%s\n' "$out" | sed -n 's/^\*  *expire date: *//p' | head -n 1)"
    printf '}]}'
  fi
  printf ',"http":{'
  if [ "$status" = 000 ]; then
    if [ "$exit" = 28 ]; then printf '"error":"ETIMEDOUT"'; else printf '"error":"CLOSED"'; fi
  else
    printf '"status":%s,"date":' "$(number "$status")"; text "$(header date)"
    printf ',"type":'; text "$(header content-type)"
    printf ',"server":'; text "$(header server)"
  fi
  printf '}'
}
name() { sed 's/.*CN *= *\([^;,]*\).*/\1/'; }
number() { printf '%s' "$1" | sed 's/^0*\([0-9]\)/\1/'; }
zero() { case "$1" in *[1-9]*) return 1 ;; *) return 0 ;; esac; }
header() { printf '%s\n' "$out" | tr -d '\r' | grep -i "^$1:" | tail -n 1 | sed 's/^[^:]*: *//'; }

first=
endpoint() { # HOST PORT PATH
  printf '%s\n{"host":"%s","port":%s' "$first" "$1" "$2"
  first=,
  addresses=$(lookup "$1")
  if [ -n "$addresses" ]; then e=; else e=ENOTFOUND; fi
  printf ',"lookup":'; answer "$addresses" "$e"
  if has nslookup; then
    printf ',"dns":['
    between=
    for each in $servers; do printf '%s' "$between"; server "$1" "$each"; between=,; done
    printf ']'
  fi
  # Without a name there may still be a proxy.
  if has curl; then connect "$1" "$2" "$3"; fi
  printf '}'
}

if ! has curl; then echo 'no curl here: only DNS is checked' >&2; fi
if ! has nslookup; then echo 'no nslookup here: the name servers are not asked one by one' >&2; fi
servers=$(value nameserver | while read -r a rest; do echo "$a"; done | head -n 3)
search=$(value search | tail -n 1 | tr ' \t' '\n\n' | head -n 16)
ndots=$(value options | sed -n 's/.*ndots:\([0-9]*\).*/\1/p' | tail -n 1)
proxy=$(printf '%s' "$HTTPS_PROXY$https_proxy" | sed 's#^[a-z]*://##; s#^.*@##; s#/.*$##')
skip=$NO_PROXY
if [ -z "$skip" ]; then skip=$no_proxy; fi
printf '{"format":"tagwall-observations-1","made":"%s"' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
printf ',"servers":[%s],"search":[%s]' "$(printf '%s\n' "$servers" | list)" "$(printf '%s\n' "$search" | list)"
if [ -n "$ndots" ]; then printf ',"ndots":%s' "$(number "$ndots")"; fi
if [ -n "$proxy" ]; then printf ',"proxy":'; text "$proxy"; printf ',"noProxy":'; text "$skip"; fi
if [ -n "$KUBERNETES_SERVICE_HOST" ]; then printf ',"cluster":'; text "$KUBERNETES_SERVICE_HOST"; fi
`

/** A POSIX script that prints observations as JSON, for a pod or host without Node. It needs getent or nslookup, and curl. */
export function doctorScript({ endpoints, timeout, location, features }: ScriptWish): string {
  const asked = [
    ...(location === undefined ? [] : [`,"location":"${location}"`]),
    ...(features.length === 0 ? [] : [`,"features":[${features.map((feature) => `"${feature}"`).join(',')}]`]),
  ].join('')
  // Hosts, paths and features are checked where they come in: no quote is among them.
  const lines = endpoints.map(({ host, port, path }) => `endpoint '${host}' ${port} '${path}'`)
  return `#!/bin/sh
# What "tagwall doctor" checks, for a pod or a host without Node. It sends DNS, TCP, TLS and one GET; no credentials.
#   kubectl exec -i POD -- sh < doctor.sh > seen.json
#   tagwall doctor --read seen.json
T=${Math.ceil(timeout)}
LC_ALL=C
export LC_ALL
${PROGRAM}printf '${asked},"endpoints":['
${lines.join('\n')}
printf '\\n]}\\n'
`
}
