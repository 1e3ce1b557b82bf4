# The functions of "tagwall doctor --script", for sh, dash, bash and busybox. The seconds of a step are in T.
# Prints one JSON object. Texts of the network lose every character that JSON or a terminal could misread.
safe='A-Za-z0-9 .,:;=/_@()*-'
text() {
  case "$1" in *[!$safe]*) set -- "$(printf '%s' "$1" | tr -cd "$safe")" ;; esac
  printf '"%.280s"' "$1"
}
# WORD...: the first of them as texts.
list() {
  count=0
  for word; do
    if [ "$count" -gt 0 ]; then printf ,; fi
    text "$word"
    count=$((count + 1))
    if [ "$count" -eq 16 ]; then return; fi
  done
}
answer() { # ADDRESSES ERROR MILLISECONDS
  printf '{"addresses":[%s]' "$(list $1)"
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
part() { while IFS= read -r line; do case "$line" in "$1 "*) printf '%s\n' "${line#"$1 "}" ;; esac; done; }

# Addresses as programs get them; fails after twice the time of a step.
lookup() {
  if has getent; then limited $((T * 2)) getent ahosts "$1"
  else limited $((T * 2)) nslookup "$1" 2>/dev/null; fi
}
found() { sed -n '/^Name:/,$s/^Address[ 0-9]*:[[:space:]]*\([0-9a-fA-F.:]*\).*/\1/p'; }
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
  printf ',"cnames":[%s]}' "$(list $names)"
}
canonical() { sed -n 's/.*canonical name = \([A-Za-z0-9._-]*[A-Za-z0-9_-]\).*/\1/p'; }
# The IPv6 addresses of a name that has IPv4 addresses only: those of DNS64.
ipv4only() {
  list $(
    if has nslookup; then for each in $servers; do ask ipv4only.arpa "$each" aaaa | found & done; wait
    else lookup ipv4only.arpa | sed 's/[[:space:]].*//'; fi | grep : | sort -u
  )
}

# HOST DOMAIN: the name below a domain of the search list, if it has addresses there.
below() {
  its=$(ask "$1.$2" "$(printf '%s\n' "$servers" | head -n 1)" a | found | grep -v : | sort -u)
  if [ -n "$its" ]; then printf '{"name":"%s","addresses":[%s]}' "$1.$2" "$(list $its)"; fi
}
# HOST: the lines of the hosts file that have it.
pins() {
  tr 'A-Z' 'a-z' </etc/hosts | {
    n=0 s=
    while read -r address names || [ -n "$address" ]; do
      n=$((n + 1))
      case "$address" in '#'* | *[!0-9a-f.:]* | '') continue ;; esac
      for name in $names; do
        case "$name" in
          '#'*) break ;;
          "$1") printf '%s{"file":"/etc/hosts","line":%s,"address":"%s"}' "$s" "$n" "$address"; s=, ;;
        esac
      done
    done
  }
}

# HOST: all that DNS says, one line each: the lookup, the name servers, and the names of the search list, which come first for a name with few
# dots.
names() {
  looked "$1" &
  if has nslookup; then
    for each in $servers; do printf 'dns %s\n' "$(server "$1" "$each")" & done
    if [ -n "$search" ] && [ "$(printf '%s' "$1" | tr -cd . | wc -c)" -lt "${ndots:-1}" ]; then
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

# OPTION URL: one GET; what curl says and its exit code, and of its words the figures, the first certificate and the last head of a response.
# The proxy is in the environment, where its password is not a word of the command.
get() {
  out= exit= figures= protocol= subject= issuer= from= to= date= type= server= head=
  most=$(left)
  if [ "$most" -gt $((T * 3)) ]; then most=$((T * 3)); fi
  if [ "$most" -lt 1 ]; then return; fi
  out=$(
    https_proxy=$via http_proxy=$via no_proxy= NO_PROXY= HTTPS_PROXY= ALL_PROXY= all_proxy= \
      curl "$1" $options ${roots:+--proxy-cacert "$roots"} -sS -v -o /dev/null -D - --max-redirs 0 --connect-timeout $((T * 2)) -m "$most" \
      -w '\nTAGWALL %{http_connect} %{http_code} %{time_connect} %{time_appconnect} %{time_starttransfer} %{time_total}\n' \
      "$2" </dev/null 2>&1
  )
  exit=$?
  while read -r key words; do
    case "$key" in
      protocol) protocol=${protocol:-$words} ;;
      subject) subject=${subject:-$words} ;;
      issuer) issuer=${issuer:-$words} ;;
      from) from=${from:-$words} ;;
      to) to=${to:-$words} ;;
      date) date=$words ;;
      type) type=$words ;;
      server) server=$words ;;
      head) head=$words ;;
      figures) figures=$words ;;
    esac
  done <<WORDS
