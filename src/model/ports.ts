import type { ProtocolPorts } from './traffic.ts'
import { formatPorts, type PortRange } from './traffic.ts'

/** Every port, for rules without ports. */
export const EVERY_PORT: PortRange = { first: 0, last: 65535 }

/** The union of `ranges`: sorted, in the fewest ranges. */
export function joinPorts(ranges: readonly PortRange[]): PortRange[] {
  const joined: PortRange[] = []
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1)
    if (before && range.first <= before.last + 1)
      joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) }
    else joined.push(range)
  }
  return joined
}

/** The ports outside of `ranges`. */
export function otherPorts(ranges: readonly PortRange[]): PortRange[] {
  const joined = joinPorts(ranges)
  const starts = [0, ...joined.map(({ last }) => last + 1)]
  const ends = [...joined.map(({ first }) => first - 1), EVERY_PORT.last]
  return starts
    .map((first, index) => ({ first, last: ends[index] as number }))
    .filter(({ first, last }) => first <= last)
}

/** True if every port of `inner` is in `outer`. */
export function containsPorts(outer: readonly PortRange[], inner: readonly PortRange[]): boolean {
  const joined = joinPorts(outer)
  return inner.every(({ first, last }) => joined.some((range) => range.first <= first && last <= range.last))
}

/** The intersection. */
export function commonPorts(a: PortRange, b: PortRange): PortRange | undefined {
  const [first, last] = [Math.max(a.first, b.first), Math.min(a.last, b.last)]
  return first <= last ? { first, last } : undefined
}

export const countPorts = (ranges: readonly PortRange[]): number =>
  joinPorts(ranges).reduce((sum, { first, last }) => sum + last - first + 1, 0)

/** `tcp 443`, `udp 0-65535`, `other`: one text per range, for files. `other` has ICMP in it, unless it says otherwise. */
export function portTexts({ tcp, udp, icmp, other }: ProtocolPorts): string[] {
  return [
    ...tcp.map((ports) => `tcp ${formatPorts(ports)}`),
    ...udp.map((ports) => `udp ${formatPorts(ports)}`),
    ...(other ? [icmp ? 'other' : 'other but icmp'] : icmp ? ['icmp'] : []),
  ]
}
