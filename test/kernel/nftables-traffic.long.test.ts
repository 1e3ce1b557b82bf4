import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Prefix, rangeOf } from '../../src/address/prefix.ts'
import type {} from '../../src/change/commands/delta-files.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { type Form, formFor } from '../deltas/forms.ts'
import { shippedRulesets } from '../deltas/history.ts'
import { someOf } from '../thorough.ts'
import { HOST, INTERNET, newestRuleset, PORTS, type Sample, samplesOf, surprises } from './connections.ts'
import { expectedOutcomes, localRuleset, OWN_ON_HOST, OWN_ON_INTERNET, outcomes } from './local-side.ts'
import { Namespace, Peer, reasonToSkip } from './namespace.ts'
import { nftReasonToSkip } from './nft.ts'

// Real connections through the real kernel, as in traffic.long.test.ts, with what nftables is given.

const REASON = reasonToSkip() ?? nftReasonToSkip()
if (REASON) console.log(`nftables traffic: skipped, ${REASON}`)

const CHAINS = formFor('nftables', { form: 'chains', table: 'filter' })
const DROPS = formFor('nftables', { others: 'drop' })
const COUNTS = formFor('nftables')
const ROUTER = formFor('nftables', { hook: 'router', others: 'drop' })

/** Base chains of somebody who drops by default. */
const YOURS = `table inet filter {
	chain output { type filter hook output priority filter; policy drop; ct state established,related accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; jump tagwall-outbound; }
	chain input { type filter hook input priority filter; policy drop; ct state established,related accept; icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept; jump tagwall-inbound; }
}
`

const load = (namespace: Namespace, text: string) => void namespace.run(['nft', '-f', '-'], text)
const fullOf = (ruleset: Ruleset, job: Form) => renderAll(ruleset, job).files[0]?.text as string

/** Where only the policy's ports are restricted, others pass. */
const onlyOwnPorts = (samples: readonly Sample[]): Sample[] =>
  samples.map((sample) => (sample.attempt.port === 443 ? sample : { ...sample, isAllowed: true }))

const everything = (samples: readonly Sample[]): Sample[] => samples.map((sample) => ({ ...sample, isAllowed: true }))

function report(title: string, samples: readonly Sample[], begin: number): void {
  const passing = samples.filter(({ isAllowed }) => isAllowed).length
  const six = samples.filter(({ attempt }) => attempt.destination.includes(':')).length
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  console.log(
    `nftables, ${title}: ${samples.length} connections tried in ${seconds} s, ${six} of them IPv6; ${passing} to pass, ${samples.length - passing} to be dropped`,
  )
}

