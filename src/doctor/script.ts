import type { ProbeRun } from './chosen-endpoints.ts'
import { CONNECTIONS } from './script-connections.ts'
import { NAMES } from './script-names.ts'

/** Endpoints at the same time; more would need too many processes in a small pod. */
const AT_ONCE = 32

/** A POSIX script that prints observations as JSON, for a pod or host without Node. It needs getent or nslookup, and curl. */
export function doctorScript({ endpoints, timeout, location, features }: ProbeRun): string {
  const asked = [
    ...(location === undefined ? [] : [`,"location":"${location}"`]),
    ...(features.length === 0 ? [] : [`,"features":[${features.map((feature) => `"${feature}"`).join(',')}]`]),
  ].join('')
  // Hosts, paths and features are checked where they come in: no quote is among them.
  const words = endpoints.map(({ host, port, path }) => `'${host}' ${port} '${path}'`)
  const groups = Array.from({ length: Math.ceil(words.length / AT_ONCE) }, (_, index) =>
    words.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  )
  const lines = groups.map((some) => `endpoints \\\n  ${some.join(' \\\n  ')}\ncomma=,`)
  return `#!/bin/sh
# Checks like "tagwall doctor", for a pod or a host without Node. It sends DNS, TCP, TLS and one GET,
# and no credentials but those of the proxy in HTTPS_PROXY, to that proxy.
#   kubectl exec -i POD -- sh < doctor.sh > seen.json
#   tagwall doctor --read seen.json
T=${Math.ceil(timeout)}
LC_ALL=C
export LC_ALL
${NAMES}${CONNECTIONS}${ENDPOINTS}printf '${asked},"endpoints":['
{
${lines.join('\n')}
} | {
  only=$(ipv4only)
  cat
  printf '\\n]'
  if [ -n "$only" ]; then printf ',"ipv4only":[%s]' "$only"; fi
  printf '}\\n'
}
`
}

/** One endpoint and all of them, and the facts of the host. */
const ENDPOINTS = String.raw`
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
`
