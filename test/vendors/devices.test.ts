import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { loadWhole } from '../../src/model/device.ts'
import { itemKey } from '../../src/model/item.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import type { ReaderContext } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { prove } from '../../src/verify/prove.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

// What a full load does on a device that holds an older one: it may be loaded again, and what it does not name stays.

const DOCUMENT = join(ROOT, 'policies/conformance/document.json')
const SEVERAL = rulesetOf(join(ROOT, 'policies/conformance/several.yaml'), 'several', DOCUMENT, '2025-11-10')
const FEWER: Ruleset = { ...SEVERAL, rules: SEVERAL.rules.slice(0, 1), sets: [SEVERAL.rules[0]?.set as never] }

const CASES: readonly (readonly [vendor: string, setting: Readonly<Record<string, unknown>>])[] = [
  ['fortigate', {}],
  ['fortigate', { vdom: 'edge', groupMembers: 2 }],
  ['paloalto', {}],
  ['paloalto', { replace: true }],
  ['paloalto', { form: 'xml', groupMembers: 2 }],
  ['paloalto', { form: 'api' }],
]

async function deviceOf(name: string, setting: Readonly<Record<string, unknown>>) {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const options = resolveOptions(vendor, setting, 'test')
  const context: ReaderContext = { options, purpose: 'prove', narrow: {}, kit: KIT }
  const model = (await loadReader(vendor))?.device
  if (!model) throw new Error(`${name} has no device`)
  const filesOf = (ruleset: Ruleset) => renderAll(ruleset, { target: name, vendor, options, family: undefined }).files
  const device = model(context)
  const problemsOf = (ruleset: Ruleset) => prove({ target: name, ruleset, by: 'addresses' }, device.reading()).findings
  return { device, filesOf, problemsOf }
}

test.for(CASES)('%s %j: a full load over itself changes nothing', async ([name, setting]) => {
  const { device, filesOf, problemsOf } = await deviceOf(name, setting)
  loadWhole(device, filesOf(SEVERAL))
  const [rules, items] = [device.reading().rules.map(({ name }) => name), device.items()]
  expect(problemsOf(SEVERAL)).toEqual([])
  loadWhole(device, filesOf(SEVERAL))
  expect(problemsOf(SEVERAL)).toEqual([])
  expect(device.reading().rules.map(({ name }) => name)).toEqual(rules)
  expect(device.items()).toEqual(items)
})

test.for(CASES)('%s %j: what a full load does not name stays, and is among the items', async ([name, setting]) => {
  const { device, filesOf, problemsOf } = await deviceOf(name, setting)
  loadWhole(device, filesOf(SEVERAL))
  const before = device.items()
  loadWhole(device, filesOf(FEWER))
  // Rules that left the policy still allow.
  expect(new Set(problemsOf(FEWER).map(({ code }) => code))).toEqual(new Set(['PROOF_FAILED']))
  const fresh = await deviceOf(name, setting)
  loadWhole(fresh.device, fresh.filesOf(FEWER))
  const [held, wanted] = [device, fresh.device].map((one) => new Set(one.items().map(itemKey)))
  expect(before.map(itemKey).filter((one) => !held?.has(one))).toEqual([])
  expect([...(held ?? [])].filter((one) => !wanted?.has(one)).length).toBeGreaterThan(2)
})

test.for([
  ['fortigate', { form: 'feed' }],
  ['paloalto', { form: 'edl' }],
] as const)('%s %j: a full load takes the place of every list', async ([name, setting]) => {
  const { device, filesOf, problemsOf } = await deviceOf(name, setting)
  loadWhole(device, filesOf(SEVERAL))
  loadWhole(device, filesOf(FEWER))
  expect(problemsOf(FEWER)).toEqual([])
})
