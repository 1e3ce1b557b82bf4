import { expect, test } from 'vitest'
import type { Rulesets } from '../../src/change/commands/delta-files.ts'
import { type RenderedDelta, renderDelta } from '../../src/change/commands/render-delta.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { expectationOf } from '../../src/verify/expectation.ts'
import { prove } from '../../src/verify/prove.ts'
import { someOf, THOROUGH } from '../thorough.ts'
import { fullLoad } from './cleaned.ts'
import { devicesOf, type Form, formsWith } from './forms.ts'
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

/** Reads the delta of a step, which its commands prove already, after it was loaded twice; gives the number of its commands. */
async function commandsOf(form: Form, { after, ...step }: Rulesets, delta: RenderedDelta): Promise<number> {
  const { files, findings, proof } = delta
  const where = `${step.before.published} to ${after.published}`
  expect(findings.map(explain), where).toEqual([])
  expect(files.length).toBeGreaterThan(0)
  expect(proof?.commands, where).toBeDefined()
  const isEmpty = files.every(({ text }) => text === '')
  expect(isEmpty, where).toBe(proof?.commands === 0)
  const twice = (await devicesOf(form))([renderAll(step.before, form).files], [files, 'delta'], [files, 'delta'])
  expect(prove(expectationOf(form, after), twice.reading()).findings.map(explain), `${where}, twice`).toEqual([])
  return proof?.commands ?? 0
}

test.for(FORMS.map((form) => [form.name, form] as const))(
  '%s: every step of the history, there and back, and every whole file over an older one',
  { timeout: 600_000 },
  async ([, form]) => {
    let commands = 0
    for (const [from, to] of pairsOf(form)) {
      const [before, after] = [rulesets[from] as Ruleset, rulesets[to] as Ruleset]
      const { findings, delta } = await fullLoad({ before, after }, form)
      expect(findings.map(explain), `${before.published} to ${after.published}`).toEqual([])
      commands += await commandsOf(form, { before, after }, delta)
      const back = { before: after, after: before }
      commands += await commandsOf(form, back, await renderDelta(back, form, true))
    }
    // Azure keeps the tags of an NSG up to date itself.
    expect(commands > 0).toBe(form.by === 'addresses')
    for (const before of THOROUGH ? rulesets.slice(0, -1) : []) {
      const { findings } = await fullLoad({ before, after: rulesets[last] as Ruleset }, form)
      expect(findings.map(explain), before.published).toEqual([])
    }
  },
)
