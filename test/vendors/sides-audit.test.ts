import { describe, expect, test } from 'vitest'
import { audit } from '../../src/audit/audit.ts'
import { renderAll } from '../../src/compile/render-target.ts'
import { memo } from '../../src/model/lazy.ts'
import { SHIPPED } from '../../src/paths.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { loadReader } from '../../src/vendor/reader.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { formOf } from '../../src/verify/expectation.ts'
import { findingLines } from '../audit/notation.ts'
import { compiled } from '../notation.ts'

// A device of each vendor runs the rules of one policy and is audited against another: local sides that are wider or narrower,
// and rules that deny before or behind those that allow.

type Rule = Readonly<Record<string, unknown>>
const web = (more: Rule = {}): Rule => {
  return { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 200, ...more }
}
const deny = (priority: number, more: Rule = {}): Rule => {
  const sides = { prefixes: ['20.0.0.0/25'], direction: 'outbound', protocol: 'any', action: 'deny' }
  return { name: 'No', ...sides, priority, ...more }
}
const LAN = { local: ['10.20.0.0/16', '2001:db8:20::/48'] }

const rulesetFor = (rules: readonly Rule[]) => compiled(rules, 'Sql=20.0.0.0/24,2603:1000::/48')

const ZONES: Readonly<Record<string, Record<string, string>>> = {
  fortigate: { srcintf: 'lan', dstintf: 'wan1' },
  paloalto: { protectedZone: 'trust', internetZone: 'untrust' },
  nsg: { mode: 'prefixes' },
}
const VENDORS = ['nftables', 'nsg', 'paloalto', 'fortigate', 'json'] as const

const vendorOf = memo((name: string) => readVendor(name, [SHIPPED.vendors]))

/** The findings of an audit, and its last line. */
async function auditOf(name: string, runs: readonly Rule[], asked: readonly Rule[]): Promise<string[]> {
  const vendor = vendorOf(name)
  const job = { target: 'edge', vendor, options: resolveOptions(vendor, ZONES[name] ?? {}, 'test'), family: undefined }
  const { files, findings } = renderAll(rulesetFor(runs), job)
  expect(findings).toEqual([])
  const read = (await loadReader(vendor))?.read
  const ruleset = rulesetFor(asked)
  const context = {
    options: job.options,
    purpose: 'audit',
    narrow: {},
    kit: KIT,
    localObjects: ['nodes', 'nodes6'],
  } as const
  // A device of which the last word is a denial, as most are.
  const running = files.map((file) => ({ ...file, text: file.text.replaceAll('policy accept', 'policy drop') }))
  const reading = read?.(running, context) ?? { rules: [], lists: [], notes: [] }
  const { areObjectsApart } = formOf(job)
  const expectation = { ruleset, older: [], ownNames: ['Web', 'No'], tagPrefixes: () => undefined, areObjectsApart }
  const lines = findingLines(audit(expectation, reading), false, false)
  // Where a rule stands, and whether it is one for each family, differs.
  const plain = lines.map((line) => line.replace(/ \(\S+ line \d+\)/, ''))
  return [...new Set(plain.map((line) => line.replace(/^( {2}\w+?)-(?:v[46])\b/, '$1')))]
}

const CLEAN = 'no findings: for the addresses of the policy, the device allows exactly what the policy allows'

const CASES: readonly (readonly [title: string, runs: readonly Rule[], asked: readonly Rule[], want: RegExp])[] = [
  ['the local side that is asked for', [web(LAN)], [web(LAN)], /^no findings/],
  ['any local address', [web()], [web(LAN)], /from other local addresses.* 256 addresses of IPv4.*findings: \d wider$/],
  [
    'more local addresses',
    [web({ local: ['10.0.0.0/8', '2001:db8:20::/48'] })],
    [web(LAN)],
    /from local 10\.0\.0\.0\/12.*256 addresses of IPv4.*findings: \d wider$/,
  ],
  [
    'fewer local addresses',
    [web({ local: ['10.20.0.0/17', '2001:db8:20::/48'] })],
    [web(LAN)],
    /from local 10\.20\.128\.0\/17: 256 addresses of IPv4.*findings: 1 missing$/,
  ],
  [
    'no local address of one family',
    [web({ local: ['10.20.0.0/16'] })],
    [web(LAN)],
    /from local 2001:db8:20::\/48: .* of IPv6.*findings: 1 missing$/,
  ],
  ['a local side where none is asked for', [web(LAN)], [web()], /256 addresses of IPv4.*findings: \d missing$/],
  ['a denial before the rule', [deny(190), web(LAN)], [web(LAN)], /128 addresses of IPv4.*findings: 1 missing$/],
  ['a denial behind the rule, which denies nothing', [web(LAN), deny(210)], [web(LAN)], /^no findings/],
  [
    'a denial of some of the local side',
    [deny(190, { local: ['10.20.0.0/24'] }), web(LAN)],
    [web(LAN)],
    /from local 10\.20\.0\.0\/24: 128 addresses of IPv4.*findings: 1 missing$/,
  ],
  ['a denial of others', [deny(190, { local: ['10.99.0.0/24'] }), web(LAN)], [web(LAN)], /^no findings/],
  ['the denial that is asked for', [deny(190), web(LAN)], [deny(190), web(LAN)], /^no findings/],
  [
    'no denial where one is asked for',
    [web(LAN)],
    [deny(190), web(LAN)],
    /^ {2}Web, outbound: opens tcp 443 to 128 IPv4 addresses of the policy \| findings: 1 wider$/,
  ],
  [
    'the denial behind the rule',
    [web(LAN), deny(210)],
    [deny(190), web(LAN)],
    /^ {2}Web, outbound: opens tcp 443 to 128 IPv4 addresses of the policy \| findings: 1 wider$/,
  ],
  ['any protocol', [web({ protocol: 'any', ports: undefined, ...LAN })], [web(LAN)], /opens .*findings: \d wider$/],
]

describe.for(VENDORS)('an audit of %s finds', (name) => {
  test.for(CASES)('%s', async ([, runs, asked, want]) => {
    expect((await auditOf(name, runs, asked)).join(' | ')).toMatch(want)
  })
})

// Objects of one family, or of both.
const APART = { local: { object: 'nodes', object6: 'nodes6' } }
const TOGETHER = { local: { object: 'nodes' } }

test.for<[vendor: string, nodes: Record<string, unknown>]>([
  ['paloalto', TOGETHER],
  ['fortigate', APART],
  ['json', TOGETHER],
])('an audit of %s knows an object by its name', async ([name, nodes]) => {
  expect(await auditOf(name, [web(nodes)], [web(nodes)])).toEqual([CLEAN])
  expect((await auditOf(name, [web(LAN)], [web(nodes)])).join()).toMatch(/findings: \d missing/)
})

test.for(['nftables', 'fortigate', 'json'])('an audit of %s tells ICMP from every protocol', async (name) => {
  const [icmp, any] = ['icmp', 'any'].map((protocol) => web({ protocol, ports: undefined, ...LAN })) as [Rule, Rule]
  expect(await auditOf(name, [icmp], [icmp])).toEqual([CLEAN])
  expect((await auditOf(name, [any], [icmp])).join()).toMatch(/findings: \d wider/)
  expect((await auditOf(name, [icmp], [any])).join()).toMatch(/findings: \d missing/)
  expect((await auditOf(name, [web(LAN)], [icmp])).join()).toMatch(/findings: .*missing/)
})
