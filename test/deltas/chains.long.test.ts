import { describe, expect, test } from 'vitest'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { THOROUGH } from '../thorough.ts'
import { chainOf } from './chains.ts'
import { carries, FORMS, POLICIES, rulesetFor } from './edits.ts'
import { shippedRulesets } from './history.ts'

// The theorem of docs/delta.md: whichever way each step was loaded, a device holds exactly what the newest full files alone make.

const DOCUMENTS = [
  'Sql=20.0.0.0/24,20.0.4.0/24,2603:1000::/48 Front=20.1.0.0/24,20.0.4.0/25,2603:1001::/48 Storage=20.2.0.0/24,20.0.0.0/25',
  'Sql=20.0.0.0/24,20.0.8.0/24,2603:1002::/48 Front=20.1.0.0/25,20.0.8.0/25,2603:1001::/48 Storage=20.2.0.0/23,20.0.0.0/25',
]
const EDITED = DOCUMENTS.flatMap((tags) => Object.keys(POLICIES).map((name) => rulesetFor(name, tags)))
/** Real documents, and the same without the last rule. */
const REAL = shippedRulesets().flatMap((ruleset): Ruleset[] => {
  const last = ruleset.sets.at(-1)
  const rules = ruleset.rules.filter(({ set }) => set !== last)
  return [ruleset, { ...ruleset, rules, sets: ruleset.sets.slice(0, -1) }]
})

const SAME = { added: [], removed: [], changed: [], moved: [] }
const SEEDS = Array.from({ length: THOROUGH ? 12 : 1 }, (_, index) => index + 1)

describe.for(FORMS.map((form, index) => [form.name, form, index] as const))('%s', ([, form, index]) => {
  test.for([
    ['edits', EDITED],
    ['real documents', REAL],
  ] as const)('a chain of ten %s', { timeout: 1_200_000 }, async ([, all]) => {
    const rulesets = all.filter((ruleset) => carries(form, ruleset))
    for (const seed of SEEDS) {
      const ways: string[] = []
      for await (const { way, difference } of chainOf(form, rulesets, { seed: seed * 100 + index, steps: 10 })) {
        ways.push(way)
        expect(difference, `seed ${seed}: ${ways.join(', ')}`).toEqual(SAME)
      }
    }
  })
})
