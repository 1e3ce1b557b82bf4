import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Device } from '../../src/model/device.ts'
import { itemKey } from '../../src/model/item.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { devicesOf, formFor } from '../deltas/forms.ts'
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

/** Devices with the full files of rulesets, loaded one after the other. */
async function loadedBy(name: string, setting: Readonly<Record<string, unknown>>) {
  const form = formFor(name, setting)
  const devices = await devicesOf(form)
  return {
    loaded: (...rulesets: readonly Ruleset[]) =>
      devices(...rulesets.map((ruleset) => [renderAll(ruleset, form).files] as const)),
    problemsOf: (device: Device, ruleset: Ruleset) => prove(expectationOf(form, ruleset), device.reading()).findings,
  }
}

test.for(CASES)('%s %j: a full load over itself changes nothing', async ([name, setting]) => {
  const { loaded, problemsOf } = await loadedBy(name, setting)
  const [once, twice] = [loaded(SEVERAL), loaded(SEVERAL, SEVERAL)]
  expect([once, twice].flatMap((device) => problemsOf(device, SEVERAL))).toEqual([])
  expect(twice.reading().rules.map(({ name }) => name)).toEqual(once.reading().rules.map(({ name }) => name))
  expect(twice.items()).toEqual(once.items())
})

test.for(CASES)('%s %j: what a full load does not name stays, and is among the items', async ([name, setting]) => {
  const { loaded, problemsOf } = await loadedBy(name, setting)
  const device = loaded(SEVERAL, FEWER)
  // Rules that left the policy still allow.
  expect(new Set(problemsOf(device, FEWER).map(({ code }) => code))).toEqual(new Set(['PROOF_FAILED']))
  const [before, held, fresh] = [loaded(SEVERAL), device, loaded(FEWER)].map((one) => one.items().map(itemKey))
  expect(before?.filter((one) => !held?.includes(one))).toEqual([])
  expect(held?.filter((one) => !fresh?.includes(one)).length).toBeGreaterThan(2)
})

test.for([
  ['fortigate', { form: 'feed' }],
  ['paloalto', { form: 'edl' }],
] as const)('%s %j: a full load takes the place of every list', async ([name, setting]) => {
  const { loaded, problemsOf } = await loadedBy(name, setting)
  expect(problemsOf(loaded(SEVERAL, FEWER), FEWER)).toEqual([])
})
