import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../src/compile/fit/fit.ts'
import {
  brokenFileLimits,
  type CountedFile,
  countFiles,
  countRules,
  exceeded,
  type LimitCounts,
} from '../../src/compile/fit/limits.ts'
import type { Finding } from '../../src/finding/finding.ts'
import type { LimitName } from '../../src/model/limits.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { documentOf, policyOf } from '../notation.ts'
import { vendorOf } from './acme.ts'

// What is counted for each limit. A limit of one less than the largest count names all that are over it.

const POLICY = policyOf(`150 Web: Sql outbound tcp 443,8000-8080
  160 Door: Front inbound tcp 443
  170 More: Sql outbound udp 53`)
const TAGS = 'Sql=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24,40.0.4.0/24,2603:1000::/48 Front=20.0.0.0/24,20.2.0.0/24'

const limited = (name: LimitName, max: number, more: Partial<Vendor> = {}) =>
  vendorOf({
    groups: { members: 'members', families: 'apart' },
    limits: { [name]: { max, source: 'the manual', hint: 'Split it', when: {}, unverified: false, cases: [] } },
    ...more,
  })

const countsOf = (findings: readonly Finding[]) =>
  findings.flatMap((finding) =>
    finding.code === 'LIMIT_EXCEEDED' ? finding.counts.map(({ of, count }) => `${of || 'all'}: ${count}`) : [],
  )

function brokenIn(name: LimitName, max: number, more?: Partial<Vendor>, policy = POLICY): string[] {
  const vendor = limited(name, max, more)
  const job = { vendor, target: 'edge', options: { members: 3 }, family: undefined }
  const { ruleset } = compile(policy, { document: documentOf(TAGS), names: [], where: '' })
  return countsOf(exceeded(countRules(fitRuleset(ruleset, job).fitted, job), job))
}

const CLOSING: Partial<Vendor> = {
  closing: [{ when: {}, name: 'End', direction: 'outbound', priority: 4000 }],
}
const BY_TAG: Partial<Vendor> = { split: [{ when: {}, by: 'tag' }] }

test.for<[name: LimitName, max: number, want: string[], more?: Partial<Vendor>]>([
  ['rules', 2, ['all: 3']],
  ['rules', 3, ['all: 4'], CLOSING],
  // 20.0.0.0/24 is in two sets, and one object.
  ['objects', 5, ['all: 6']],
  ['familyObjects', 0, ['IPv4: 5', 'IPv6: 1']],
  ['familyObjects', 1, ['IPv4: 5']],
  ['groups', 6, ['all: 7']],
  [
    'groupMembers',
    0,
    [
      'Web-v4-32-0-0-0-3: 3',
      'Web-v4: 2',
      'Web-v6: 1',
      'Door-v4: 2',
      'More-v4-32-0-0-0-3: 3',
      'More-v4: 2',
      'More-v6: 1',
    ],
  ],
  ['groupMembers', 2, ['Web-v4-32-0-0-0-3: 3', 'More-v4-32-0-0-0-3: 3']],
  ['sets', 2, ['all: 3']],
  ['setPrefixes', 0, ['Web, IPv4: 4', 'Web, IPv6: 1', 'Door, IPv4: 2', 'More, IPv4: 4', 'More, IPv6: 1']],
  ['wholeSetPrefixes', 2, ['Web: 5', 'More: 5']],
  // Five prefixes on two ports, two on one, five on one.
  ['entries', 16, ['all: 17']],
  ['entries', 18, ['all: 19'], CLOSING],
  ['entries', 2, ['all: 4'], BY_TAG],
  // Two outbound rules of five, and one for the side of an inbound rule, which has one prefix of its own there.
  ['prefixesPerSide', 10, ['all: 11']],
  ['prefixesPerSide', 11, ['all: 12'], CLOSING],
  ['prefixesPerSide', 2, ['all: 3'], BY_TAG],
  // An IPv6 prefix is four.
  ['addressUnits', 0, ['Web: 8', 'Door: 2', 'More: 8']],
  ['addressUnits', 0, ['Web: 1', 'Door: 1', 'More: 1'], BY_TAG],
  ['portSlots', 0, ['Web: 3', 'Door: 1', 'More: 1']],
  ['portEntries', 0, ['Web: 2', 'Door: 1', 'More: 1']],
  ['commentTags', 2, ['Web: 3', 'Door: 5', 'More: 3']],
])('%s, over %d', ([name, max, want, more]) => {
  expect(brokenIn(name, max, more)).toEqual(want)
  const largest = Math.max(...want.map((line) => Number(/\d+$/.exec(line)?.[0])))
  expect(brokenIn(name, largest, more)).toEqual([])
})

/** With a description of seven characters, and a local side. */
const SIDED = parsePolicy(
  JSON.stringify({
    rules: [
      {
        ...{ name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443, '8000-8080'], priority: 150 },
        ...{ description: 'Reports', local: ['10.0.0.0/8', '172.16.0.0/12', '2001:db8::/32'] },
      },
      { name: 'Door', tags: ['Front'], direction: 'inbound', ports: [443], priority: 160 },
    ],
  }),
  'edge',
  'edge.yaml',
)

