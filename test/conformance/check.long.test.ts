import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/source/vendor/vendor.ts'
import { checkVendor } from '../../src/workflow/check-vendor/check-vendor.ts'

// What `tagwall vendor check` does with the files of each shipped vendor, with fewer edits, so that it takes seconds. Its proofs, deltas and
// hostile texts have suites of their own: test/conformance, test/deltas and test/cli.
const DEPTH = { edits: 500, history: 2, only: ['folder', 'files', 'edits'] } as const

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s passes the check', { timeout: 300_000 }, async (name) => {
  const { checks } = await checkVendor(readVendor(name, [SHIPPED.vendors]), DEPTH)
  const findings = checks.flatMap(({ check, findings }) => findings.map(({ text }) => `${check}: ${text}`))
  // So few edits do not need every reason.
  expect(findings.filter((text) => !text.startsWith('edits: unnoticed.json accepts '))).toEqual([])
})
