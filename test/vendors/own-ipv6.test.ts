import { expect, test } from 'vitest'
import { renderAll } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { compiled } from '../notation.ts'

// Where the device resolves tags, IPv6 addresses beside them are written or refused, and never more than the form can have.

const BESIDE: Readonly<Record<string, object>> = {
  'own prefixes': { prefixes: ['2001:db8::/48', '198.51.100.0/24'] },
  'a local side': { local: ['10.0.0.0/8', '2001:db8::/48'] },
  'IPv4 alone': { prefixes: ['198.51.100.0/24'], local: ['10.0.0.0/8'] },
}
const refused = (vendor: string, what: string) =>
  `target "edge": rule "Web" has IPv6 ${what} (2001:db8::/48), which rules of ${vendor} cannot have in this form. Leave them out, or put them into a policy for another target`

test.for<[vendor: string, setting: Record<string, string>, beside: string, want: string[]]>([
  ['azure-firewall', { mode: 'tags' }, 'own prefixes', [refused('azure-firewall', 'prefixes of your own')]],
  ['azure-firewall', { mode: 'tags' }, 'a local side', [refused('azure-firewall', 'local addresses')]],
  ['azure-firewall', { mode: 'tags' }, 'IPv4 alone', []],
  ['azure-firewall', { ipv6: 'inline' }, 'own prefixes', []],
  ['terraform', { form: 'firewall', mode: 'tags' }, 'own prefixes', [refused('terraform', 'prefixes of your own')]],
  ['terraform', { form: 'firewall', mode: 'tags' }, 'a local side', [refused('terraform', 'local addresses')]],
  ['terraform', { form: 'firewall', mode: 'tags' }, 'IPv4 alone', []],
  ['terraform', { form: 'nsg', mode: 'tags' }, 'own prefixes', []],
  ['nsg', { mode: 'tags' }, 'own prefixes', []],
])('%s with %j and %s', ([name, setting, beside, want]) => {
  const rule = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150, ...BESIDE[beside] }
  const ruleset = compiled([rule], 'Sql=192.0.2.0/24')
  const vendor = readVendor(name, [SHIPPED.vendors])
  const options = resolveOptions(vendor, setting, 'test')
  const { findings, files } = renderAll(ruleset, { target: 'edge', vendor, options, family: undefined })
  expect(findings.map((finding) => explain(finding))).toEqual(want)
  if (want.length === 0 && beside === 'own prefixes')
    expect(files.some(({ text }) => text.includes('2001:db8::'))).toBe(true)
})
