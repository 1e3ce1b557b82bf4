import { describe, expect, test } from 'vitest'
import { renderAll } from '../../src/commands/artefacts.ts'
import { renderDelta } from '../../src/commands/render-delta.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { explain } from '../../src/present/finding.ts'
import { loadReader } from '../../src/source/reader.ts'
import { readVendor, resolveOptions } from '../../src/source/vendor.ts'
import { KIT } from '../../src/verify/kit.ts'
import { prove } from '../../src/verify/prove.ts'
import { shippedRulesets } from './history.ts'

// Over the whole shipped history: the delta of every consecutive pair and of some long jumps, there and back, for every
// vendor and form that has deltas. `renderDelta` proves each command by command; here the same once more in ways that a
// device meets: loaded twice, and broken off anywhere and begun again.

const FORMS: readonly (readonly [vendor: string, options: Record<string, string>])[] = [
  ['iptables', {}],
  ['iptables', { match: 'ipset' }],
  ['paloalto', {}],
  ['paloalto', { form: 'xml' }],
  ['paloalto', { groupMembers: '20', scope: 'device-group' }],
  ['paloalto', { form: 'xml', groupMembers: '20', scope: 'shared' }],
  ['fortigate', {}],
  ['fortigate', { groupMembers: '20', vdom: 'edge' }],
  ['nsg', {}],
  ['nsg', { mode: 'prefixes' }],
  ['nsg', { mode: 'prefixes', form: 'rules' }],
  ['nsg', { mode: 'prefixes', form: 'array' }],
  ['json', {}],
  ['list', {}],
  ['list', { form: 'sets' }],
]

const rulesets = shippedRulesets()
const last = rulesets.length - 1
const PAIRS = [
  ...rulesets.slice(1).map((_, index) => [index, index + 1] as const),
  ...[0, 5, 10].map((index) => [index, last] as const),
]
const BOTH_WAYS = PAIRS.flatMap(([a, b]) => [[a, b] as const, [b, a] as const])

describe.for(FORMS)('%s %j', ([name, given]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const options = resolveOptions(vendor, given, 'test')
  const job = { target: name, vendor, options, family: undefined }

  test.for(BOTH_WAYS)('snapshot %i to %i', { timeout: 120_000 }, async ([from, to]) => {
    const [before, after] = [rulesets[from] as Ruleset, rulesets[to] as Ruleset]
    const { files, findings, proof, isEmpty } = await renderDelta({ before, after }, job, true)
    expect(findings.map(explain)).toEqual([])
    expect(files.length).toBeGreaterThan(0)
    expect(isEmpty || (proof?.commands ?? 0) > 0).toBe(true)

    const follow = (await loadReader(vendor))?.follow
    if (!follow) throw new Error('no reader that follows')
    const full = renderAll(before, job).files
    const by = name === 'nsg' && options.mode === 'tags' ? 'tags' : 'addresses'
    const context = { options, purpose: 'prove', narrow: {}, kit: KIT } as const
    const twice = [...follow(full, [...files, ...files], context)].at(-1)
    expect(twice && prove({ target: name, ruleset: after, by }, twice).findings.map(explain)).toEqual([])
  })
})