describe.skipIf(REASON)(`connections of a host${REASON ? ` (skipped: ${REASON})` : ''}`, { timeout: 600_000 }, () => {
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

  async function wrong(outbound: readonly Sample[], inbound: readonly Sample[]): Promise<string[]> {
    const found = await Promise.all([surprises(inside as Peer, outbound), surprises(outside as Peer, inbound)])
    return found.flat()
  }

  test.for([
    ['form=table, others=count', COUNTS, '', everything],
    ['form=table, others=drop', DROPS, '', onlyOwnPorts],
    ['form=chains', CHAINS, YOURS, (samples: readonly Sample[]) => samples],
  ] as const)('%s: pass where they may, and nowhere else', async ([title, job, yours, expected]) => {
    const begin = performance.now()
    const ruleset = newestRuleset()
    load(host as Namespace, `flush ruleset\n${fullOf(ruleset, job)}${yours}`)
    const [outbound, inbound] = [samplesOf(ruleset, 'outbound'), samplesOf(ruleset, 'inbound')].map((samples) =>
      expected(samples),
    ) as [Sample[], Sample[]]
    expect(await wrong(outbound, inbound)).toEqual([])
    report(title, [...outbound, ...inbound], begin)
  })

  test.for([
    ['form=table, others=drop', DROPS, '', 'timeout'],
    ['form=chains', CHAINS, YOURS, 'timeout'],
  ] as const)('%s: obey local sides, rules for ping and rules that deny', async ([, job, yours, unlisted]) => {
    host?.sh(OWN_ON_HOST)
    internet?.sh(OWN_ON_INTERNET)
    const ruleset = localRuleset('[10.20.0.0/24, "2001:db8:20::/64"]')
    load(host as Namespace, `flush ruleset\n${fullOf(ruleset, job)}${yours}`)
    const found = await outcomes(host as Namespace, inside as Peer, outside as Peer)
    expect(found).toEqual(
      job === DROPS ? besidePolicy(expectedOutcomes({ unlisted: 'connected' })) : expectedOutcomes({ unlisted }),
    )
  })

  test('each delta of the history, loaded twice, opens and closes what it says', async () => {
    const begin = performance.now()
    const rulesets = shippedRulesets()
    const last = rulesets.length - 1
    const walk = [...new Set([...someOf([...rulesets.keys()], 3), last]), 0, last]
    load(host as Namespace, `flush ruleset\n${fullOf(rulesets[0] as Ruleset, CHAINS)}${YOURS}`)
    const tried: Sample[] = []
    for (const [index, at] of walk.slice(1).entries()) {
      const [before, after] = [rulesets[walk[index] as number] as Ruleset, rulesets[at] as Ruleset]
      const [delta] = (await renderDelta({ before, after }, CHAINS, true)).files
      const held = ['once', 'twice'].map(() => {
        load(host as Namespace, delta?.text as string)
        return host?.run(['nft', '-s', 'list', 'ruleset'])
      })
      expect(held[1]).toBe(held[0])
      const [outbound, inbound] = (['outbound', 'inbound'] as const).map((direction) =>
        near(samplesOf(after, direction), before, after),
      ) as [Sample[], Sample[]]
      expect(await wrong(outbound, inbound), `${before.published} to ${after.published}`).toEqual([])
      tried.push(...outbound, ...inbound)
    }
    report(`${walk.length - 1} deltas`, tried, begin)
  })

  test('a connection stays open while files are loaded, and a new one is not refused meanwhile', async () => {
    const ruleset = newestRuleset()
    const text = fullOf(ruleset, CHAINS)
    load(host as Namespace, `flush ruleset\n${text}${YOURS}`)
    const [allowed] = samplesOf(ruleset, 'outbound').filter(({ isAllowed }) => isAllowed)
    const { attempt } = allowed as Sample
    await inside?.open(attempt)
    // A second of nothing but loading, and no SYN that has to be sent again.
    const refused = inside?.connect(
      Array.from({ length: 2000 }, () => attempt),
      0.9,
    )
    for (let round = 0; round < 20; round++) load(host as Namespace, text)
    expect(await refused).toEqual(Array.from({ length: 2000 }, () => 'connected'))
    expect(await inside?.talk('after 20 loads')).toBe('after 20 loads')
  })

  test('nftables and iptables on one host: a drop in either is final, an accept in either is not', async () => {
    const ruleset = newestRuleset()
    const sample = samplesOf(ruleset, 'outbound').find(
      ({ isAllowed, attempt }) => isAllowed && !attempt.destination.includes(':'),
    )
    const { attempt } = sample as Sample
    const outcomes: string[] = []
    for (const [policy, rule, job] of [
      ['ACCEPT', '-j ACCEPT', DROPS],
      ['DROP', '-j RETURN', DROPS],
      ['DROP', '-j ACCEPT', DROPS],
      ['ACCEPT', '-j DROP', COUNTS],
    ] as const) {
      for (const priority of [-10, 10]) {
        const options = { ...job.options, priority }
        const script = `nft flush ruleset; iptables -w 5 -P OUTPUT ${policy}; iptables -w 5 -A OUTPUT -p tcp ${rule}`
        host?.sh(script)
        load(host as Namespace, fullOf(ruleset, { ...job, options }))
        const [own, other] = (await inside?.connect([attempt, { ...attempt, destination: '198.18.0.1' }], 1.5)) ?? []
        outcomes.push(
          `iptables ${policy} ${rule}, others=${job.options.others} at ${priority}: in the policy ${own}, not in it ${other}`,
        )
      }
    }
    host?.sh('nft flush ruleset')
    expect(outcomes).toEqual([
      'iptables ACCEPT -j ACCEPT, others=drop at -10: in the policy connected, not in it timeout',
      'iptables ACCEPT -j ACCEPT, others=drop at 10: in the policy connected, not in it timeout',
      'iptables DROP -j RETURN, others=drop at -10: in the policy timeout, not in it timeout',
      'iptables DROP -j RETURN, others=drop at 10: in the policy timeout, not in it timeout',
      'iptables DROP -j ACCEPT, others=drop at -10: in the policy connected, not in it timeout',
      'iptables DROP -j ACCEPT, others=drop at 10: in the policy connected, not in it timeout',
      'iptables ACCEPT -j DROP, others=count at -10: in the policy timeout, not in it timeout',
      'iptables ACCEPT -j DROP, others=count at 10: in the policy timeout, not in it timeout',
    ])
  })
})

