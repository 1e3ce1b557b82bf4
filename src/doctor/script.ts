import type { ProbeRun } from './chosen-endpoints.ts'

/** A POSIX script that prints observations as JSON, for a pod or host without Node. It needs getent or nslookup, and curl. */
export function doctorScript({ endpoints, timeout, location, features }: ProbeRun): string {
  const asked = [
    ...(location === undefined ? [] : [`,"location":"${location}"`]),
    ...(features.length === 0 ? [] : [`,"features":[${features.map((feature) => `"${feature}"`).join(',')}]`]),
  ].join('')
  // Hosts, paths and features are checked where they come in: no quote is among them.
  const lines = endpoints.map(({ host, port, path }) => `endpoint '${host}' ${port} '${path}'`)
  return `#!/bin/sh
# Checks like "tagwall doctor", for a pod or a host without Node. It sends DNS, TCP, TLS and one GET,
# and no credentials but those of the proxy in HTTPS_PROXY, to that proxy.
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

/** A dollar sign that begins no expression of this file. */
const D = '$'

/** The functions of the script, for sh, dash, bash and busybox, and the facts of the host. */
const PROGRAM = String.raw`
# Prints one JSON object. Texts of the network lose every character that JSON or a terminal could misread.
safe() { tr -cd 'A-Za-z0-9 .,:;=/_@()*-' | cut -c 1-280; }
text() { printf '"%s"' "$(printf '%s' "$1" | safe)"; }
list() { s=; while read -r x; do if [ -n "$x" ]; then printf '%s' "$s"; text "$x"; s=,; fi; done; }
answer() { # ADDRESSES ERROR MILLISECONDS
  printf '{"addresses":[%s]' "$(printf '%s\n' "$1" | list)"
  if [ -n "$2" ]; then printf ',"error":"%s"' "$2"; fi
  if [ -n "$3" ] && [ -z "$2" ]; then printf ',"ms":%s' "$3"; fi
  printf '}'
}
# Names and lists of the network are words, and no patterns of files.
set -f
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
# The result of a TCP connection to an address; only where this curl can.
port() { # ADDRESS PORT
  case "$1" in *:*) at="[$1]" ;; *) at=$1 ;; esac
  out=$(curl -v -sS --noproxy '*' --connect-timeout "$T" -m "$T" -w '\nTAGWALL %{time_connect}\n' "telnet://$at:$2" </dev/null 2>&1)
  # curl stays connected until the time is over.
  if ! zero "$(printf '%s\n' "$out" | sed -n 's/^TAGWALL //p')"; then echo open; return; fi
  case "$out" in *'rotocol "telnet"'* | *'rotocol telnet'*) ;; *) reason "$out" ;; esac
}

