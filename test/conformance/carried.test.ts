import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { checkFiles, checkProof } from '../../src/vendor-check/check-files.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { conformanceSubjects } from '../../src/vendor-check/subjects.ts'

// What each shipped vendor carries of the conformance policies, under every setting: files that mean the policy.

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s means every policy that it carries', async (name) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const { settings, findings } = settingsOf(vendor)
  const { made, result } = await checkFiles(vendor, settings, conformanceSubjects(vendor), findings)
  expect(result.findings).toEqual([])
  expect((await checkProof(made)).result.findings).toEqual([])
})
