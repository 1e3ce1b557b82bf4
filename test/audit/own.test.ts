import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { labelsNamed, labelsSeen, policyIn } from './own-files.ts'

// A sample of own.long.test.ts: the defaults and each form, with a policy outbound only and one with private addresses.

const POLICIES = [policyIn('arc-servers'), policyIn('conformance/own')]

test.for([...listVendors([SHIPPED.vendors]).keys()])(
  'what %s emits has no finding that its README does not name',
  async (name) => {
    const vendor = readVendor(name, [SHIPPED.vendors])
    const { settings } = settingsOf(vendor)
    for (const setting of settings.filter(({ given }) => Object.keys(given).every((key) => key === 'form'))) {
      const seen = await labelsSeen(setting, POLICIES)
      expect(labelsNamed(setting), JSON.stringify(setting.given)).toEqual(expect.arrayContaining(seen))
    }
  },
)
