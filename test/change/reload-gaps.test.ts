import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { reloadGaps } from '../../src/change/commands/reload-gaps.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import type { Gap } from '../../src/change/commands/set-gaps.ts'
import { compile } from '../../src/compile/compile.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { readingsFrom } from '../../src/model/device.ts'
import { type Ruleset, restrict } from '../../src/model/ruleset.ts'
import type { Job } from '../../src/model/vendor.ts'
import { loadedDevice } from '../../src/vendor/checked-device.ts'
import type { DeviceModel } from '../../src/vendor/kit/reader-api.ts'
import { type Decided, decidedFor, flowsOf } from '../../src/verify/compare.ts'
import { proofFlowText } from '../../src/verify/expectation.ts'
import { Loads } from '../../src/verify/loaded-files.ts'
import { device as fortigate } from '../../vendors/fortigate/reader.ts'
import { device as iptables } from '../../vendors/iptables/reader.ts'
import { contextOf, type Form, formFor } from '../deltas/forms.ts'
import { expectPage } from '../golden-page.ts'
import { compiled, documentOf, policyOf, randomOf, show } from '../notation.ts'

const POLICY = `149 New: Batch outbound udp 53 optional
150 Web: Sql outbound tcp 443
151 Dns: Redis outbound udp 53
152 All: Storage both tcp 1-65535`

const DENYING = `148 No: Batch outbound tcp 443 deny
149 Web: Sql outbound tcp 443
150 More: Redis outbound tcp 443 deny optional
151 All: Storage outbound tcp 443`

const EDITED = `147 First: Sql outbound tcp 443 optional
148 No: Batch outbound tcp 443 deny optional
151 All: Storage outbound tcp 443`

/** Prefixes of tags have a letter each. */
const PREFIXES: Readonly<Record<string, string>> = { A: '192.0.2.0/25', B: '192.0.2.128/25', C: '198.51.100.0/24' }

const inFull = (tags: string) => tags.replaceAll(/\b[ABC]\b/g, (letter) => PREFIXES[letter] as string)

const rulesetFor = (tags: string, policy = POLICY): Ruleset => {
  return compile(policyOf(policy), { document: documentOf(inFull(tags)), names: [], where: '' }).ruleset
}

/** The gaps of a full load of the files of `after` over those of `before`, which `from` made; the proof of the delta sees the same. */
async function gapsOver(before: Ruleset, after: Ruleset, job: Job, from = job): Promise<readonly Gap[]> {
  const [older, newer] = [renderAll(before, from).files, renderAll(after, job).files]
  const made = { files: newer, ruleset: restrict(after, job.family), job }
  const inPlace = { files: older, paths: [], ruleset: restrict(before, from.family), job: from, delta: { files: [] } }
  const alone = await reloadGaps(inPlace, made, new Loads())
  const { gaps } = await renderDelta({ before, after }, job, true, { from, start: older, wayBack: async () => {} })
  if (gaps) expect(gaps).toEqual(alone)
  proved += gaps ? 1 : 0
  return alone
}

/** The number of deltas whose proof saw the gaps. */
let proved = 0

const shown = (gaps: readonly Gap[]) =>
  gaps.map(({ rules, isRefused, flow, prefixes }) => {
    return `${rules.join()} ${isRefused ? 'refuse' : 'do not deny'} ${flow}: ${show(prefixes)}`
  })

const FORTI = formFor('fortigate', {})
const WHOLE: readonly [name: string, before: string, after: string, policy?: string, edited?: string][] = [
  ['nothing changes', 'Sql=A Redis=B Storage=A', 'Sql=A Redis=B Storage=A'],
  ['addresses go', 'Sql=A Redis=A,B Storage=A', 'Sql=A Redis=B Storage=A'],
  ['addresses move to a rule behind', 'Sql=A,B Redis=A Storage=C', 'Sql=A Redis=A Storage=C,B'],
  ['addresses move to a rule before', 'Sql=A Redis=A Storage=C,B', 'Sql=A,B Redis=A Storage=C'],
  ['addresses move to a rule of other traffic', 'Sql=A,B Redis=A Storage=C', 'Sql=A Redis=A,B Storage=C'],
  ['addresses move to a rule that is new', 'Sql=A Redis=A,B Storage=A', 'Sql=A Redis=A Storage=A Batch=B'],
  ['another rule has them all along', 'Sql=A,B Redis=A Storage=B', 'Sql=A Redis=A Storage=A,B'],
  ['addresses go that are denied and allowed', 'Batch=A,B Sql=A Storage=A,B', 'Batch=A Sql=A Storage=A', DENYING],
  ['addresses move to a denial', 'Batch=A,B Sql=A Redis=A Storage=B', 'Batch=A Sql=A Redis=A,B Storage=B', DENYING],
  ['addresses move to a new denial', 'Batch=A,B Sql=A Storage=A', 'Batch=A Sql=A Redis=B Storage=A', DENYING],
  ['addresses are denied from now on', 'Batch=A Sql=A,B Redis=A Storage=A', 'Batch=A Sql=A Redis=B Storage=A', DENYING],
  ['a rule is new before a denial', 'Batch=A Storage=A', 'Batch=A Storage=A Sql=C', EDITED],
  ['a denial is new, of what is allowed from now on', 'Storage=C', 'Storage=C,B Batch=B', EDITED],
  ['a denial is in front from now on', 'Batch=A Storage=A', 'Batch=A Storage=A', EDITED.replace('148', '160'), EDITED],
  ['rules take another port', 'Batch=A Storage=A', 'Batch=A Storage=A', EDITED, EDITED.replaceAll('443', '8443')],
]

