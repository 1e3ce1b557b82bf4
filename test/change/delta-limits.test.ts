import { expect, test } from 'vitest'
import { brokenOnTheWay } from '../../src/change/commands/delta-files.ts'
import { compile } from '../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../src/compile/fit/fit.ts'
import type { LimitName } from '../../src/model/limits.ts'
import { vendorOf } from '../compile/acme.ts'
import { documentOf, policyOf } from '../notation.ts'

// What a device holds between two states: the limits are set to one less than each count, so that all of them are named.

const POLICY = `150 Web: Sql outbound tcp 443 optional
  160 Door: Front outbound tcp 443 optional`

/** What is counted on the way from one document to another, where `max` is the most. */
function countsOf(name: LimitName, [before, after]: readonly [string, string], max: number): string[] {
  const vendor = vendorOf({
    groups: { members: 'members', families: 'apart' },
    limits: { [name]: { max, source: 'the manual', hint: 'Split it', when: {}, unverified: false, cases: [] } },
  })
  const job = { target: 'edge', vendor, options: { members: 3 }, family: undefined }
  const fitted = (tags: string) => {
    const { ruleset } = compile(policyOf(POLICY), { document: documentOf(tags), names: [], where: '' })
    return fitRuleset(ruleset, job).fitted
  }
  return brokenOnTheWay(fitted(before), fitted(after), job).flatMap((finding) =>
    finding.code === 'LIMIT_EXCEEDED' && finding.name === name
      ? finding.counts.map(({ of, count }) => `${of || 'all'}: ${count}`)
      : [finding.code],
  )
}

const CHANGE = ['Sql=20.0.0.0/24,20.0.2.0/24', 'Sql=20.0.0.0/24,20.0.4.0/24,20.0.6.0/24'] as const
const RULE_FOR_RULE = ['Sql=20.0.0.0/24', 'Front=20.1.0.0/24,2603:1000::/48'] as const
/** The group of four has a chunk of two; the newer one has another. */
const CHUNKS = [
  'Sql=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24,40.0.4.0/24',
  'Sql=20.0.0.0/24,80.0.0.0/24,80.0.2.0/24,80.0.4.0/24',
] as const

test.for<[name: LimitName, change: readonly [string, string], counts: string[]]>([
  ['rules', CHANGE, ['all: 1']],
  ['rules', RULE_FOR_RULE, ['all: 2']],
  ['entries', RULE_FOR_RULE, ['all: 3']],
  ['sets', RULE_FOR_RULE, ['all: 2']],
  ['prefixesPerSide', RULE_FOR_RULE, ['all: 3']],
  ['objects', CHANGE, ['all: 4']],
  ['objects', RULE_FOR_RULE, ['all: 3']],
  // In two sets, and one object all the same.
  ['objects', ['Sql=20.0.0.0/24 Front=20.0.0.0/24', 'Sql=20.0.2.0/24 Front=20.0.0.0/24'], ['all: 2']],
  ['familyObjects', RULE_FOR_RULE, ['IPv4: 2', 'IPv6: 1']],
  ['groups', CHANGE, ['all: 1']],
  ['groups', RULE_FOR_RULE, ['all: 3']],
  ['groups', CHUNKS, ['all: 3']],
  ['groupMembers', CHANGE, ['Web-v4: 4']],
  ['groupMembers', CHUNKS, ['Web-v4-64-0-0-0-2: 3', 'Web-v4: 3']],
  // A group that goes is not filled any more.
  ['groupMembers', RULE_FOR_RULE, ['Door-v4: 1', 'Door-v6: 1']],
  ['setPrefixes', CHANGE, ['Web, IPv4: 4']],
  ['setPrefixes', RULE_FOR_RULE, ['Door, IPv4: 1', 'Door, IPv6: 1']],
])('%s on the way from and to %j', ([name, change, want]) => {
  const counts = want.map((line) => Number(/\d+$/.exec(line)?.[0]))
  expect(countsOf(name, change, Math.min(...counts) - 1)).toEqual(want)
  expect(countsOf(name, change, Math.max(...counts))).toEqual([])
})

test.for<LimitName>(['sets', 'prefixesPerSide', 'portSlots', 'commentTags', 'bytes', 'lines', 'totalLines'])(
  '%s is no limit on the way',
  (name) => {
    expect(countsOf(name, CHANGE, 0)).toEqual([])
  },
)
