import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { someOf, THOROUGH } from '../thorough.ts'
import { editsFor, FORMS, faultsOf, notedOnTheWay, uncleaned } from './edits.ts'

// Every policy of a table to every other one: the delta exists, holds after each command, and ends as a fresh load, also if it is loaded twice, and back. A
// full load over the older one has a proved cleanup, and no moment of it has notes, or the device refuses it. The figures are those of docs/vendors.md.

const FIGURES = new Map(
  [
    ...readFileSync(join(ROOT, 'docs/vendors.md'), 'utf8').matchAll(/^\| `([^|]+)` \| (\d+) \| (\d+) \| (\d+) \|$/gm),
  ].map(([, form, edits, manual, refused]) => [
    form,
    { edits: Number(edits), manual: Number(manual), refused: Number(refused) },
  ]),
)

/** Forms whose commands change a candidate, which a commit takes as a whole: on its way a group may have no members. */
const CANDIDATE = ['paloalto', 'paloalto groupMembers=20 scope=device-group']

test('docs/vendors.md has the figures of every form', () => {
  expect([...FIGURES.keys()]).toEqual(FORMS.map(({ name }) => name))
})

test.for(FORMS.map((form, turn) => [form.name, form, turn] as const))(
  '%s: from each policy to each',
  { timeout: 1_200_000 },
  async ([name, form, turn]) => {
    const edits = editsFor(form)
    const wrong: { readonly title: string; readonly faults: readonly string[] }[] = []
    const counts = { edits: edits.length, manual: 0, refused: 0 }
    // Others for each form, from and to all policies.
    const tried = someOf(edits, 67, turn)
    for (const edit of tried) {
      const [faults, stays] = [await faultsOf(edit, form), await uncleaned(edit, form)]
      const isRefused = stays.some((text) => text.includes('refuses a full load over'))
      if (faults[0]?.startsWith('none: ') || (stays.length > 0 && !isRefused)) counts.manual++
      else if (faults.length > 0) wrong.push({ title: edit.title, faults })
      if (isRefused) counts.refused++
      else if (!CANDIDATE.includes(form.name)) {
        const noted = await notedOnTheWay(edit, form)
        if (noted.length > 0) wrong.push({ title: edit.title, faults: noted })
      }
    }
    console.log(`| \`${name}\` | ${tried.length} of ${counts.edits} | ${counts.manual} | ${counts.refused} |`)
    expect(wrong).toEqual([])
    const known = FIGURES.get(name)
    if (THOROUGH) expect(counts).toEqual(known)
    expect(counts.edits).toBe(known?.edits)
    expect(counts.manual).toBeLessThanOrEqual(known?.manual ?? 0)
  },
)