test('a whole file of FortiOS over an older one', async () => {
  const rows = WHOLE.map(
    async ([name, older, newer, policy = POLICY, edited = policy]): Promise<[string, string[]]> => {
      const [before, after] = [rulesetFor(older, policy), rulesetFor(newer, edited)]
      expect(await gapsOver(before, after, formFor('fortigate', { form: 'feed' }))).toEqual([])
      expect(await gapsOver(before, after, formFor('paloalto', {}))).toEqual([])
      return [name, shown(await gapsOver(before, after, FORTI))]
    },
  )
  await expectPage('reload-gaps.txt', await Promise.all(rows))
  expect(proved).toBeGreaterThan(3)
})

test('a target of FortiOS that gives up a family', async () => {
  const [six, four] = ['2001:db8::/48', '192.0.2.0/24']
  const both = rulesetFor(`Batch=${six},${four} Sql=${six},${four} Storage=${six},${four}`, DENYING)
  const one = { ...FORTI, family: 'ipv4' } as const
  expect(shown(await gapsOver(both, both, one, FORTI))).toEqual([
    `No,Web,All do not deny outbound tcp port 443: ${six}`,
  ])
  expect(await gapsOver(both, both, FORTI, one)).toEqual([])
})

test('a gap of each of some objects is told once, not again for addresses in two of them', async () => {
  const rules = ['deny0', 'allow0', 'deny1', 'allow1', 'deny2', 'allow2'].map((name, at) => {
    const [action, object] = [name.slice(0, -1), `Object${name.at(-1)}`]
    const traffic = { action, local: { object }, tags: [action === 'deny' ? 'Sql' : 'Redis'], ports: [443] }
    return { name, direction: 'outbound', priority: 100 + at, ...traffic }
  })
  const [before, after] = ['Sql=A,B Redis=B', 'Sql=A Redis=C'].map((tags) => compiled(rules, inFull(tags)))
  const gap = (index: number) => `deny${index},allow${index} do not deny outbound tcp port 443: 192.0.2.128/25`
  expect(shown(await gapsOver(before as Ruleset, after as Ruleset, FORTI))).toEqual([2, 1, 0].map(gap))
})

/** What is refused between commands that both files allow, and not denied although neither allows it, by traffic. */
function gapsOf(job: Form, device: DeviceModel, before: Ruleset, after: Ruleset): string[] {
  const [old, young] = [before, after].map((ruleset) => renderAll(ruleset, job).files)
  const led = loadedDevice(device, old ?? [], contextOf(job))
  const commands = (young ?? []).filter(({ part }) => part !== 'hook')
  const readings = [...readingsFrom(led, commands, 'delta')]
  const flows = flowsOf([...before.rules, ...after.rules].flatMap(({ ports }) => ports))
  return flows.flatMap((flow) => {
    const states = readings.map(({ rules }) => decidedFor(flow, rules))
    const [first, last] = [states[0], states.at(-1)].map((one) => one as Decided)
    if (!first || !last) return []
    const [both, either] = [
      first.surely.addresses.intersect(last.surely.addresses),
      first.surely.addresses.union(last.surely.addresses),
    ]
    const denied = first.denied.addresses.intersect(last.denied.addresses)
    const refused = PrefixSet.union(states.map(({ surely }) => both.subtract(surely.addresses)))
    const open = PrefixSet.union(
      states.flatMap((one) => [one.surely.addresses.subtract(either), denied.subtract(one.denied.addresses)]),
    )
    const text = proofFlowText(flow)
    return [
      ...(refused.isEmpty ? [] : [`true ${text}: ${show(refused)}`]),
      ...(open.isEmpty ? [] : [`false ${text}: ${show(open)}`]),
    ]
  })
}

test.for<[name: string, given: Record<string, string>, device: DeviceModel, policy: string]>([
  ['fortigate', {}, fortigate, POLICY],
  ['iptables', { match: 'ipset' }, iptables, POLICY],
  ['fortigate', {}, fortigate, DENYING],
  ['iptables', { match: 'ipset' }, iptables, DENYING],
])('says what a model of the device refuses or allows on the way: %s', async ([name, given, device, rules]) => {
  const seed = 34
  const below = randomOf(seed)
  const job = formFor(name, given)
  const policy = rules.replace(/1-65535/, '443')
  const list = () => {
    const some = Array.from({ length: 4 }, (_, index) => `192.0.2.${16 * index}/28`).filter(() => below(2) === 0)
    return some.length > 0 ? some.join() : '198.51.100.0/28'
  }
  const [optional, ...needed] =
    policy === DENYING ? ['Redis', 'Batch', 'Sql', 'Storage'] : ['Batch', 'Sql', 'Redis', 'Storage']
  const tags = () => [...needed, ...(below(2) && optional ? [optional] : [])]
  const side = () =>
    rulesetFor(
      tags()
        .map((tag) => `${tag}=${list()}`)
        .join(' '),
      policy,
    )
  let found = 0
  for (let round = 0; round < 60; round++) {
    const [before, after] = [side(), side()]
    const said = new Map<string, PrefixSet>()
    for (const { isRefused, flow, prefixes } of await gapsOver(before, after, job)) {
      const key = `${isRefused} ${flow}`
      said.set(key, (said.get(key) ?? PrefixSet.empty).union(prefixes))
    }
    const lines = [...said].map(([key, gap]) => `${key}: ${show(gap)}`).sort()
    expect(lines, `seed ${seed}, round ${round}`).toEqual(gapsOf(job, device, before, after).sort())
    found += lines.length
  }
  expect(found).toBeGreaterThan(10)
})
