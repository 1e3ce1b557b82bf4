import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { type Rendered, renderAll } from '../../src/compile/render-target.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import type { Direction } from '../../src/model/traffic.ts'
import { formFor } from '../deltas/forms.ts'
import { HOST, INTERNET, newestRuleset, PORTS, type Sample, samplesOf, surprises } from './connections.ts'
import { expectedOutcomes, localRuleset, OWN_ON_HOST, OWN_ON_INTERNET, OWN_SETS, outcomes } from './local-side.ts'
import { Namespace, Peer, reasonToSkip } from './namespace.ts'

// Real connections through the real kernel. One network is the host that the rules protect, with default policies of
// DROP and the hook in place; the other stands for the internet: it has every address, and answers on two ports.

const REASON = reasonToSkip()
if (REASON) console.log(`kernel: skipped, ${REASON}`)

const policies = (target: string) =>
  `for tables in iptables ip6tables; do for chain in INPUT OUTPUT FORWARD; do $tables -w 5 -P $chain ${target}; done; done`

const filesOf = (ruleset: Ruleset, match: string) => renderAll(ruleset, formFor('iptables', { match })).files

function load(host: Namespace, files: readonly Rendered[]): void {
  for (const { part, family, text } of files) {
    if (part === 'sets') host.run(['ipset', 'restore'], text)
    if (part === 'rules')
      host.run([family === 'ipv6' ? 'ip6tables-restore' : 'iptables-restore', '-w', '5', '--noflush'], text)
  }
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

  test('all pass without rules, so the rules cause every later failure', async () => {
    const ruleset = newestRuleset()
    const everything = (direction: Direction) => {
      return samplesOf(ruleset, direction).map((sample) => ({ ...sample, isAllowed: true }))
    }
    const [near, remote] = [inside, outside] as [Peer, Peer]
    const found = [await surprises(near, everything('outbound')), await surprises(remote, everything('inbound'))]
    expect(found).toEqual([[], []])
    host?.sh(policies('DROP'))
  })

  test.for(['rules', 'ipset'])('with match=%s pass exactly as the policy allows', async (match) => {
    const [near, remote] = [inside, outside] as [Peer, Peer]
    const ruleset = newestRuleset()
    const files = filesOf(ruleset, match)
    load(host as Namespace, files)
    host?.sh(files.find(({ part }) => part === 'hook')?.text as string)

    const outbound = samplesOf(ruleset, 'outbound')
    const inbound = samplesOf(ruleset, 'inbound')
    const start = performance.now()
    const found = await Promise.all([surprises(near, outbound), surprises(remote, inbound)])
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

  test.for(['rules', 'ipset'])('with match=%s obey local sides, rules for ping and rules that deny', async (match) => {
    const [namespace, near, remote] = [host as Namespace, inside as Peer, outside as Peer]
    namespace.sh(policies('DROP'))
    namespace.sh(`${OWN_ON_HOST}ipset restore -exist <<'END'\n${OWN_SETS}END\n`)
    internet?.sh(OWN_ON_INTERNET)
    const files = filesOf(localRuleset('{ object: lan, object6: lan6 }'), match)
    load(namespace, files)
    namespace.sh(files.find(({ part }) => part === 'hook')?.text as string)
    expect(await outcomes(namespace, near, remote)).toEqual(expectedOutcomes({ unlisted: 'timeout' }))
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
