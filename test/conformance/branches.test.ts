import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { deltaCasesOf, renderDeltaCase } from '../deltas/golden.ts'
import { watched } from './branches.ts'
import { goldenCasesOf, renderCase } from './golden.ts'

// Every branch of every template is in a golden file: of full files, of deltas, or of cleanups. A new branch needs a case, in the vendor's
// `expected/golden.json` or in test/deltas/golden.ts; more option values go into `expected/cases.json`.

const IN_PARTS = 'a file that is split: test/vendors/paloalto-parts.test.ts'

/** The branches that no small policy takes, and the tests that do. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'json/ruleset.hbs: if widened': 'widened.test.ts',
  'list/{{> cidr}}': 'none: the templates of its deltas write it, and its manifest only names it',
  'paloalto/xml.hbs: else of if objects': IN_PARTS,
  'paloalto/xml.hbs: else of if groups': IN_PARTS,
  'paloalto/xml.hbs: else of if rules': IN_PARTS,
  'paloalto/xml.hbs: if part.isSplit': IN_PARTS,
}

const noted: string[] = []

test.for([...listVendors([SHIPPED.vendors]).keys()])('each branch of the templates of %s', async (name) => {
  const { vendor, branches, taken } = watched(readVendor(name, [SHIPPED.vendors]))
  for (const one of goldenCasesOf(vendor.folder)) renderCase(vendor, one)
  for (const one of deltaCasesOf(vendor)) await renderDeltaCase(vendor, one)
  const missing = branches.filter((branch) => !taken.has(branch)).map((branch) => `${name}/${branch}`)
  const withoutLine = (branch: string) => branch.replace(/:\d+(?= )/, ':')
  noted.push(...missing.map(withoutLine))
  expect(missing.filter((branch) => !(withoutLine(branch) in ELSEWHERE))).toEqual([])
})

test('no reason is left over', () => {
  expect(Object.keys(ELSEWHERE).sort()).toEqual(noted.sort())
})
