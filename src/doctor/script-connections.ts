/** A dollar sign that begins no expression of this file. */
const D = '$'

/** Functions of the script: connections by curl, directly and through a proxy. They need those of script-names.ts. */
export const CONNECTIONS = String.raw`
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
  most=$(left)
  if [ "$most" -gt $((T * 3)) ]; then most=$((T * 3)); fi
  if [ "$most" -lt 1 ]; then return; fi
  https_proxy=$via http_proxy=$via no_proxy= NO_PROXY= HTTPS_PROXY= ALL_PROXY= all_proxy= \
    curl "$1" $options -sS -v -o /dev/null -D - --max-redirs 0 --connect-timeout $((T * 2)) -m "$most" \
    -w '\nTAGWALL %{http_connect} %{http_code} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}\n' \
    "$2" </dev/null 2>&1
  echo "EXIT $?"
}
# HOST PORT: succeeds if a hello that no server can accept is answered: it is short, and so is the answer.
small() {
  curl $options -sS -v -o /dev/null --connect-timeout "$T" -m "$T" --tls-max 1.2 --ciphers 'NULL-SHA256:@SECLEVEL=0' \
    "https://$1:$2/" </dev/null 2>&1 | grep -q -e ' alert' -e 'eset by peer'
}
exit_of() { printf '%s\n' "$out" | sed -n 's/^EXIT //p' | tail -n 1; }
# HOST PORT PATH: TCP, TLS and one GET; the words of curl stay in variables. Fails if there was no time for it.
fetch() {
  case "$1" in *:*) host="[$1]" ;; *) host=$1 ;; esac
  port=$2
  if [ "$port" = 80 ]; then scheme=http; else scheme=https; fi
  out=$(get -s "$scheme://$host:$port$3")
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
    out=$(get -k "$scheme://$host:$port$3")
    exit=$(exit_of)
  fi
  if [ -z "$out" ]; then return 1; fi
  set -- $(printf '%s\n' "$out" | sed -n 's/^TAGWALL //p' | tail -n 1)
  tunneled=$1 status=$2 connected=$(ms "$3") secured=$(ms "$4") begun=$(ms "$5") total=$(ms "$6")
  # Some curls count a connection only when TLS is there too.
  is_open=1
  if [ "$connected" = 0 ]; then
    case "$out" in *'Client hello'* | *'ALPN: curl offers'* | *'ALPN, offering'* | *' Connected to '*) ;; *) is_open= ;; esac
  fi
  if late "$connected"; then is_open=; fi
}
# MILLISECONDS: succeeds if it is longer than a step may take. What ends earlier, because the time of the run is over, proves nothing.
late() { [ "$1" -ge $((T * 1000)) ]; }
is_cut() { [ "$exit" = 28 ] && ! late "$1"; }
# The answer of the proxy to CONNECT.
proxied() {
  if [ "$exit" = 5 ]; then printf '{"error":"ENOTFOUND"}'; return; fi
  if [ "$tunneled" != 000 ]; then
    printf '{"status":%s' "$(number "$tunneled")"
    schemes=$(printf '%s\n' "$out" | sed -n 's/^[Pp]roxy-[Aa]uthenticate:[[:space:]]*\([A-Za-z0-9-]*\).*/\1/p' | list)
    if [ "$tunneled" = 407 ] && [ -n "$schemes" ]; then printf ',"schemes":[%s]' "$schemes"; fi
    printf '}'
    return
  fi
  case "$out" in
    *'rong version number'* | *'acket length too long'*) e=ERR_SSL_WRONG_VERSION_NUMBER ;;
    *'HTTP/0.9'* | *'nvalid response header'* | *'nsupported HTTP'* | *'Weird server reply'*) e=NOT_HTTP ;;
    *'CONNECT aborted'* | *'mpty reply'* | *'losed'*) e=CLOSED ;;
    *) e=$(reason "$out") ;;
  esac
  printf '{"error":"%s"}' "$e"
}
# The end of the handshake; nothing without one.
handshake() {
  if [ "$secured" = 0 ]; then
    case "$out" in
      *'rong version number'* | *'acket length too long'*) e=WRONG_VERSION_NUMBER ;;
      *'rotocol version'* | *'nsupported protocol'*) e=PROTOCOL_VERSION ;;
      *) if [ "$exit" = 28 ]; then e=ETIMEDOUT; else e=ECONNRESET; fi ;;
    esac
    if is_cut $((total - connected)); then return; fi
  elif late $((secured - connected)); then e=ETIMEDOUT
  else e=; fi
  printf '{'
  if [ -n "$1" ]; then printf '"address":"%s",' "$1"; fi
  if [ -n "$e" ]; then
    printf '"error":"%s"' "$e"
    if [ "$e" = ETIMEDOUT ] && [ -z "$via" ] && [ "$(left)" -ge "$T" ] && small "$host" "$port"; then
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
  printf '}],"ms":%s}' $((secured - connected))
}
# The response to the GET; nothing if the time of the run was over.
response() {
  if [ "$secured" = 0 ]; then ready=$connected; else ready=$secured; fi
  if [ "$status" = 000 ]; then
    if is_cut $((total - ready)); then return; fi
    if [ "$exit" = 28 ]; then printf '{"error":"ETIMEDOUT"}'; else printf '{"error":"CLOSED"}'; fi
  elif late $((begun - ready)); then printf '{"error":"ETIMEDOUT"}'
  elif ! is_head; then printf '{"error":"NOT_HTTP"}'
  else
    printf '{"status":%s,"date":' "$(number "$status")"; text "$(header date)"
    printf ',"type":'; text "$(header content-type)"
    printf ',"server":'; text "$(header server)"
    printf ',"ms":%s}' $((begun - ready))
  fi
}
# INDEX [ADDRESS]: TLS and HTTP after fetch, one line each that begins with the index.
answers() {
  if [ "$scheme" = https ]; then
    tls=$(handshake "$2")
    printf '%s tls %s\n' "$1" "$tls"
    case "$tls" in *'"chain"'*) ;; *) return ;; esac
  fi
  printf '%s http %s\n' "$1" "$(response)"
}
# INDEX ADDRESS HOST PORT PATH: the ends of TCP, TLS and HTTP at one address.
reach() {
  case "$2" in *:*) at="[$2]" ;; *) at=$2 ;; esac
  options='--noproxy *'
  if [ "$2" != "$3" ]; then options="$options --resolve $3:$4:$at"; fi
  fetch "$3" "$4" "$5" || return
  if [ -n "$is_open" ]; then
    printf '%s tcp {"address":"%s","result":"open","ms":%s}\n' "$1" "$2" "$connected"
    answers "$1" "$2"
  else
    result=$(reason "$out")
    if late "$connected"; then result=ETIMEDOUT; fi
    if ! is_cut "$total"; then printf '%s tcp {"address":"%s","result":"%s"}\n' "$1" "$2" "$result"; fi
  fi
}
# HOST PORT PATH: the connections to all of $addresses at once, or the one through the proxy.
connect() {
  if [ -n "$via" ]; then
    options='--proxytunnel --proxy-insecure'
    fetch "$1" "$2" "$3" || return
    printf ',"proxy":%s' "$(proxied)"
    case "$tunneled" in 2*) ;; *) return ;; esac
    lines=$(answers 0 '')
    field tls 0
    field http 0
    return
  fi
  four=$(printf '%s\n' "$addresses" | grep -v : | head -n 4)
  six=$(printf '%s\n' "$addresses" | grep : | head -n 4)
  lines=$(
    n=0
    for each in $four $six; do n=$((n + 1)); reach "$n" "$each" "$1" "$2" "$3" & done
    wait
  )
  tcp=$(printf '%s\n' "$lines" | sort -n | sed -n 's/^[0-9]* tcp //p' | { s=; while read -r x; do printf '%s%s' "$s" "$x"; s=,; done; })
  if [ -n "$tcp" ]; then printf ',"tcp":[%s]' "$tcp"; fi
  open=$(printf '%s\n' "$lines" | sort -n | grep '"open"')
  first=$(printf '%s\n' "$open" | sed 's/ .*//' | head -n 1)
  first6=$(printf '%s\n' "$open" | grep '"address":"[^"]*:' | sed 's/ .*//' | head -n 1)
  field tls "$first"
  if [ "$first6" != "$first" ]; then field tls "$first6" tls6; fi
  field http "$first"
}
# LABEL INDEX [KEY]: a part of an endpoint, from $lines.
field() {
  its=$(printf '%s\n' "$lines" | part "$2 $1")
  if [ -n "$its" ]; then printf ',"%s":%s' "${D}{3:-$1}" "$its"; fi
}
# Succeeds if the head of the response has an end.
is_head() { [ -z "$(printf '%s\n' "$out" | tr -d '\r' | sed -n 's/^< *//p' | tail -n 1)" ]; }
# Milliseconds, of the seconds that curl prints with six digits after the point.
ms() { printf '%s' "${D}{1:-0.000}" | sed -e 's/[.,]\([0-9][0-9][0-9]\).*/\1/' -e 's/^0*\([0-9]\)/\1/'; }
name() { sed 's/.*CN *= *\([^;,]*\).*/\1/'; }
number() { printf '%s' "$1" | sed 's/^0*\([0-9]\)/\1/'; }
header() { printf '%s\n' "$out" | tr -d '\r' | grep -i "^$1:" | tail -n 1 | sed 's/^[^:]*: *//'; }
`