$(printf '%s\n' "$out" | tr -d '\r' | sed -n -e 's/.*SSL connection using \(TLSv[0-9.]*\).*/protocol \1/p' \
    -e 's/^\*  *subject: */subject /p' -e 's/^\*  *issuer: */issuer /p' \
    -e 's/^\*  *start date: */from /p' -e 's/^\*  *expire date: */to /p' \
    -e 's/^[Dd][Aa][Tt][Ee]: */date /p' -e 's/^[Ss][Ee][Rr][Vv][Ee][Rr]: */server /p' \
    -e 's/^[Cc][Oo][Nn][Tt][Ee][Nn][Tt]-[Tt][Yy][Pp][Ee]: */type /p' \
    -e '/^</h' -e 's/^TAGWALL /figures /p' -e '$g' -e '$s/^< */head /p')
WORDS
}
# HOST PORT: succeeds if a hello that no server can accept is answered: it is short, and so is the answer.
small() {
  curl $options -sS -v -o /dev/null --connect-timeout "$T" -m "$T" --tls-max 1.2 --ciphers 'NULL-SHA256:@SECLEVEL=0' \
    "https://$1:$2/" </dev/null 2>&1 | grep -q -e ' alert' -e 'eset by peer'
}
# HOST PORT PATH: TCP, TLS and one GET; the words of curl stay in variables. Fails if there was no time for it.
fetch() {
  case "$1" in *:*) host="[$1]" ;; *) host=$1 ;; esac
  port=$2
  if [ "$port" = 80 ]; then scheme=http; else scheme=https; fi
  get -s "$scheme://$host:$port$3"
  problem=
  if [ "$exit" = 60 ]; then
    case "$out" in
      *'has expired'*) problem=CERT_HAS_EXPIRED ;;
      *'not yet valid'*) problem=CERT_NOT_YET_VALID ;;
      *'subject name'*) problem=ERR_TLS_CERT_ALTNAME_INVALID ;;
      *) problem=UNABLE_TO_GET_ISSUER_CERT_LOCALLY ;;
    esac
    # Nothing was sent. Once more without verifying, to see who issued the certificate and who answers.
    get -k "$scheme://$host:$port$3"
  fi
  if [ -z "$out" ]; then return 1; fi
  set -- $figures
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
# The ways to log in that the proxy offers.
offers() { printf '%s\n' "$out" | sed -n 's/^[Pp]roxy-[Aa]uthenticate:[[:space:]]*\([A-Za-z0-9-]*\).*/\1/p'; }
# The answer of the proxy to CONNECT.
proxied() {
  if [ "$exit" = 5 ]; then printf '{"error":"ENOTFOUND"}'; return; fi
  # That of the service is not verified any more.
  if [ "$exit" = 60 ]; then printf '{"problem":"%s"}' "$problem"; return; fi
  if [ "$tunneled" != 000 ]; then
    printf '{"status":%s' "$(number "$tunneled")"
    schemes=$(list $(offers))
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
  printf '"protocol":'; text "$protocol"
  if [ -z "$problem" ]; then printf ',"trust":"public"'
  else printf ',"trust":"none","problem":"%s"' "$problem"; fi
  printf ',"chain":[{"subject":'; text "$(printf '%s' "$subject" | name)"
  printf ',"issuer":'; text "$(printf '%s' "$issuer" | name)"
  printf ',"by":'; text "$(printf '%s' "$issuer" | sed -n 's/.*O *= *\([^;,]*\).*/\1/p')"
  printf ',"from":'; text "$from"
  printf ',"to":'; text "$to"
  printf '}],"ms":%s}' $((secured - connected))
}
# The response to the GET; nothing if the time of the run was over.
response() {
  if [ "$secured" = 0 ]; then ready=$connected; else ready=$secured; fi
  if [ "$status" = 000 ]; then
    if is_cut $((total - ready)); then return; fi
    if [ "$exit" = 28 ]; then printf '{"error":"ETIMEDOUT"}'; else printf '{"error":"CLOSED"}'; fi
  elif late $((begun - ready)); then printf '{"error":"ETIMEDOUT"}'
  elif [ -n "$head" ]; then printf '{"error":"NOT_HTTP"}'
  else
    printf '{"status":%s,"date":' "$(number "$status")"; text "$date"
    printf ',"type":'; text "$type"
    printf ',"server":'; text "$server"
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
    options=--proxytunnel
    fetch "$1" "$2" "$3" || return
    # Only a proxy that asks for user and password gets them.
    if [ "$tunneled" = 407 ] && [ "$via" != "$url" ]; then
      case "$(offers | tr A-Z a-z)" in '' | *basic*) via=$url; fetch "$1" "$2" "$3" || return ;; esac
    fi
    printf ',"proxy":%s' "$(proxied)"
    case "$tunneled" in 2*) ;; *) return ;; esac
    lines=$(answers 0 '')
    field tls 0
    field http 0
    return
  fi
  # The first four addresses of each family: IPv4 has the indexes 1 to 4, IPv6 those from 5.
  lines=$(
    {
      four=0 six=4
      for each in $addresses; do
        case "$each" in
          *:*) six=$((six + 1)); if [ "$six" -le 8 ]; then reach "$six" "$each" "$1" "$2" "$3" & fi ;;
          *) four=$((four + 1)); if [ "$four" -le 4 ]; then reach "$four" "$each" "$1" "$2" "$3" & fi ;;
        esac
      done
      wait
    } | sort -n
  )
  tcp= first= first6=
  while read -r index kind object; do
    if [ "$kind" = tcp ]; then tcp=$tcp${tcp:+,}$object; fi
    case "$object" in
      *'"open"'*)
        first=${first:-$index}
        if [ "$index" -gt 4 ]; then first6=${first6:-$index}; fi ;;
    esac
  done <<LINES