/** Connections of local addresses that no rule is about pass in a table of its own, whatever they are. */
const besidePolicy = (outcomes: readonly string[]) =>
  outcomes.map((line) =>
    /100\.64\.0\.1|fd00:64::1/.test(line) ? line.replace('timeout', 'connected').replace('refused', 'answered') : line,
  )

/** The ends of what has changed, and some of the others. */
function near(samples: readonly Sample[], before: Ruleset, after: Ruleset): Sample[] {
  const prefixesOf = ({ sets }: Ruleset) => new Set(sets.flatMap(({ prefixes }) => prefixes.texts))
  const [was, is] = [prefixesOf(before), prefixesOf(after)]
  const changed = [before, after]
    .flatMap(({ sets }) =>
      sets.flatMap(({ prefixes }) =>
        prefixes.prefixes.map((prefix, index): [Prefix, string] => [prefix, prefixes.texts[index] as string]),
      ),
    )
    .filter(([, text]) => !was.has(text) || !is.has(text))
    .map(([prefix]) => rangeOf(prefix))
  const ends = new Set(changed.flatMap(({ first, last }) => [first - 1n, first, last, last + 1n]))
  return samples.filter(({ address }, index) => ends.has(address) || index % 29 === 0)
}

const ROUTED = `
ip link set lo up
ip link set lan0 up
ip link set wan0 up
ip address add 100.64.0.2/30 dev lan0
ip address add fd00:64::2/64 dev lan0 nodad
ip address add 100.64.1.1/30 dev wan0
ip address add fd00:65::1/64 dev wan0 nodad
ip route add default via 100.64.1.2
ip route add default via fd00:65::2
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/wan0/rp_filter
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
`

const BEYOND = INTERNET.replace('100.64.0.2/30', '100.64.1.2/30').replace('fd00:64::2/64', 'fd00:65::2/64')

describe.skipIf(REASON)(
  `connections through a router${REASON ? ` (skipped: ${REASON})` : ''}`,
  { timeout: 600_000 },
  () => {
    let [lan, router, internet]: Namespace[] = []
    let [inside, outside]: Peer[] = []

    beforeAll(async () => {
      ;[lan, router, internet] = [await Namespace.create(), await Namespace.create(), await Namespace.create()]
      lan.run(['ip', 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'lan0', 'netns', String(router.pid)])
      router.run(['ip', 'link', 'add', 'wan0', 'type', 'veth', 'peer', 'name', 'host', 'netns', String(internet.pid)])
      router.sh(ROUTED)
      lan.sh(HOST)
      internet.sh(`${BEYOND}ip route add 100.64.0.0/30 via 100.64.1.1\nip route add fd00:64::/64 via fd00:65::1\n`)
      inside = await Peer.start(lan, PORTS)
      outside = await Peer.start(internet, PORTS)
    })

    afterAll(() => {
      for (const one of [inside, outside, lan, router, internet]) one?.close()
    })

    test('pass where they may, and nowhere else', async () => {
      const begin = performance.now()
      const ruleset = newestRuleset()
      load(router as Namespace, fullOf(ruleset, ROUTER))
      const [outbound, inbound] = (['outbound', 'inbound'] as const).map((direction) =>
        onlyOwnPorts(samplesOf(ruleset, direction)),
      ) as [Sample[], Sample[]]
      const found = await Promise.all([surprises(inside as Peer, outbound), surprises(outside as Peer, inbound)])
      expect(found.flat()).toEqual([])
      report('hook=router', [...outbound, ...inbound], begin)
    })
  },
)
