import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { type Item, itemKey } from '../../src/model/item.ts'
import { devicesOf, formsWith } from '../deltas/forms.ts'
import { ROOT, rulesetOf } from '../fixtures.ts'

// What a device holds of the full files of a target, which deltas and full loads are compared by.

const DOCUMENT = join(ROOT, 'policies/conformance/document.json')
const RULESET = rulesetOf(join(ROOT, 'policies/conformance/several.yaml'), 'several', DOCUMENT, '2025-11-10')

describe.for(formsWith().map((form) => [form.name, form] as const))('%s', ([, form]) => {
  test('each item has a key of its own and fields; a rule has its list', async () => {
    const device = (await devicesOf(form))([renderAll(RULESET, form).files])
    const items = device.items()
    expect(items.length).toBeGreaterThan(0)
    expect(items.filter(({ fields }) => Object.keys(fields).length === 0)).toEqual([])
    expect(items.filter(({ kind, list }) => (kind === 'rule') !== (list !== undefined))).toEqual([])
    expect(new Set(items.map(itemKey)).size).toBe(items.length)
    const names = device.reading().rules.map(({ name }) => name)
    // Entries of an access list have no names: a reading numbers them, and they are items by their text.
    if (form.vendor.order === 'runs') expect(namesOfRules(items)).toHaveLength(names.length)
    else expect(runsOf(namesOfRules(items).filter((name) => names.includes(name)))).toEqual(runsOf(names))
  })
})

/** Without repetitions: a rule of a policy may be several of a host. */
const runsOf = (names: readonly string[]) => names.filter((name, index) => name !== names[index - 1])

/** The rules of a device, in its order. */
const namesOfRules = (items: readonly Item[]) => items.filter(({ kind }) => kind === 'rule').map(({ name }) => name)