test.for<[name: LimitName, want: string[]]>([
  // Five prefixes, on two ports, for three local prefixes; and two on one port.
  ['entries', ['all: 32']],
  // Two IPv4 prefixes and an IPv6 prefix on the local side of the first rule.
  ['addressUnits', ['Web: 14', 'Door: 2']],
  ['prefixesPerSide', ['all: 6']],
  ['sets', ['all: 3']],
  ['setPrefixes', ['Web, IPv4: 4', 'Web, IPv6: 1', 'Door, IPv4: 2', 'Web-local, IPv4: 2', 'Web-local, IPv6: 1']],
  // The description, a full stop and a space come before the tag.
  ['commentTags', ['Web: 12', 'Door: 5']],
])('%s of rules with a local side and a description', ([name, want]) => {
  expect(brokenIn(name, 0, {}, SIDED)).toEqual(want)
})

const WHOLE = { object: undefined, entry: undefined }

test.for<[name: LimitName, max: number, want: string[]]>([
  ['bytes', 3, ['a: 5', 'b: 4']],
  ['bytes', 4, ['a: 5']],
  ['lines', 1, ['a: 2']],
  ['totalLines', 2, ['all: 3']],
])('%s of files, over %d', ([name, max, want]) => {
  const files = [
    { part: 'a', text: 'x\nyz\n', artefact: WHOLE },
    { part: 'b', text: 'é1\n', artefact: WHOLE },
  ]
  const broken = (most: number) =>
    countsOf(brokenFileLimits(files, { vendor: limited(name, most), target: 'edge', options: {}, family: undefined }))
  expect(broken(max)).toEqual(want)
  expect(broken(Math.max(...want.map((line) => Number(/\d+$/.exec(line)?.[0]))))).toEqual([])
})

const BY_LINE: CountedFile = {
  part: 'c',
  text: 'head\n- é1\n  k\n- b\n',
  artefact: { object: '^- ', entry: '^(?:- |  )' },
}

test.for<[what: string, name: LimitName, max: number, file: CountedFile, want: string[]]>([
  // What stands before the first object is counted with it.
  ['bytes of objects', 'objectBytes', 3, BY_LINE, ['c, line 2: 15', 'c, line 4: 4']],
  ['bytes of objects', 'objectBytes', 4, BY_LINE, ['c, line 2: 15']],
  ['bytes of a file without objects', 'objectBytes', 3, { ...BY_LINE, text: 'é12\n' }, ['c: 5']],
  ['bytes of a file that is one object', 'objectBytes', 18, { ...BY_LINE, artefact: WHOLE }, ['c: 19']],
  ['entries', 'requestEntries', 2, BY_LINE, ['c: 3']],
  ['entries that a file does not tell', 'requestEntries', 1, { ...BY_LINE, artefact: WHOLE }, []],
])('%s: %s, over %d', ([, name, max, file, want]) => {
  const job = { vendor: limited(name, max), target: 'edge', options: {}, family: undefined }
  expect(countsOf(brokenFileLimits([file], job))).toEqual(want)
})

/** Of each count, its name, and `*` if tagwall starts another group or file before the limit is reached. */
const splitsOf = (limits: readonly LimitCounts[]) =>
  limits.flatMap(({ counts }) => counts.map(({ of, isSplit }) => `${of}${isSplit ? '*' : ''}`))

test.for<[name: LimitName, isParted: boolean, want: string]>([
  ['bytes', true, 'c*'],
  ['bytes', false, 'c'],
  ['requestEntries', true, 'c*'],
  ['requestEntries', false, 'c'],
  // More lines or larger objects do not start another file.
  ['lines', true, 'c'],
  ['objectBytes', true, 'c, line 2 c, line 4'],
])('%s of a file that may have parts (%s): %s', ([name, isParted, want]) => {
  const file = { ...BY_LINE, artefact: { ...BY_LINE.artefact, ...(isParted && { parts: true }) } }
  const job = { vendor: limited(name, 9), target: 'edge', options: {}, family: undefined }
  expect(splitsOf(countFiles([file], job)).join(' ')).toBe(want)
})

test('a full group becomes several, but rules and sets do not', () => {
  const splitsIn = (name: LimitName) => {
    const job = { vendor: limited(name, 9), target: 'edge', options: { members: 3 }, family: undefined }
    const { ruleset } = compile(POLICY, { document: documentOf(TAGS), names: [], where: '' })
    return splitsOf(countRules(fitRuleset(ruleset, job).fitted, job)).slice(0, 3)
  }
  expect(splitsIn('groupMembers')).toEqual(['Web-v4-32-0-0-0-3*', 'Web-v4*', 'Web-v6*'])
  expect(splitsIn('wholeSetPrefixes')).toEqual(['Web', 'Door', 'More'])
})
