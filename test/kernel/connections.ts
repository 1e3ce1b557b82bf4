import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BITS, formatAddress, rangeOf } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { compile } from '../../src/compile/compile.ts'
import { listSnapshots, readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import type { Direction } from '../../src/model/traffic.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import type { Attempt, Peer } from './namespace.ts'

// Connections to try through a real kernel: one network is the host that rules protect, the other stands for the internet,
// which has every address.

export const PORTS = [443, 8443] as const
export const NEAR = { ipv4: '100.64.0.1', ipv6: 'fd00:64::1' } as const

/** Long enough for a SYN that got lost to be sent again, which takes a second. */
const QUIET_SECONDS = 2

export const HOST = `
ip link set lo up
ip link set wan up
ip address add 100.64.0.1/30 dev wan
ip address add fd00:64::1/64 dev wan nodad
ip route add default via 100.64.0.2
ip route add default via fd00:64::2
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/wan/rp_filter
echo 65535 > /proc/sys/net/core/somaxconn
`

export const INTERNET = `
ip link set lo up
ip link set host up
ip address add 100.64.0.2/30 dev host
ip address add fd00:64::2/64 dev host nodad
ip route add local 0.0.0.0/0 dev lo table main
ip route add local ::/0 dev lo table main
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/host/rp_filter
echo 65535 > /proc/sys/net/core/somaxconn
`

export function newestRuleset(): Ruleset {
  const file = join(SHIPPED.policies, 'arc-kubernetes.yaml')
  const policy = parsePolicy(readFileSync(file, 'utf8'), 'arc-kubernetes', file)
  const [newest] = listSnapshots(SHIPPED.snapshots, 'public').slice(-1)
  const document = readSnapshot(newest?.path as string, 'public')
  return compile(policy, { document, names: [], where: '' }).ruleset
}

/** What the remote side may be for a direction and port: read off the ruleset, not off the files. */
export function allowed({ rules }: Ruleset, direction: Direction, port: number): PrefixSet {
  return PrefixSet.union(
    rules
      .filter((rule) => rule.direction === direction && rule.protocol === 'tcp')
      .filter(({ ports }) => ports.some(({ first, last }) => first <= port && port <= last))
      .map(({ set }) => set.prefixes),
  )
}

export interface Sample {
  readonly attempt: Attempt
  /** Of the remote side. */
  readonly address: bigint
  readonly isAllowed: boolean
}

/** The first and last address of every prefix, and the ones just outside, on both ports. */
export function samplesOf(ruleset: Ruleset, direction: Direction): Sample[] {
  const prefixes = ruleset.sets.flatMap(({ prefixes }) => prefixes.prefixes)
  const samples = new Map<string, Sample>()
  for (const port of PORTS) {
    const ranges = allowed(ruleset, direction, port).ranges
    for (const { family, first, last } of prefixes.map(rangeOf)) {
      for (const address of [first - 1n, first, last, last + 1n]) {
        if (address <= 0n || address >> BigInt(BITS[family]) > 0n) continue
        const isAllowed = ranges.some(
          (range) => range.family === family && range.first <= address && address <= range.last,
        )
        const remote = formatAddress(family, address)
        const attempt =
          direction === 'outbound' ? { destination: remote, port } : { source: remote, destination: NEAR[family], port }
        samples.set(`${remote} ${port}`, { attempt, address, isAllowed })
      }
    }
  }
  return [...samples.values()]
}

/** Tries all of them; the connections that did not do as the ruleset says. */
export async function surprises(peer: Peer, samples: readonly Sample[]): Promise<string[]> {
  const outcomes = await peer.connect(
    samples.map(({ attempt }) => attempt),
    QUIET_SECONDS,
  )
  const tried = samples.map((sample, index) => ({ ...sample, outcome: outcomes[index] as string }))
  const wrong = tried.filter(({ isAllowed, outcome }) => outcome !== (isAllowed ? 'connected' : 'timeout'))
  // A busy machine may lose a packet twice; rules refuse every time.
  const late = wrong.filter(({ isAllowed, outcome }) => isAllowed && outcome === 'timeout')
  const again =
    late.length > 0 && late.length < 50
      ? await peer.connect(
          late.map(({ attempt }) => attempt),
          5,
        )
      : []
  return wrong
    .filter((sample) => again[late.indexOf(sample)] !== 'connected')
    .map(
      ({ attempt, isAllowed, outcome }) =>
        `${JSON.stringify(attempt)} is ${isAllowed ? 'allowed' : 'denied'}: ${outcome}`,
    )
}
