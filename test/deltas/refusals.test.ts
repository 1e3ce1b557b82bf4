import { expect, test } from 'vitest'
import type { Rulesets } from '../../src/change/commands/delta-files.ts'
import { renderDelta } from '../../src/change/commands/render-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import { explain, type Finding } from '../../src/finding/finding.ts'
import { SHIPPED } from '../../src/paths.ts'
import { deviceOf } from '../../src/vendor/device.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { documentOf, policyOf } from '../notation.ts'

// Why there is no delta, and what of it there is under a family.

const POLICY = policyOf('150 Web: Sql outbound tcp 443')

const changeOf = ([before, after]: readonly [string, string]): Rulesets => {
  const [older, newer] = [before, after].map((prefixes) => {
    const document = documentOf(`Sql=${prefixes}`)
    return compile(POLICY, { document, names: [], where: '' }).ruleset
  })
  return { before: older, after: newer } as Rulesets
}

interface Case {
  readonly vendor: string
  readonly options?: Record<string, unknown>
  readonly limits?: Record<string, number>
  readonly family?: 'ipv4' | 'ipv6'
  readonly change: readonly [string, string]
}

function deltaOf({ vendor: name, options = {}, limits = {}, family, change }: Case) {
  const vendor = deviceOf(readVendor(name, [SHIPPED.vendors]), { model: undefined, limits, at: 'the test' })
  const job = { target: 'edge', vendor, options: resolveOptions(vendor, options, 'test'), family }
  return renderDelta(changeOf(change), job, true)
}

function reasonOf(finding: Finding): string {
  if (finding.code === 'LIMIT_EXCEEDED')
    return finding.counts.map(({ of, count }) => `${count} ${finding.name} ${of}`).join()
  if (finding.code !== 'NO_DELTA') return finding.code
  const { why } = finding
  return 'findings' in why ? `${why.kind}: ${why.findings.map(reasonOf).join()}` : why.kind
}

const LESS = ['20.0.0.0/24,20.0.2.0/24,20.0.4.0/24', '20.0.0.0/24,20.0.2.0/24'] as const
const OTHER = ['20.0.0.0/24,20.0.2.0/24', '20.0.4.0/24,20.0.6.0/24'] as const

test.for<[what: string, given: Case, want: string]>([
  [
    'what is to be left behind does not fit itself',
    { vendor: 'fortigate', limits: { familyObjects: 2 }, change: LESS },
    'before: 3 familyObjects IPv4',
  ],
  [
    'both at once do not fit',
    { vendor: 'fortigate', limits: { familyObjects: 3 }, change: OTHER },
    'limits: 4 familyObjects IPv4',
  ],
  [
    'a file of the delta is too large, though the full one is not',
    { vendor: 'list', limits: { totalLines: 3 }, change: OTHER },
    'limits: 4 totalLines ',
  ],
  ['the form has none', { vendor: 'paloalto', options: { form: 'edl' }, change: OTHER }, 'form'],
])('none where %s', async ([, given, want]) => {
  const { files, findings, proof } = await deltaOf(given)
  expect({ files, proof, findings: findings.map(reasonOf) }).toEqual({
    files: [],
    proof: undefined,
    findings: [want],
  })
})

test.for<[what: string, given: Case]>([
  ['objects that just fit', { vendor: 'fortigate', limits: { familyObjects: 4 }, change: OTHER }],
  ['lines that just fit', { vendor: 'list', limits: { totalLines: 4 }, change: OTHER }],
])('one with %s', async ([, given]) => {
  const { files, findings } = await deltaOf(given)
  expect(findings).toEqual([])
  expect(files.length).toBeGreaterThan(0)
})

const BOTH = ['20.0.0.0/24,2603:1000::/48', '20.0.2.0/24,2603:1001::/48'] as const

test.for<[vendor: string, options: Record<string, unknown>, family: Case['family'], files: string[]]>([
  ['iptables', {}, undefined, ['rules.v4', 'rules.v6']],
  ['iptables', {}, 'ipv4', ['rules.v4']],
  ['iptables', {}, 'ipv6', ['rules.v6']],
  ['iptables', { match: 'ipset' }, 'ipv4', ['sets.ipset', 'rules.v4']],
  ['fortigate', {}, 'ipv6', ['script']],
  ['list', {}, 'ipv4', ['added.added', 'removed.removed']],
])('%s with %j, of family %s', async ([vendor, options, family, want]) => {
  const { files, findings } = await deltaOf({ vendor, options, ...(family && { family }), change: BOTH })
  expect(findings.map(explain)).toEqual([])
  expect(files.map(({ part, suffix }) => `${part}${suffix}`)).toEqual(want)
  const text = files.map((file) => file.text).join('')
  expect({ ipv4: text.includes('20.0.2.0'), ipv6: text.includes('2603:1001::') }).toEqual({
    ipv4: family !== 'ipv6',
    ipv6: family !== 'ipv4',
  })
})
