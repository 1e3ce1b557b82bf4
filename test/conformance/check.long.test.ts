import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/source/vendor/vendor.ts'
import { checkVendor, type Depth, USUAL } from '../../src/workflow/check-vendor/check-vendor.ts'
import { THOROUGH } from '../thorough.ts'

// What `tagwall vendor check` does with each shipped vendor. Where it tries few edits, its files, proofs, deltas and hostile texts are left to the suites that
// test/conformance, test/deltas and test/cli have of their own.
const DEPTH: Depth = THOROUGH ? USUAL : { edits: 60, editsOfFile: 6, history: 2, only: ['folder', 'edits'] }

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s passes the check', { timeout: 300_000 }, async (name) => {
  const { checks } = await checkVendor(readVendor(name, [SHIPPED.vendors]), DEPTH)
  const findings = checks.flatMap(({ check, findings }) => findings.map(({ text }) => `${check}: ${text}`))
  expect(findings).toEqual([])
})
