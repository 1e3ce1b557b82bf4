import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { parseDocument } from '../../src/document/document.ts'
import { lazy } from '../../src/model/lazy.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { DOCUMENTS, HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { policyOf } from '../notation.ts'
import { someOf, THOROUGH } from '../thorough.ts'
import { chainOf } from './chains.ts'
import { carries, FORMS, POLICIES, rulesetFor } from './edits.ts'
import type { Form } from './forms.ts'

// The theorem of docs/loading.md: whichever way each step was loaded, a device holds exactly what the newest full files alone make.

const TAGS = [
  'Sql=20.0.0.0/24,20.0.4.0/24,2603:1000::/48 Front=20.1.0.0/24,20.0.4.0/25,2603:1001::/48 Storage=20.2.0.0/24,20.0.0.0/25',
  'Sql=20.0.0.0/24,20.0.8.0/24,2603:1002::/48 Front=20.1.0.0/25,20.0.8.0/25,2603:1001::/48 Storage=20.2.0.0/23,20.0.0.0/25',
]
const EDITED = TAGS.flatMap((tags) => Object.keys(POLICIES).map((name) => rulesetFor(name, tags)))

/** Policies of tags that published documents change often, and that are small. */
const REAL = [
  policyOf(`150 Door: AzureFrontDoor.FirstParty outbound tcp 443
160 Reports: PowerBI.WestEurope outbound tcp 443
170 Events: EventHub.WestEurope outbound tcp 443,5671-5672`),
  policyOf(`140 Events: EventHub.WestEurope outbound tcp 443
150 Door: AzureFrontDoor.FirstParty,PowerBI.WestEurope outbound tcp 443`),
]

/** The real policies against a few published documents, some months apart. */
const published = lazy((): Ruleset[] =>
  ['2024-01-01', '2025-02-17', '2025-11-10'].flatMap((date) => {
    const name = `ServiceTags_Public_${date.replaceAll('-', '')}.json`
    const source = { bytes: readFileSync(join(DOCUMENTS, name)), name, published: date }
    return REAL.map((policy) => {
      const selectors = policy.rules.flatMap(({ tags }) => tags)
      return compile(policy, { ...parseDocument(source, 'public', selectors), where: name }).ruleset
    })
  }),
)

const SAME = { added: [], removed: [], changed: [], moved: [] }
const SEEDS = Array.from({ length: THOROUGH ? 12 : 1 }, (_, index) => index + 1)

/** Every step of a chain has what it needs, and ends as a fresh load does. */
async function expectChains(form: Form, all: readonly Ruleset[], turn: number, steps = 10): Promise<void> {
  const rulesets = all.filter((ruleset) => carries(form, ruleset))
  for (const seed of SEEDS) {
    const ways: string[] = []
    for await (const { way, difference, lost } of chainOf(form, rulesets, { seed: seed * 100 + turn, steps })) {
      ways.push(way)
      expect({ difference, lost }, `seed ${seed}: ${ways.join(', ')}`).toEqual({ difference: SAME, lost: [] })
    }
  }
}

const withTurns = (forms: readonly Form[]) => forms.map((form) => [form.name, form, FORMS.indexOf(form)] as const)

test.for(withTurns(FORMS))('%s: a chain of ten edits', { timeout: 1_200_000 }, ([, form, turn]) =>
  expectChains(form, EDITED, turn),
)

// Five steps of every second form take all ways and documents together; the edits above lead each device on through ten.
test.skipIf(!HAS_DOCUMENTS).for(withTurns(someOf(FORMS, 2)))(
  `%s: a chain of changes of published documents${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  { timeout: 1_200_000 },
  ([, form, turn]) => expectChains(form, published(), turn, THOROUGH ? 10 : 5),
)
