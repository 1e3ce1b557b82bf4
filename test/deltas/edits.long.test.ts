import { expect, test } from 'vitest'
import { explain } from '../../src/finding/finding.ts'
import { someOf, THOROUGH } from '../thorough.ts'
import { fullLoad } from './cleaned.ts'
import { editsFor, FORMS, faultsOf, notedOnTheWay } from './edits.ts'

// Every policy of a table to every other one: the delta exists, holds after each command, and ends as a fresh load, also if it is loaded twice, and back. A
// full load over the older one has a proved cleanup, and no moment of it has notes, or the device refuses it.

/**
 * What is known of some forms; of all others, 650 edits of which none is one of these. `manual`: the delta cannot remove all that a full load leaves.
 * `refused`: the device refuses the full file over the older one, for example a rule with the name of an older one.
 */
const FIGURES: Readonly<Record<string, Partial<Record<'edits' | 'manual' | 'refused', number>>>> = {
  'paloalto form=xml': { refused: 214 },
  'paloalto form=api': { refused: 214 },
  'paloalto form=xml groupMembers=20 scope=shared': { refused: 214 },
  fortigate: { refused: 108 },
  'fortigate groupMembers=20 vdom=edge': { refused: 108 },
  nsg: { edits: 600 },
  'nsg mode=prefixes form=rules': { refused: 18 },
  list: { edits: 342 },
  'azure-firewall mode=tags': { edits: 342 },
}

/** Forms whose commands change a candidate, which a commit takes as a whole: on its way a group may have no members. */
const CANDIDATE = ['paloalto', 'paloalto groupMembers=20 scope=device-group']

test('every figure is of a form', () => {
  const names = FORMS.map(({ name }) => name)
  expect(Object.keys(FIGURES).filter((name) => !names.includes(name))).toEqual([])
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
      const { delta, findings } = await fullLoad(edit, form)
      const [faults, stays] = [await faultsOf(edit, form, delta), findings.map(explain)]
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
    const known = { edits: 650, manual: 0, refused: 0, ...FIGURES[name] }
    if (THOROUGH) expect(counts).toEqual(known)
    expect(counts.edits).toBe(known.edits)
    expect(counts.manual).toBeLessThanOrEqual(known.manual)
  },
)