# HOST PORT: succeeds if NO_PROXY lists the host, as Go reads it, and so the agents: "example.com" with everything below it, ".example.com"
# only what is below it. Networks, which are about addresses, are left out.
direct() {
  case "$1" in localhost | 127.* | ::1) return 0 ;; esac
  for entry in $(printf '%s' "$skip" | tr 'A-Z,' 'a-z '); do
    case "$entry" in
      '*') return 0 ;;
      */* | *:*:*) ;;
      *:*) if [ "${D}{entry##*:}" != "$2" ]; then continue; fi; entry=${D}{entry%:*} ;;
    esac
    case "$entry" in '*.'*) entry=${D}{entry#?} ;; esac
    case "$entry" in
      . | '') ;;
      "$1") return 0 ;;
      .*) case "$1" in *"$entry") return 0 ;; esac ;;
      *) case "$1" in *[!0-9.]*) case "$1" in *".$entry") return 0 ;; esac ;; esac ;;
    esac
  done
  return 1
}

# OPTION URL: one GET; the head of the response, what curl says, its figures and its exit code. The proxy is in the environment, where its
# password is not a word of the command.
get() {
  https_proxy=$via http_proxy=$via no_proxy= NO_PROXY= HTTPS_PROXY= ALL_PROXY= all_proxy= \
    curl "$1" $options -sS -v -o /dev/null -D - --max-redirs 0 --connect-timeout $((T * 2)) -m $((T * 3)) \
    -w '\nTAGWALL %{http_connect} %{http_code} %{time_connect} %{time_appconnect} %{time_namelookup} %{time_starttransfer} %{remote_ip}\n' \
    "$2" </dev/null 2>&1
  echo "EXIT $?"
}
# Succeeds if a hello that no server can accept is answered: it is short, and so is the answer.
small() { # HOST PORT
  curl -sS -v -o /dev/null --noproxy '*' --connect-timeout "$T" -m "$T" --tls-max 1.2 --ciphers 'NULL-SHA256:@SECLEVEL=0' \
    "https://$1:$2/" </dev/null 2>&1 | grep -q -e ' alert' -e 'eset by peer'
}
exit_of() { printf '%s\n' "$out" | sed -n 's/^EXIT //p' | tail -n 1; }
# HOST PORT PATH: TCP, TLS and one GET; the words of curl stay in variables.
fetch() {
  if [ "$2" = 80 ]; then scheme=http; else scheme=https; fi
  if [ -n "$url" ] && ! direct "$1" "$2"; then via=$url options='--proxytunnel --proxy-insecure'
  else via= options='--noproxy *'; fi
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
  host=$1 port=$2
  set -- $(printf '%s\n' "$out" | sed -n 's/^TAGWALL //p' | tail -n 1)
  tunneled=$1 status=$2 connected=$3 secured=$4 named=$(ms "$5") begun=$6 ip=$7
  # Some curls count a connection only when TLS is there too.
  is_open=1
  if zero "$connected"; then
    case "$out" in *'Client hello'* | *'ALPN: curl offers'* | *'ALPN, offering'* | *' Connected to '*) ;; *) is_open= ;; esac
  fi
}
# Prints the results of TCP, TLS and the GET.
connect() {
  if [ -n "$via" ]; then
    printf ',"proxy":{'
    if [ "$exit" = 5 ]; then printf '"error":"ENOTFOUND"'
    elif [ "$tunneled" = 000 ]; then printf '"error":"%s"' "$(reason "$out")"
    else printf '"status":%s' "$(number "$tunneled")"; fi
    printf '}'
    case "$tunneled" in 2*) ;; *) return ;; esac
  else
    printf ',"tcp":['
    s=
    for address in $addresses; do
      if [ -z "$is_open" ]; then
        # curl has tried all of them.
        line=$(printf '%s\n' "$out" | grep "connect to $address port")
        if [ -z "$line" ]; then line=$out; fi
        result=$(reason "$line")
      elif [ "$address" = "$ip" ] || [ "$address" = "$addresses" ]; then result=open
      else result=$(port "$address" "$port"); fi
      if [ -n "$result" ]; then
        printf '%s{"address":' "$s"; text "$address"; printf ',"result":"%s"' "$result"
        if [ "$result" = open ] && ! zero "$connected"; then printf ',"ms":%s' $(($(ms "$connected") - named)); fi
        printf '}'
        s=,
      fi
    done
    printf ']'
    if [ -z "$is_open" ]; then return; fi
  fi
  if [ "$scheme" = https ]; then
    printf ',"tls":{'
    if zero "$secured"; then
      case "$out" in
        *'rong version number'* | *'acket length too long'*) e=WRONG_VERSION_NUMBER ;;
        *'rotocol version'* | *'nsupported protocol'*) e=PROTOCOL_VERSION ;;
        *) if [ "$exit" = 28 ]; then e=ETIMEDOUT; else e=ECONNRESET; fi ;;
      esac
      printf '"error":"%s"' "$e"
      if [ "$e" = ETIMEDOUT ] && [ -z "$via" ] && small "$host" "$port"; then
        printf ',"sizes":[{"bytes":256,"result":"answered"}]'
      fi
      printf '}'
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
    printf '}],"ms":%s}' $(($(ms "$secured") - $(ms "$connected")))
  fi
  printf ',"http":{'
  if [ "$status" = 000 ]; then
    if [ "$exit" = 28 ]; then printf '"error":"ETIMEDOUT"'; else printf '"error":"CLOSED"'; fi
  elif ! is_head; then printf '"error":"NOT_HTTP"'
  else
    printf '"status":%s,"date":' "$(number "$status")"; text "$(header date)"
    printf ',"type":'; text "$(header content-type)"
    printf ',"server":'; text "$(header server)"
    if zero "$secured"; then printf ',"ms":%s' $(($(ms "$begun") - $(ms "$connected")))
    else printf ',"ms":%s' $(($(ms "$begun") - $(ms "$secured"))); fi
  fi
  printf '}'
}
# Succeeds if the head of the response has an end.
is_head() { [ -z "$(printf '%s\n' "$out" | tr -d '\r' | sed -n 's/^< *//p' | tail -n 1)" ]; }
# Milliseconds, of the seconds that curl prints with six digits after the point.
ms() { printf '%s' "$1" | sed -e 's/[.,]\([0-9][0-9][0-9]\).*/\1/' -e 's/^0*\([0-9]\)/\1/'; }
name() { sed 's/.*CN *= *\([^;,]*\).*/\1/'; }
number() { printf '%s' "$1" | sed 's/^0*\([0-9]\)/\1/'; }
zero() { case "$1" in *[1-9]*) return 1 ;; *) return 0 ;; esac; }
header() { printf '%s\n' "$out" | tr -d '\r' | grep -i "^$1:" | tail -n 1 | sed 's/^[^:]*: *//'; }

