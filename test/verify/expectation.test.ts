import { expect, test } from 'vitest'
import type { Job } from '../../src/model/vendor.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { deltaExpectationOf, expectationOf, formOf, proofContext } from '../../src/verify/expectation.ts'
import { rulesetOf } from '../audit/notation.ts'
import { show } from '../notation.ts'

function jobOf(name: string, options: Job['options'], family?: Job['family']): Job {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const defaults = Object.fromEntries(Object.entries(vendor.options).map(([key, { default: value }]) => [key, value]))
  return { target: 't', vendor, options: { ...defaults, ...options }, family }
}

test.for<[vendor: string, options: Job['options'], want: ReturnType<typeof formOf>]>([
  ['paloalto', {}, { by: 'addresses', areObjectsApart: false, order: 'each' }],
  ['iptables', {}, { by: 'addresses', areObjectsApart: true, order: 'each' }],
  ['nsg', {}, { by: 'tags', areObjectsApart: false, order: 'none' }],
  ['nsg', { mode: 'prefixes' }, { by: 'addresses', areObjectsApart: false, order: 'none' }],
])('%s with %o is compared in its form', ([vendor, options, want]) => {
  expect(formOf(jobOf(vendor, options))).toEqual(want)
})

test.for<[family: Job['family'], want: string]>([
  [undefined, '192.0.2.0/24 2001:db8::/32'],
  ['ipv4', '192.0.2.0/24'],
  ['ipv6', '2001:db8::/32'],
])('a target of family %s is compared with the addresses of that family', ([family, want]) => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/24,2001:db8::/32')
  const older = rulesetOf('Web out tcp 443 192.0.2.0/24,2001:db8::/32 #Older')
  const job = jobOf('iptables', {}, family)
  const showAll = ({ rules }: typeof ruleset) => rules.map(({ set }) => `${set.tags} ${show(set.prefixes)}`)
  const { target, by, ...expectation } = expectationOf(job, ruleset)
  expect([target, by, showAll(expectation.ruleset)]).toEqual(['t', 'addresses', [`Web ${want}`]])
  const delta = deltaExpectationOf(job, { before: older, after: ruleset })
  expect([delta.target, delta.by, showAll(delta.before), showAll(delta.after)]).toEqual([
    't',
    'addresses',
    [`Older ${want}`],
    [`Web ${want}`],
  ])
})

test('a reader proves with the options of the target, and narrows nothing', () => {
  const { options, purpose, narrow } = proofContext(jobOf('iptables', { chain: 'AZ' }))
  expect({ chain: options.chain, purpose, narrow }).toEqual({ chain: 'AZ', purpose: 'prove', narrow: {} })
})
