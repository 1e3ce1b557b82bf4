import { expect, test } from 'vitest'
import { someOfEach } from '../thorough.ts'
import { editsFor, FORMS, faultsOf, MOST_WITHOUT } from './edits.ts'

// Every policy of a table to every other one: the delta exists, holds after each command, ends as a fresh load, and may be loaded twice.

/** These put a new entry last, so that a second load of a delta that moves rules ends in another order: their pages say so. */
const LOADED_ONCE = new Set(['cisco-asa', 'cisco-ios'])

test.for(FORMS.map((form) => [form.name, form] as const))(
  '%s: from each policy to each',
  { timeout: 1_200_000 },
  async ([, form]) => {
    const edits = editsFor(form)
    const tried = someOfEach(edits, ({ title }) => title.split(' -> ')[0] as string)
    const found: { readonly title: string; readonly faults: string[] }[] = []
    for (const edit of tried) found.push({ title: edit.title, faults: await faultsOf(edit, form) })
    const without = found.filter(({ faults }) => faults[0]?.startsWith('none: '))
    const isKnown = (fault: string) => LOADED_ONCE.has(form.target) && /^loaded 2 times: .* missing: /.test(fault)
    const wrong = found
      .filter((one) => !without.includes(one))
      .map(({ title, faults }) => ({ title, faults: faults.filter((fault) => !isKnown(fault)) }))
      .filter(({ faults }) => faults.length > 0)
    console.log(`${form.name}: ${found.length} edits, ${without.length} without a delta`)
    expect(wrong).toEqual([])
    expect(without.length / found.length).toBeLessThanOrEqual(MOST_WITHOUT[form.target] ?? 0)
  },
)