$lines
LINES
  if [ -n "$tcp" ]; then printf ',"tcp":[%s]' "$tcp"; fi
  field tls "$first"
  if [ "$first6" != "$first" ]; then field tls "$first6" tls6; fi
  field http "$first"
}
# LABEL INDEX [KEY]: a part of an endpoint, from $lines.
field() {
  its=$(printf '%s\n' "$lines" | part "$2 $1")
  if [ -n "$its" ]; then printf ',"%s":%s' "${3:-$1}" "$its"; fi
}
# Milliseconds, of the seconds that curl prints with six digits after the point.
ms() {
  set -- "${1:-0.000}" "${1#*[.,]}"
  number "${1%%[.,]*}${2%"${2#???}"}"
}
name() { sed 's/.*CN *= *\([^;,]*\).*/\1/'; }
# The digits without the zeros before them.
number() {
  set -- "${1#"${1%%[!0]*}"}"
  printf '%s' "${1:-0}"
}

endpoint() { # HOST PORT PATH
  host=$1
  printf '%s\n{"host":"%s","port":%s' "$comma" "$1" "$2"
  if [ "$(left)" -lt "$T" ]; then printf ',"skipped":true}'; return; fi
  port=$2 path=$3
  if [ -r /etc/hosts ]; then lines=$(pins "$1"); else lines=; fi
  found=$(names "$1")
  set -- $(printf '%s\n' "$found" | part lookup)
  code=$1 time=$2
  shift 2
  addresses=$*
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
    if [ -n "$url" ] && ! direct "$host" "$port"; then via=$bare; else via=; fi
    if [ -n "$via" ] || [ -n "$addresses" ]; then connect "$host" "$port" "$path"; fi
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
bare=$(printf '%s' "$url" | sed 's#^\([a-z]*://\)*.*@#\1#')
proxy=$(printf '%s' "$bare" | sed 's#^[a-z]*://##; s#/.*$##')
roots=${CURL_CA_BUNDLE:-$SSL_CERT_FILE}
skip=$NO_PROXY
if [ -z "$skip" ]; then skip=$no_proxy; fi
printf '{"format":"tagwall-observations-1","made":"%s"' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
printf ',"servers":[%s],"search":[%s]' "$(list $servers)" "$(list $search)"
if [ -n "$ndots" ]; then printf ',"ndots":%s' "$(number "$ndots")"; fi
if [ -n "$proxy" ]; then printf ',"proxy":'; text "$proxy"; printf ',"noProxy":"%s"' "$(printf '%s' "$skip" | tr -cd "$safe")"; fi
if [ -n "$KUBERNETES_SERVICE_HOST" ]; then printf ',"cluster":'; text "$KUBERNETES_SERVICE_HOST"; fi
# The time of four steps, and a little more.
END=$(($(now) + T * 410))
comma=
