import { expect, test } from 'vitest'
import { checkedSide, lintedSide, sideOf } from '../../src/compile/policy-side.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes } from '../golden-page.ts'
import { documentOf, problemOf } from '../notation.ts'

const KNOWN = {
  document: documentOf('Sql=192.0.2.0/24 Web=198.51.100.0/24'),
  names: ['Sql', 'Web'],
  where: 'the document',
}
const HISTORY = { files: [], directory: 'snapshots', isShipped: false, isGiven: false }

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }
const SPLIT = [
  { ...WEB, targets: ['b'] },
  { ...WEB, name: 'All', tags: ['Web'], priority: 160 },
]
const BLOCK = { name: 'Block', prefixes: ['192.0.2.7/32'], action: 'deny', direction: 'outbound', protocol: 'any' }

const policyOf = (more: object) => parsePolicy(JSON.stringify({ rules: [WEB], ...more }), 'test', 'tagwall.yaml')

const target = (name: string, more: object = {}) => ({ name, vendor: 'list', out: `rules/${name}.txt`, ...more })
const asked = (expected: string, remote: string, more: object = {}) => ({
  [expected]: remote,
  direction: 'outbound',
  port: 443,
  ...more,
})

const SIDES: Readonly<Record<string, object>> = {
  'a policy whose tests hold': { tests: [asked('allow', '192.0.2.1'), asked('deny', '203.0.113.1')] },
  'a rule that selects nothing': { rules: [{ ...WEB, tags: ['Sqll'] }] },
  'a test that fails': { tests: [asked('allow', '203.0.113.1')] },
  // Targets with the same rules are tested once.
  'a test that fails on two targets alike': {
    tests: [asked('allow', '203.0.113.1')],
    targets: [target('a'), target('b')],
  },
  'a test for one target, which another would fail': {
    rules: SPLIT,
    targets: [target('a'), target('b')],
    tests: [asked('allow', '192.0.2.1', { targets: ['b'] })],
  },
  'a test that fails on the targets without a rule': {
    rules: SPLIT,
    targets: [target('a'), target('b'), target('c')],
    tests: [asked('allow', '192.0.2.1')],
  },
  'a test that differs by target, where no rule does': {
    targets: [target('a'), target('b')],
    tests: [asked('deny', '192.0.2.1', { targets: ['b'] })],
  },
  // The denial of some local addresses is enough for the first target, but not for the second.
  'a denial that the local side of one target passes by': {
    rules: [{ ...BLOCK, priority: 100, local: ['10.0.0.0/8'] }, WEB],
    targets: [target('a', { local: ['10.1.0.0/16'] }), target('b', { local: ['172.16.0.0/16'] })],
    tests: [asked('deny', '192.0.2.7')],
  },
  'a denial that holds for the local sides of all targets': {
    rules: [{ ...BLOCK, priority: 100, local: ['10.0.0.0/8'] }, WEB],
    targets: [target('a', { local: ['10.1.0.0/16'] }), target('b', { local: ['10.2.0.0/16'] })],
    tests: [asked('deny', '192.0.2.7')],
  },
  'a denial that holds for the local side of the policy, without targets': {
    rules: [{ ...BLOCK, priority: 100, local: ['10.0.0.0/8'] }, WEB],
    local: ['10.1.0.0/16'],
    tests: [asked('deny', '192.0.2.7')],
  },
  'a denial that is for some local addresses only, without targets': {
    rules: [{ ...BLOCK, priority: 100, local: ['10.0.0.0/8'] }, WEB],
    tests: [asked('deny', '192.0.2.7')],
  },
}

test('what a policy says of its local side', async () => {
  await expectOutcomes('policy-side.txt', SIDES, (more) =>
    problemOf(() => checkedSide(KNOWN, { ...HISTORY, policy: policyOf(more) })).replaceAll(/:1:\d+/g, ''),
  )
})

test('a side has the warnings of the policy, and widens for its targets', () => {
  const policy = policyOf({
    rules: [{ ...WEB, name: 'In', direction: 'inbound' }],
    targets: [target('a', { widen: { maxPrefixes: 1 } })],
  })
  const { known, findings, ruleset } = lintedSide(KNOWN, { ...HISTORY, policy })
  expect(known).toBe(KNOWN)
  expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['warning INBOUND_TAG'])
  expect(ruleset.rules.map(({ name }) => name)).toEqual(['In'])
  expect(sideOf(KNOWN, { ...HISTORY, policy }).findings).toEqual([])
})
