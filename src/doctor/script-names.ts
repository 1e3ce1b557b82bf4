/** A dollar sign that begins no expression of this file. */
const D = '$'

/** Functions of the script, for sh, dash, bash and busybox: its output, its time, and names. */
export const NAMES = String.raw`
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
  if [ -r /proc/uptime ]; then read -r up rest </proc/uptime; echo "${D}{up%.*}${D}{up#*.}"
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
    if [ "$dots" -lt "${D}{ndots:-1}" ]; then
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
    if [ -n "$its" ]; then all="$all${D}{all:+,}$its"; fi
  done
  if [ -n "$all" ] || [ "$2" = dns ]; then printf ',"%s":[%s]' "$1" "$all"; fi
}
`
