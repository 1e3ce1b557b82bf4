import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { plannedFiles, renderAll, suffixFor } from '../../src/compile/render-target.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Artefact } from '../../src/model/artefact.ts'
import type { LimitName } from '../../src/model/limits.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import type { View } from '../../src/vendor/render/view.ts'
import { expectPage } from '../golden-page.ts'
import { documentOf, policyOf } from '../notation.ts'
import { nameForm, vendorOf } from './acme.ts'

const POLICY = `150 Web: Sql outbound tcp 443
  160 A/B c: Front both tcp 443`
const TAGS = 'Sql=20.0.0.0/24,2603:1000::/48 Front=20.2.0.0/24'

/** The number of a part, and a line for each service and rule. */
const printed = ({ part, services, rules }: View) =>
  [
    ...(part.isSplit ? [`part ${part.number} of ${part.count}`] : []),
    ...services.map(({ name }) => `service ${name}`),
    ...rules.map(({ name, prefixes }) => `${name}: ${prefixes.map(({ cidr }) => cidr).join(' ')}`),
  ]
    .map((line) => `${line}\n`)
    .join('')

const file = (part: string, more: Partial<Artefact> = {}): Artefact => ({
  ...{ part, template: 'rules.hbs', when: {}, suffix: `.${part}`, parts: false },
  ...more,
})

const limit = (name: LimitName, max: number) => ({
  [name]: { max, source: 'the manual', hint: 'Split it', when: {}, unverified: false, cases: [] },
})

interface RequestedTags extends Partial<Vendor> {
  readonly files: Artefact[]
  readonly family?: 'ipv4' | 'ipv6'
  readonly policy?: string
}

function rendered({ files: artefacts, family, policy = POLICY, ...more }: RequestedTags) {
  const template = (view: object) => printed(view as View)
  const vendor = vendorOf({ artefacts, templates: new Map([['rules.hbs', () => template]]), ...more })
  const { ruleset } = compile(policyOf(policy), { document: documentOf(TAGS), names: [], where: '' })
  const job = { target: 'edge', vendor, options: {}, family }
  const { files, findings, uses } = renderAll(ruleset, job)
  const whole = ({ part, suffix, family = 'both' }: { part: string; suffix: string; family?: string | undefined }) =>
    `${part} ${suffix} ${family}`
  return {
    planned: plannedFiles(ruleset, job).map(whole),
    files: files.map((one) => `${whole(one)} ${one.number ?? 'whole'}: ${one.text.replaceAll('\n', '|')}`),
    findings: findings.map(explain),
    uses: uses.map(({ name, of, count, limit }) => `${name} ${of} ${count}/${limit}`),
  }
}

const SERVICE = 'service tcp-443|'
const [WEB, DOOR, BACK] = ['Web: 20.0.0.0/24 2603:1000::/48|', 'A/B c: 20.2.0.0/24|', 'A/B c-in: 20.2.0.0/24|']
const [WEB4, WEB6] = ['Web: 20.0.0.0/24|', 'Web: 2603:1000::/48|']

test.for<[what: string, asked: RequestedTags, planned: string[], texts: string[]]>([
  ['one file of all rules', { files: [file('all')] }, ['all .all both'], [`${SERVICE}${WEB}${DOOR}${BACK}`]],
  [
    'a file for each family, with the rules that have addresses of it',
    { files: [file('v4', { family: 'ipv4' }), file('v6', { family: 'ipv6' })] },
    ['v4 .v4 ipv4', 'v6 .v6 ipv6'],
    [`${SERVICE}${WEB4}${DOOR}${BACK}`, `${SERVICE}${WEB6}`],
  ],
  [
    'only the files of the family of the target',
    { files: [file('all'), file('v4', { family: 'ipv4' }), file('v6', { family: 'ipv6' })], family: 'ipv6' },
    ['all .all both', 'v6 .v6 ipv6'],
    [`${SERVICE}${WEB6}`, `${SERVICE}${WEB6}`],
  ],
  [
    'a file for each set, with the rules of that set',
    { files: [file('sets', { each: 'set', suffix: '-{set}.txt' })] },
    ['Web -Web.txt both', 'A/B c -A-B-c.txt both'],
    [`${SERVICE}${WEB}`, `${SERVICE}${DOOR}${BACK}`],
  ],
  [
    'a file for each set of the family of the target',
    { files: [file('sets', { each: 'set', suffix: '-{set}.txt' })], family: 'ipv6' },
    ['Web -Web.txt both'],
    [`${SERVICE}${WEB6}`],
  ],
  ['no files where no condition holds', { files: [file('all', { when: { form: 'x' } })] }, [], []],
])('makes %s', ([, asked, planned, texts]) => {
  const files = planned.map((file, index) => `${file} whole: ${texts[index]}`)
  expect(rendered(asked)).toEqual({ findings: [], uses: [], planned, files })
})

