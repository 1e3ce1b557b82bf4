import { expect, test } from 'vitest'
import { wideOptions } from '../../src/compile/target-job.ts'
import { explain } from '../../src/finding/finding.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'

const INTERFACES = 'target "edge": the rules hold for any interface, because dstintf is not set. Set it in "options"'
const ZONES =
  'target "edge": the rules hold for any zone, because protectedZone and internetZone are not set. Set them in "options"'

test.for<[vendor: string, given: Record<string, unknown>, want: string[]]>([
  ['fortigate', {}, [INTERFACES]],
  ['fortigate', { srcintf: ['lan'] }, [INTERFACES]],
  ['fortigate', { dstintf: ['wan1'] }, []],
  ['fortigate', { dstintf: ['any'] }, []],
  ['fortigate', { form: 'feed' }, []],
  ['paloalto', {}, [ZONES]],
  ['paloalto', { form: 'xml' }, [ZONES]],
  ['paloalto', { protectedZone: ['trust'] }, []],
  ['paloalto', { form: 'edl' }, []],
  ['juniper-srx', {}, []],
])('%s with %j', ([name, given, want]) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const options = resolveOptions(vendor, given, 'test')
  const job = { target: 'edge', vendor, options, family: undefined }
  expect(wideOptions(job, given).map((finding) => explain(finding))).toEqual(want)
})
