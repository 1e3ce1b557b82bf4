# The functions of "tagwall doctor --script", for sh, dash, bash and busybox. The seconds of a step are in T.
# Prints one JSON object. Texts of the network lose every character that JSON or a terminal could misread.
safe() { tr -cd 'A-Za-z0-9 .,:;=/_@()*-' | cut -c 1-280; }
text() { printf '"%s"' "$(printf '%s' "$1" | safe)"; }
list() { head -n 16 | { s=; while read -r x; do if [ -n "$x" ]; then printf '%s' "$s"; text "$x"; s=,; fi; done; }; }
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
# Hundredths of a second since some time.
now() {
  if [ -r /proc/uptime ]; then read -r up rest </proc/uptime; echo "${up%.*}${up#*.}"
  else echo "$(date +%s)00"; fi
}
# The seconds until the end of the run.
left() { echo $(((END - $(now)) / 100)); }
# SECONDS COMMAND...: runs a command, and ends it after that time.
limited() {
  limit=$1
  shift
  "$@" </dev/null &
  job=$!
  { sleep "$limit"; kill "$job"; } </dev/null >/dev/null 2>&1 &
  dog=$!
  { wait "$job"; } 2>/dev/null
  code=$?
  { kill "$dog" && wait "$dog"; } 2>/dev/null
  return "$code"
}
# LABEL: the rest of the lines that begin with it.
part() { sed -n "s/^$1 //p"; }

# Addresses as programs get them; fails after twice the time of a step.
lookup() {
  if has getent; then limited $((T * 2)) getent ahosts "$1"
  else limited $((T * 2)) nslookup "$1" 2>/dev/null; fi
}
found() { sed -n '/^Name:/,$p' | sed -n 's/^Address[ 0-9]*:[[:space:]]*\([0-9a-fA-F.:]*\).*/\1/p'; }
# HOST: the exit code, the hundredths of a second, and the addresses of the lookup.
looked() {
  start=$(now)
  out=$(lookup "$1")
  code=$?
  time=$(($(now) - start))
  if has getent; then out=$(printf '%s\n' "$out" | sed 's/[[:space:]].*//' | sort -u)
  else out=$(printf '%s\n' "$out" | found | sort -u); fi
  printf 'lookup %s %s %s\n' "$code" "$time" "$(printf '%s ' $out)"
}
code() {
  case "$1" in
    *NXDOMAIN*) echo ENOTFOUND ;;
    *SERVFAIL*) echo ESERVFAIL ;;
    *'timed out'* | *'no servers could be reached'* | '') echo ETIMEOUT ;;
    *refused*) echo ECONNREFUSED ;;
    *REFUSED*) echo EREFUSED ;;
    *) echo ENODATA ;;
  esac
}
# HOST SERVER TYPE: the words of nslookup about the name itself, which ends in a dot; none after the time of a step.
ask() { limited "$T" nslookup -type="$3" "$1." "$2" 2>&1; }
# HOST SERVER: the answers of one name server.
server() {
  both=$(ask "$1" "$2" aaaa | sed 's/^/aaaa /' & ask "$1" "$2" a | sed 's/^/a /' & wait)
  out4=$(printf '%s\n' "$both" | part a)
  out6=$(printf '%s\n' "$both" | part aaaa)
  a=$(printf '%s\n' "$out4" | found | grep -v : | sort -u)
  aaaa=$(printf '%s\n' "$out6" | found | grep : | sort -u)
  names=$(printf '%s\n' "$out4" | canonical)
  # Without an address the chain may be a loop, which ends where a name comes twice.
  if [ -n "$a$aaaa" ] || [ -z "$out4" ]; then last=; else last=$1 names=; fi
  while [ -n "$last" ] && [ "$(left)" -ge "$T" ]; do
    last=$(ask "$last" "$2" cname | canonical | head -n 1)
    case " $1 $(printf '%s ' $names)" in *" $last "*) names="$names $last" last= ;; *) names="$names $last" ;; esac
  done
  names=$(printf '%s\n' $names)
  if [ -z "$a" ]; then e4=$(code "$out4"); else e4=; fi
  if [ -z "$aaaa" ]; then e6=$(code "$out6"); else e6=; fi
  printf '{"server":'; text "$2"
  printf ',"a":'; answer "$a" "$e4"
  printf ',"aaaa":'; answer "$aaaa" "$e6"
  printf ',"cnames":[%s]}' "$(printf '%s\n' "$names" | list)"
}
canonical() { sed -n 's/.*canonical name = \([A-Za-z0-9._-]*[A-Za-z0-9_-]\).*/\1/p'; }
# The IPv6 addresses of a name that has IPv4 addresses only: those of DNS64.
ipv4only() {
  if has nslookup; then for each in $servers; do ask ipv4only.arpa "$each" aaaa | found & done; wait
  else lookup ipv4only.arpa | sed 's/[[:space:]].*//'; fi | grep : | sort -u | list
}

