import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { compiled } from '../notation.ts'

/** The codes of the errors for a rule of `protocol`, with the options that `when` asks for. */
function refusalsOf(name: string, protocol: string, when: Readonly<Record<string, unknown>>): string[] {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const setting = Object.fromEntries(Object.entries(when).map(([key, value]) => [key, [value].flat()[0] as string]))
  const ports = protocol === 'tcp' || protocol === 'udp' ? { ports: [443] } : {}
  const rule = { name: 'Web', tags: ['Sql'], direction: 'outbound', protocol, priority: 150, ...ports }
  const ruleset = compiled([rule], 'Sql=192.0.2.0/24')
  const { findings } = renderAll(ruleset, {
    target: 'test',
    vendor,
    options: resolveOptions(vendor, setting, 'test'),
    family: 'ipv4',
  })
  return findings.flatMap((finding) => (finding.severity === 'error' ? [finding.code] : []))
}

// "Rename the rule" would mislead: no name of the rule makes its service valid.
test.for(
  [...listVendors([SHIPPED.vendors]).keys()].flatMap((name) => {
    const { carries = [] } = readVendor(name, [SHIPPED.vendors])
    const forms = carries.length > 0 ? carries.map(({ when }) => when ?? {}) : [{}]
    return forms.flatMap((when) => ['tcp', 'udp', 'icmp', 'any'].map((protocol) => ({ name, when, protocol })))
  }),
)('$name $when: a protocol that it refuses ($protocol) is no problem of a name', ({ name, when, protocol }) => {
  expect(refusalsOf(name, protocol, when)).not.toContain('NAME_NOT_CARRIED')
})
