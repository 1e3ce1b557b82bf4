import { expect, test } from 'vitest'
import { countChanges } from '../../src/change/tell/device-changes.ts'
import { compile } from '../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../src/compile/fit/fit.ts'
import type { Fitted } from '../../src/model/fitted.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { vendorOf } from '../compile/acme.ts'
import { documentOf, policyOf } from '../notation.ts'

// What one small document changes in another, in the numbers of a report.

const POLICY = `150 Web: Sql outbound tcp 443 optional
  160 Door: Front both tcp 8000-8080 optional`

interface Case {
  readonly before: string
  readonly after: string
  readonly policies?: readonly [before: string, after: string]
  readonly vendor?: Partial<Vendor>
  readonly options?: OptionValues
}

function fittedSides({ before, after, policies = [POLICY, POLICY], vendor, options = {} }: Case): [Fitted, Fitted] {
  const fittedOf = (tags: string, policy: string) => {
    const { ruleset } = compile(policyOf(policy), { document: documentOf(tags), names: [], where: '' })
    return fitRuleset(ruleset, { target: 'edge', vendor: vendorOf(vendor), options, family: undefined }).fitted
  }
  return [fittedOf(before, policies[0]), fittedOf(after, policies[1])]
}

const GROUPS: Partial<Vendor> = { groups: { members: 'members', families: 'apart' } }
const BY_TAG: Partial<Vendor> = { split: [{ when: {}, by: 'tag' }] }
const ONE = '150 Web: Sql outbound tcp 443'
const SAME = { before: 'Sql=20.0.0.0/24 Front=20.1.0.0/24', after: 'Sql=20.0.0.0/24 Front=20.1.0.0/24' }

test.for<[what: string, given: Case, changed: number]>([
  ['another port', { ...SAME, policies: [ONE, '150 Web: Sql outbound tcp 444'] }, 1],
  ['another priority', { ...SAME, policies: [ONE, '151 Web: Sql outbound tcp 443'] }, 1],
  ['another direction', { ...SAME, policies: [ONE, '150 Web: Sql inbound tcp 443'] }, 1],
  ['another tag', { ...SAME, policies: [ONE, '150 Web: Front outbound tcp 443'] }, 1],
  ['a family more', { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.0.0/24,2603::/32', policies: [ONE, ONE] }, 1],
  ['another address', { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.1.0/24', policies: [ONE, ONE] }, 0],
  [
    'another address of a tag that the device resolves',
    { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.1.0/24', policies: [ONE, ONE], vendor: BY_TAG },
    0,
  ],
  ['nothing', { ...SAME, policies: [ONE, ONE] }, 0],
])('%s is a change of the rule, or none', ([, given, changed]) => {
  expect(countChanges(...fittedSides(given)).rules).toEqual({ added: 0, changed, removed: 0 })
})

test.for<[what: string, given: Case, want: string]>([
  ['nothing', SAME, 'prefixes +0 -0, groups +0 ~0 -0, rules +0 ~0 -0'],
  [
    // Only what is new in some shape is another rule.
    'addresses',
    { before: 'Sql=20.0.0.0/24,20.0.2.0/24', after: 'Sql=20.0.0.0/24,20.0.4.0/24,20.0.6.0/24' },
    'prefixes +2 -1, groups +0 ~0 -0, rules +0 ~0 -0',
  ],
  [
    'a group that gains and loses counts once',
    {
      before: 'Sql=20.0.0.0/24,20.0.2.0/24 Front=20.1.0.0/24',
      after: 'Sql=20.0.0.0/24,20.0.4.0/24 Front=20.1.0.0/24,20.1.2.0/24',
      vendor: GROUPS,
      options: { members: 9 },
    },
    'prefixes +2 -1, groups +0 ~2 -0, rules +0 ~0 -0',
  ],
  [
    'a rule more, and one of another shape',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24 Front=20.1.0.0/24',
      policies: [POLICY, POLICY.replace('443', '444')],
      vendor: GROUPS,
      options: { members: 9 },
    },
    'prefixes +1 -0, groups +1 ~0 -0, rules +2 ~1 -0',
  ],
  [
    'a rule less',
    {
      before: 'Sql=20.0.0.0/24 Front=20.1.0.0/24',
      after: 'Sql=20.0.0.0/24',
      vendor: GROUPS,
      options: { members: 9 },
    },
    'prefixes +0 -1, groups +0 ~0 -1, rules +0 ~0 -2',
  ],
])('counts of a report: %s', ([, given, want]) => {
  const { prefixes, groups, rules } = countChanges(...fittedSides(given))
  expect(prefixes.changed).toBe(0)
  const text = [
    `prefixes +${prefixes.added} -${prefixes.removed}`,
    `groups +${groups.added} ~${groups.changed} -${groups.removed}`,
    `rules +${rules.added} ~${rules.changed} -${rules.removed}`,
  ]
  expect(text.join(', ')).toBe(want)
})
