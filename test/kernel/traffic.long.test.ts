import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/rules/compile.ts'
import { BITS, formatAddress, rangeOf } from '../../src/model/address/prefix.ts'
import { PrefixSet } from '../../src/model/address/prefix-set.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import type { Direction } from '../../src/model/traffic.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/source/policy/policy.ts'
import { listSnapshots, readSnapshot } from '../../src/source/snapshot/snapshot.ts'
import { readVendor, resolveOptions } from '../../src/source/vendor/vendor.ts'
import { type Rendered, renderAll } from '../../src/workflow/render-target.ts'
import { type Attempt, Namespace, Peer, reasonToSkip } from './namespace.ts'

// Real connections through the real kernel. One network is the host that the rules protect, with default policies of
// DROP and the hook in place; the other stands for the internet: it has every address, and answers on two ports.

const REASON = reasonToSkip()
if (REASON) console.log(`kernel: skipped, ${REASON}`)
const PORTS = [443, 8443] as const
const NEAR = { ipv4: '100.64.0.1', ipv6: 'fd00:64::1' } as const

/** Long enough for a SYN that got lost to be sent again, which takes a second. */
const QUIET_SECONDS = 2

const HOST = `
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

const policies = (target: string) =>
  `for tables in iptables ip6tables; do for chain in INPUT OUTPUT FORWARD; do $tables -w 5 -P $chain ${target}; done; done`

const INTERNET = `
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

function newestRuleset(): Ruleset {
  const file = join(SHIPPED.policies, 'arc-kubernetes.yaml')
  const policy = parsePolicy(readFileSync(file, 'utf8'), 'arc-kubernetes', file)
  const [newest] = listSnapshots(SHIPPED.snapshots, 'public').slice(-1)
  const document = readSnapshot(newest?.path as string, 'public')
  return compile(policy, { document, names: [], where: '' }).ruleset
}

function filesOf(ruleset: Ruleset, match: string): readonly Rendered[] {
  const vendor = readVendor('iptables', [SHIPPED.vendors])
  const options = resolveOptions(vendor, { match }, 'test')
  return renderAll(ruleset, { target: 'host', vendor, options, family: undefined }).files
}

function load(host: Namespace, files: readonly Rendered[]): void {
  for (const { part, family, text } of files) {
    if (part === 'sets') host.run(['ipset', 'restore'], text)
    if (part === 'rules')
      host.run([family === 'ipv6' ? 'ip6tables-restore' : 'iptables-restore', '-w', '5', '--noflush'], text)
  }
}

/** What the far side may be for a direction and port: read off the ruleset, not off the files. */
function allowed({ rules }: Ruleset, direction: Direction, port: number): PrefixSet {
  return PrefixSet.union(
    rules
      .filter((rule) => rule.direction === direction && rule.protocol === 'tcp')
      .filter(({ ports }) => ports.some(({ first, last }) => first <= port && port <= last))
      .map(({ set }) => set.prefixes),
  )
}

interface Sample {
  readonly attempt: Attempt
  readonly isAllowed: boolean
}

/** The first and last address of every prefix, and the ones just outside, on both ports. */
function samplesOf(ruleset: Ruleset, direction: Direction): Sample[] {
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
        const far = formatAddress(family, address)
        const attempt =
          direction === 'outbound' ? { destination: far, port } : { source: far, destination: NEAR[family], port }
        samples.set(`${far} ${port}`, { attempt, isAllowed })
      }
    }
  }
  return [...samples.values()]
}

/** Tries all of them; the connections that did not do as the ruleset says. */
async function surprises(peer: Peer, samples: readonly Sample[]): Promise<string[]> {
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

describe.skipIf(REASON)(`connections${REASON ? ` (skipped: ${REASON})` : ''}`, () => {
  let [host, internet]: Namespace[] = []
  let [inside, outside]: Peer[] = []

  beforeAll(async () => {
    host = await Namespace.create()
    internet = await Namespace.create()
    host.run(['ip', 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'host', 'netns', String(internet.pid)])
    internet.sh(INTERNET)
    host.sh(HOST)
    inside = await Peer.start(host, PORTS)
    outside = await Peer.start(internet, PORTS)
  })

  afterAll(() => {
    for (const one of [inside, outside, host, internet]) one?.close()
  })

  test('all pass without rules, so what does not pass with them is their doing', async () => {
    const ruleset = newestRuleset()
    const everything = (direction: Direction) => {
      return samplesOf(ruleset, direction).map((sample) => ({ ...sample, isAllowed: true }))
    }
    const [near, far] = [inside, outside] as [Peer, Peer]
    const found = [await surprises(near, everything('outbound')), await surprises(far, everything('inbound'))]
    expect(found).toEqual([[], []])
    host?.sh(policies('DROP'))
  })

  test.for(['rules', 'ipset'])('with match=%s pass where the policy allows them, and nowhere else', async (match) => {
    const [near, far] = [inside, outside] as [Peer, Peer]
    const ruleset = newestRuleset()
    const files = filesOf(ruleset, match)
    load(host as Namespace, files)
    host?.sh(files.find(({ part }) => part === 'hook')?.text as string)

    const outbound = samplesOf(ruleset, 'outbound')
    const inbound = samplesOf(ruleset, 'inbound')
    const start = performance.now()
    const found = await Promise.all([surprises(near, outbound), surprises(far, inbound)])
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const all = [...outbound, ...inbound]
    const passing = all.filter(({ isAllowed }) => isAllowed).length
    const six = all.filter(({ attempt }) => attempt.destination.includes(':')).length
    console.log(
      `kernel, match=${match}: ${all.length} connections tried in ${seconds} s, ${outbound.length} outbound and ${inbound.length} inbound, ` +
        `${six} of them IPv6; ${passing} to pass, ${all.length - passing} to be dropped`,
    )
    expect(found).toEqual([[], []])
  })

  test.for(['rules', 'ipset'])('with match=%s stay open while rules are loaded', async (match) => {
    const [near, namespace] = [inside as Peer, host as Namespace]
    const ruleset = newestRuleset()
    const files = filesOf(ruleset, match)
    load(namespace, files)
    const samples = samplesOf(ruleset, 'outbound').filter(({ isAllowed }) => isAllowed)
    for (const family of ['ipv4', 'ipv6'] as const) {
      const { attempt } = samples.find(
        ({ attempt }) => attempt.destination.includes(':') === (family === 'ipv6'),
      ) as Sample
      await near.open(attempt)
      expect(await near.talk('before')).toBe('before')
      load(namespace, files)
      expect(await near.talk('the same rules')).toBe('the same rules')

      load(namespace, filesOf(lackingFirst(ruleset, family), match))
      expect(await near.talk('without its address')).toBe('without its address')
      expect(await near.connect([attempt], 1.5)).toEqual(['timeout'])
      load(namespace, files)
      expect(await near.connect([attempt], 3)).toEqual(['connected'])
    }
  })
})

/** The ruleset without the prefix that the first sample of a family lies in. */
function lackingFirst(ruleset: Ruleset, family: 'ipv4' | 'ipv6'): Ruleset {
  const first = ruleset.sets.flatMap(({ prefixes }) => prefixes.family(family).prefixes)[0]
  const gone = PrefixSet.of(first ? [first] : [])
  const sets = new Map(ruleset.sets.map((set) => [set, { ...set, prefixes: set.prefixes.subtract(gone) }]))
  return {
    ...ruleset,
    sets: [...sets.values()],
    rules: ruleset.rules.map((rule) => ({ ...rule, set: sets.get(rule.set) ?? rule.set })),
  }
}
