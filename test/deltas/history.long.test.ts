import { describe, expect, test } from 'vitest'
import type {} from '../../src/change/commands/delta-files.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { explain } from '../../src/finding/finding.ts'
import { type Ruleset, restrict } from '../../src/model/ruleset.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { prove } from '../../src/verify/prove.ts'
import { someOf, THOROUGH } from '../thorough.ts'
import { fullLoad } from './cleaned.ts'
import { contextOf, type Form, formsWith } from './forms.ts'
import { shippedRulesets } from './history.ts'

// Over the whole shipped history: the delta of every consecutive pair and of some long jumps, there and back, for every
// vendor and form that has deltas. `renderDelta` proves each, command by command; here it is loaded twice too.

const rulesets = shippedRulesets()
const last = rulesets.length - 1
const JUMPS = [0, 5, 10].map((from) => [from, last] as const)
const STEPS = rulesets.slice(1).map((_, index) => [index, index + 1] as const)
const FORMS = formsWith()
/** One jump and one step, others for each form, so that together they take every one. */
const pairsOf = (form: Form) =>
  THOROUGH ? [...JUMPS, ...STEPS] : [JUMPS, STEPS].flatMap((pairs) => someOf(pairs, pairs.length, FORMS.indexOf(form)))

test('the forms together take every jump and step', () => {
  expect(new Set(FORMS.flatMap(pairsOf).map(String)).size).toBe(JUMPS.length + STEPS.length)
})

describe.for(FORMS.map((form) => [form.name, form] as const))('%s', ([, form]) => {
  test('every step of the history, there and back', { timeout: 300_000 }, async () => {
    const follow = (await loadReader(form.vendor))?.follow
    if (!follow) throw new Error('no reader that follows')
    let commands = 0
    for (const [from, to] of pairsOf(form).flatMap(([a, b]) => [[a, b] as const, [b, a] as const])) {
      const [before, after] = [rulesets[from] as Ruleset, rulesets[to] as Ruleset]
      const where = `${before.published} to ${after.published}`
      const { files, findings, proof, before: full } = await renderDelta({ before, after }, form, true)
      expect(findings.map(explain), where).toEqual([])
      expect(files.length).toBeGreaterThan(0)
      expect(proof?.commands, where).toBeDefined()
      expect(
        files.some(({ text }) => text !== ''),
        where,
      ).toBe((proof?.commands ?? 0) > 0)
      commands += proof?.commands ?? 0
      const twice = [...follow(full, [...files, ...files], contextOf(form))].at(-1)
      const expectation = { target: form.name, ruleset: restrict(after, form.family), by: form.by }
      expect(twice && prove(expectation, twice).findings.map(explain), `${where}, twice`).toEqual([])
    }
    // Azure keeps the tags of an NSG up to date itself.
    expect(commands > 0).toBe(form.by === 'addresses')
  })

  test('every whole file over those of each older snapshot', { timeout: 300_000 }, async () => {
    if (!(await loadReader(form.vendor))?.device) return
    const newest = THOROUGH ? rulesets.slice(0, -1).map((_, index) => [index, last] as const) : []
    for (const [from, to] of [...newest, ...pairsOf(form)]) {
      const [before, after] = [rulesets[from] as Ruleset, rulesets[to] as Ruleset]
      const { findings } = await fullLoad({ before, after }, form)
      expect(findings.map(explain), `${before.published} to ${after.published}`).toEqual([])
    }
  })
})
