import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import type { Condition } from '../../src/model/option.ts'
import { onlyFamily } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { compiled } from '../notation.ts'

// A local side that names an object for each family: each vendor, in each form, has both objects, refuses the rule, or names none.

const local = { object: 'fours', object6: 'sixes' }
const RULE = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150, local }
const ruleset = compiled([RULE], 'Sql=192.0.2.0/24,2001:db8::/48')

/** The objects that the files name, or the code of the refusal. */
function outcome(name: string, when: Condition, family: 'ipv4' | 'ipv6' | undefined): string {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const setting = Object.fromEntries(Object.entries(when).map(([key, value]) => [key, [value].flat()[0]]))
  const options = resolveOptions(vendor, setting, 'test')
  const only = onlyFamily(vendor, options)
  if (only !== undefined && family !== only) return `${only} only`
  const { files, findings } = renderAll(ruleset, { target: 'test', vendor, options, family })
  const codes = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  const text = files.map((file) => file.text).join('')
  const named = ['fours', 'sixes'].filter((object) => text.includes(object))
  return [...new Set(codes)].join() || named.join(' and ') || 'none'
}

/** The forms that a vendor tells apart. */
const FORMS = [...listVendors([SHIPPED.vendors]).keys()].flatMap((name) =>
  readVendor(name, [SHIPPED.vendors]).carries.map(({ when }) => ({ name, when })),
)

test('a local object for each family is in the files, or the rule is refused', async () => {
  const rows = FORMS.map(({ name, when }) => {
    const form = Object.entries(when).map(([key, value]) => `${key}=${[value].flat()[0]}`)
    const found = [undefined, 'ipv4' as const, 'ipv6' as const].map((family) => outcome(name, when, family))
    return `${[[name, ...form].join(' '), ...found].join(' | ')}\n`
  })
  // For each vendor and form: a target of both families, of IPv4, and of IPv6.
  await expect([...new Set(rows)].join('')).toMatchFileSnapshot('expected/two-objects.txt')
})
