import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import type { Readers } from '../../src/vendor/kit/reader-api.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { checkEdits } from '../../src/vendor-check/check-edits.ts'
import { checkFolder } from '../../src/vendor-check/check-files.ts'
import { checkVendor } from '../../src/vendor-check/check-vendor.ts'
import type { CheckResult } from '../../src/vendor-check/result.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { THOROUGH } from '../thorough.ts'

// What `tagwall vendor check` does with each shipped vendor. Where it tries few edits, its files, proofs, deltas and hostile texts are left to the suites that
// test/conformance, test/deltas and test/cli have of their own.
const FEW = { edits: 60, editsOfFile: 2 }

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s passes the check', { timeout: 300_000 }, async (name) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const few = async (): Promise<CheckResult[]> => [
    checkFolder(vendor, true),
    await checkEdits(vendor, settingsOf(vendor).settings, FEW, (await loadReader(vendor)) as Readers),
  ]
  const checks = THOROUGH ? (await checkVendor(vendor)).checks : await few()
  const findings = checks.flatMap(({ check, findings }) => findings.map(({ text }) => `${check}: ${text}`))
  expect(findings).toEqual([])
})