const RULES = '^.*: '

const FILES: readonly [what: string, asked: Partial<Artefact>, limits: Vendor['limits']][] = [
  ['as large as a file may be', { parts: true }, limit('bytes', 89)],
  ['a byte larger', { parts: true }, limit('bytes', 88)],
  ['with a rule that is larger than a part may be', { parts: true }, limit('bytes', 45)],
  ['with as many entries as a request may have', { parts: true, entry: RULES }, limit('requestEntries', 3)],
  ['with an entry more', { parts: true, entry: RULES }, limit('requestEntries', 2)],
  [
    'whose parts are cut for the bytes',
    { parts: true, entry: RULES },
    { ...limit('requestEntries', 3), ...limit('bytes', 65) },
  ],
  ['that has no parts', {}, limit('bytes', 88)],
]

test('a file', async () => {
  await expectPage(
    'rendered-files.txt',
    FILES.map(([name, more, limits]) => {
      const { files, findings, planned } = rendered({ files: [file('all', more)], limits })
      expect(planned).toEqual(['all .all both'])
      return [name, [...files, ...findings]]
    }),
  )
})

const FINDINGS: readonly [what: string, asked: Partial<RequestedTags>][] = [
  ['a family that no rule has', { policy: '150 Web: Front outbound tcp 443', family: 'ipv6' }],
  ['a limit of rules', { limits: limit('rules', 2) }],
  // The device resolves a tag to addresses of both families.
  ['a file of one family that names tags', { split: [{ when: {}, by: 'tag' }] }],
  [
    'two sets with one file',
    { files: [file('sets', { each: 'set' })], policy: '1 A: Sql outbound tcp 1\n2 B: Sql outbound tcp 1' },
  ],
  // Both files have the rule with that name.
  ['a name, once for all files', { names: { ...vendorOf().names, rule: [nameForm({ max: 3 })] } }],
]

test('what a finding tells', async () => {
  await expectPage(
    'rendered-findings.txt',
    FINDINGS.map(([name, asked]) => {
      const files = [file('v4', { family: 'ipv4' }), file('v6', { family: 'ipv6' })]
      return [name, rendered({ files, ...asked }).findings]
    }),
  )
})

test('a file whose names the device cannot hold is empty', () => {
  const names = { ...vendorOf().names, rule: [nameForm({ max: 3 })] }
  expect(rendered({ files: [file('all')], names }).files).toEqual(['all .all both whole: '])
})

test('the use of each limit of rules and files', () => {
  const limits = { ...limit('rules', 10), ...limit('lines', 100), ...limit('totalLines', 200) }
  expect(rendered({ files: [file('a'), file('v4', { family: 'ipv4' })], limits }).uses).toEqual([
    'rules  3/10',
    'lines a 4/100',
    'totalLines  8/200',
  ])
})

test.for([
  ['-{set}.txt', 'Web', '-Web.txt'],
  ['-{set}.txt', 'to ../Web: a', '-to-..-Web-a.txt'],
  // The name is no pattern of a replacement.
  ['-{set}', '$& 1.2_3', '--1.2_3'],
  ['.conf', 'Web', '.conf'],
] as const)('the suffix %s for the set %s is %s', ([suffix, set, want]) => {
  expect(suffixFor(file('sets', { suffix }), set)).toBe(want)
})
