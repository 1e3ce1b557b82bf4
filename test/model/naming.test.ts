import { expect, test } from 'vitest'
import { blockName, objectName } from '../../src/model/naming.ts'
import { parsePrefix } from '../../src/model/prefix.ts'
import type { Vendor } from '../../src/model/vendor.ts'

const vendorWith = (replace: Readonly<Record<string, string>>, prefix?: string) =>
  ({ names: { object: { prefix, replace } } }) as unknown as Vendor

test.for<[replace: Record<string, string>, name: string]>([
  [{}, '2001:db8::/32'],
  [{ '/': '_', ':': '-' }, '2001-db8--_32'],
  [{ '/': '_', ':': '-' }, '2001-db8--_32'],
  [{ '/': '-', ':': '_' }, '2001_db8__-32'],
  [{ '/': ':', ':': '/' }, '2001/db8//:32'],
  [{ ':': '$&', ']': 'x' }, '2001$&db8$&$&/32'],
])('names after what a vendor replaces, each vendor its own: %j', ([replace, name]) => {
  const prefix = parsePrefix('2001:db8::/32')
  const vendor = vendorWith(replace, 'objectPrefix')
  expect([blockName(prefix, vendor), objectName(prefix, vendor, { objectPrefix: 'az-' })]).toEqual([name, `az-${name}`])
})