# HOST: the names of the search list that have addresses, which come first for a name with few dots.
searched() {
  dots=$(printf '%s' "$1" | tr -cd . | wc -c)
  if [ "$dots" -ge "${D}{ndots:-1}" ] || ! has nslookup; then return; fi
  s=
  for domain in $search; do
    below=$(nslookup -type=a "$1.$domain." $(printf '%s\n' "$servers" | head -n 1) 2>/dev/null | found | grep -v : | sort -u)
    if [ -n "$below" ]; then
      printf '%s{"name":' "$s"; text "$1.$domain"; printf ',"addresses":[%s]}' "$(printf '%s\n' "$below" | list)"
      s=,
    fi
  done
}
# HOST: the lines of the hosts file that have it.
pins() {
  n=0 s=
  while read -r address names || [ -n "$address" ]; do
    n=$((n + 1))
    case "$address" in '#'* | *[!0-9A-Fa-f.:]* | '') continue ;; esac
    for name in $(printf '%s' "$names" | tr 'A-Z' 'a-z'); do
      case "$name" in
        '#'*) break ;;
        "$1") printf '%s{"file":"/etc/hosts","line":%s,"address":"%s"}' "$s" "$n" "$address"; s=, ;;
      esac
    done
  done </etc/hosts
}

first=
endpoint() { # HOST PORT PATH
  printf '%s\n{"host":"%s","port":%s' "$first" "$1" "$2"
  first=,
  addresses=$(lookup "$1")
  if [ -n "$addresses" ]; then e=; else e=ENOTFOUND; fi
  named=
  # Without a name there may still be a proxy.
  if has curl; then fetch "$1" "$2" "$3"; fi
  printf ',"lookup":'; answer "$addresses" "$e" "$named"
  if has nslookup; then
    printf ',"dns":['
    between=
    for each in $servers; do printf '%s' "$between"; server "$1" "$each"; between=,; done
    printf ']'
  fi
  below=$(searched "$1")
  if [ -n "$below" ]; then printf ',"searched":[%s]' "$below"; fi
  if [ -r /etc/hosts ]; then lines=$(pins "$1"); else lines=; fi
  if [ -n "$lines" ]; then printf ',"hostsFile":[%s]' "$lines"; fi
  if has curl; then connect; fi
  printf '}'
}

if ! has curl; then echo 'no curl here: only DNS is checked' >&2; fi
if ! has nslookup; then echo 'no nslookup here: the name servers are not asked one by one' >&2; fi
servers=$(value nameserver | while read -r a rest; do echo "$a"; done | head -n 3)
# The last line of either kind counts.
search=$(sed -n -e 's/^search[[:space:]][[:space:]]*//p' -e 's/^domain[[:space:]][[:space:]]*//p' /etc/resolv.conf 2>/dev/null |
  tail -n 1 | tr ' \t' '\n\n' | head -n 6)
ndots=$(value options | sed -n 's/.*ndots:\([0-9]*\).*/\1/p' | tail -n 1)
# As Go does, and so the agents: the first variable with a value counts.
url=$HTTPS_PROXY
if [ -z "$url" ]; then url=$https_proxy; fi
proxy=$(printf '%s' "$url" | sed 's#^[a-z]*://##; s#^.*@##; s#/.*$##')
skip=$NO_PROXY
if [ -z "$skip" ]; then skip=$no_proxy; fi
printf '{"format":"tagwall-observations-1","made":"%s"' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
printf ',"servers":[%s],"search":[%s]' "$(printf '%s\n' "$servers" | list)" "$(printf '%s\n' "$search" | list)"
if [ -n "$ndots" ]; then printf ',"ndots":%s' "$(number "$ndots")"; fi
if [ -n "$proxy" ]; then printf ',"proxy":'; text "$proxy"; printf ',"noProxy":'; text "$skip"; fi
if [ -n "$KUBERNETES_SERVICE_HOST" ]; then printf ',"cluster":'; text "$KUBERNETES_SERVICE_HOST"; fi
`
