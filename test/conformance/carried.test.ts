import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { checkFiles, checkProof } from '../../src/vendor-check/check-files.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { conformanceSubjects } from '../../src/vendor-check/subjects.ts'
import { someOf, THOROUGH } from '../thorough.ts'
import { casesOf } from './golden.ts'

// What each shipped vendor carries of the conformance policies, under the defaults and some of its other settings, and under all of them in the
// thorough run: files that mean the policy.

test.for([...listVendors([SHIPPED.vendors]).keys()])('%s means every policy that it carries', async (name) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const { settings, findings } = settingsOf(vendor)
  // The policies that every vendor has are proved with golden files, under more settings.
  const known = new Set(casesOf(vendor.folder).map(({ policy }) => policy))
  const subjects = conformanceSubjects(vendor).filter(({ policy }) => THOROUGH || !known.has(policy))
  const { made, result } = await checkFiles(someOf(settings, 5), subjects, findings)
  expect(result.findings).toEqual([])
  expect((await checkProof(made)).result.findings).toEqual([])
})