# HOST DOMAIN: the name below a domain of the search list, if it has addresses there.
below() {
  its=$(ask "$1.$2" "$(printf '%s\n' "$servers" | head -n 1)" a | found | grep -v : | sort -u)
  if [ -n "$its" ]; then printf '{"name":"%s","addresses":[%s]}' "$1.$2" "$(printf '%s\n' "$its" | list)"; fi
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

# HOST: all that DNS says, one line each: the lookup, the name servers, and the names of the search list, which come first for a name with few
# dots.
names() {
  looked "$1" &
  if has nslookup; then
    for each in $servers; do printf 'dns %s\n' "$(server "$1" "$each")" & done
    dots=$(printf '%s' "$1" | tr -cd . | wc -c)
    if [ "$dots" -lt "${ndots:-1}" ]; then
      for each in $search; do printf 'searched %s\n' "$(below "$1" "$each")" & done
    fi
  fi
  wait
}
# The objects of lines, in the order of LIST, joined by commas: KEY LABEL LIST
joined() {
  all=
  for each in $3; do
    case "$2" in dns) mark="\"server\":\"$each\"" ;; *) mark="$host.$each\"" ;; esac
    its=$(printf '%s\n' "$found" | part "$2" | grep -F "$mark" | head -n 1)
    if [ -n "$its" ]; then all="$all${all:+,}$its"; fi
  done
  if [ -n "$all" ] || [ "$2" = dns ]; then printf ',"%s":[%s]' "$1" "$all"; fi
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

# HOST PORT: succeeds if NO_PROXY lists the host, as Go reads it, and so the agents: "example.com" with everything below it, ".example.com"
# only what is below it. Networks, which are about addresses, are left out.
direct() {
  case "$1" in localhost | 127.* | ::1) return 0 ;; esac
  for entry in $(printf '%s' "$skip" | tr 'A-Z,' 'a-z '); do
    case "$entry" in
      '*') return 0 ;;
      */* | *:*:*) ;;
      *:*) if [ "${entry##*:}" != "$2" ]; then continue; fi; entry=${entry%:*} ;;
    esac
    case "$entry" in '*.'*) entry=${entry#?} ;; esac
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
  if [ -n "$its" ]; then printf ',"%s":%s' "${3:-$1}" "$its"; fi
}
# Succeeds if the head of the response has an end.
is_head() { [ -z "$(printf '%s\n' "$out" | tr -d '\r' | sed -n 's/^< *//p' | tail -n 1)" ]; }
# Milliseconds, of the seconds that curl prints with six digits after the point.
ms() { printf '%s' "${1:-0.000}" | sed -e 's/[.,]\([0-9][0-9][0-9]\).*/\1/' -e 's/^0*\([0-9]\)/\1/'; }
name() { sed 's/.*CN *= *\([^;,]*\).*/\1/'; }
number() { printf '%s' "$1" | sed 's/^0*\([0-9]\)/\1/'; }
header() { printf '%s\n' "$out" | tr -d '\r' | grep -i "^$1:" | tail -n 1 | sed 's/^[^:]*: *//'; }

endpoint() { # HOST PORT PATH
  host=$1
  printf '%s\n{"host":"%s","port":%s' "$comma" "$1" "$2"
  if [ "$(left)" -lt "$T" ]; then printf ',"skipped":true}'; return; fi
  found=$(names "$1")
  set -- "$@" $(printf '%s\n' "$found" | part lookup)
  code=$4 time=$5
  path=$3
  addresses=$(printf '%s\n' "$found" | part lookup | cut -d ' ' -f 3- | tr ' ' '\n' | grep .)
  if [ -r /etc/hosts ]; then lines=$(pins "$1"); else lines=; fi
  if [ "$code" -gt 128 ] && [ -z "$addresses" ]; then
    # The system waited for a silent name server, so what the others answer counts.
    addresses=$(printf '%s' "$lines" | grep -o '"address":"[^"]*"' | cut -d '"' -f 4)
    if [ -z "$addresses" ]; then
      addresses=$(printf '%s\n' "$found" | part dns | grep -v '"a":{"addresses":\[\]' | head -n 1 |
        sed 's/.*"a":{"addresses":\[\([^]]*\)\].*/\1/' | tr -d '"' | tr ',' '\n')
    fi
  elif [ -n "$addresses" ]; then printf ',"lookup":'; answer "$addresses" '' $((time * 10))
  else printf ',"lookup":'; answer '' "$unknown"; fi
  if has nslookup; then joined dns dns "$servers"; joined searched searched "$search"; fi
  if [ -n "$lines" ]; then printf ',"hostsFile":[%s]' "$lines"; fi
  if has curl; then
    if [ -n "$url" ] && ! direct "$1" "$2"; then via=$url; else via=; fi
    if [ -n "$via" ] || [ -n "$addresses" ]; then connect "$1" "$2" "$path"; fi
  fi
  printf '}'
}
# HOST PORT PATH...: endpoints at the same time, printed in their order: each waits in its pipe for those before it.
endpoints() {
  if [ $# -eq 0 ]; then return; fi
  endpoint "$1" "$2" "$3" | { shift 3; comma=,; rest=$(endpoints "$@"); cat; printf '%s' "$rest"; }
}

if ! has curl; then echo 'no curl here: only DNS is checked' >&2; fi
if ! has nslookup; then echo 'no nslookup here: the name servers are not asked one by one' >&2; fi
servers=$(value nameserver | while read -r a rest; do echo "$a"; done | head -n 3)
# Without a name server the system asks this host, and cannot know whether a name exists.
if [ -z "$servers" ]; then servers=127.0.0.1 unknown=EAI_AGAIN; else unknown=ENOTFOUND; fi
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
# The time of four steps, and a little more.
END=$(($(now) + T * 410))
comma=
