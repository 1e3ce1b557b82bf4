import type { Notes, OptionValues, ReadFile } from 'tagwall/reader'

/**
 * A shell script cannot be understood in general, so only one script is valid: its lines in order, without comments. It makes the built-in chains use
 * ours, for both families, and accepts packets of established connections.
 */
export function expectHook(
  { part, text }: ReadFile,
  { chain, outboundHook, inboundHook }: OptionValues,
  notes: Notes,
): void {
  const wanted = [
    '#!/bin/sh',
    'set -eu',
    `case "\${1:-add}" in`,
    `add) ensure() { tool=$1 chain=$2; shift 2; "$tool" -w 5 -C "$chain" "$@" 2>/dev/null || "$tool" -w 5 -I "$chain" 1 "$@"; } ;;`,
    `remove) ensure() { case "$*" in *" -j ${chain}-"*) tool=$1 chain=$2; shift 2; "$tool" -w 5 -D "$chain" "$@" 2>/dev/null || :;; esac; } ;;`,
    `*) echo "usage: $0 [add|remove]" >&2; exit 2 ;;`,
    'esac',
    'for tables in iptables ip6tables; do',
    `"$tables" -w 5 -n -L ${chain}-OUT >/dev/null 2>&1 || { echo "$tables has no chain ${chain}-OUT: left as it is" >&2; continue; }`,
    `ensure "$tables" ${outboundHook} -j ${chain}-OUT`,
    `ensure "$tables" ${inboundHook} -j ${chain}-IN`,
    `ensure "$tables" ${outboundHook} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    `ensure "$tables" ${inboundHook} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
    '[ "$tables" = ip6tables ] || continue',
    'for type in 133 134 135 136; do',
    'ensure ip6tables OUTPUT -p ipv6-icmp --icmpv6-type "$type" -j ACCEPT',
    'ensure ip6tables INPUT -p ipv6-icmp --icmpv6-type "$type" -j ACCEPT',
    'done',
    'done',
  ]
  const found = text
    .split('\n')
    .map((raw, index) => ({ line: index + 1, text: raw.trimStart() }))
    .filter(({ text, line }) => text !== '' && (line === 1 || !text.startsWith('#')))
  const wrong = found.findIndex(({ text }, index) => text !== wanted[index])
  // After the first different line, the rest is unknown.
  if (wrong >= 0) {
    const { line, text } = found[wrong] as (typeof found)[number]
    notes.add({ part, line }, text, 'is not the line that the hook has here')
    return
  }
  const line = (found.at(-1)?.line ?? 0) + 1
  if (found.length < wanted.length) notes.add({ part, line }, wanted[found.length] as string, 'is missing')
}
