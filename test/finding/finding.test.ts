import { expect, test } from 'vitest'
import { parsePrefixOrAddress } from '../../src/address/prefix.ts'
import { ADVICE_FINDINGS } from '../../src/finding/advice-findings.ts'
import { DELTA_FINDINGS } from '../../src/finding/delta-findings.ts'
import { DOCUMENT_FINDINGS } from '../../src/finding/document-findings.ts'
import { explain, type Finding, type FindingCode, findingJson } from '../../src/finding/finding.ts'
import { POLICY_FINDINGS } from '../../src/finding/policy-findings.ts'
import { PROOF_FINDINGS } from '../../src/finding/proof-findings.ts'
import { TARGET_FINDINGS } from '../../src/finding/target-findings.ts'
import type { LimitUse } from '../../src/model/capacity.ts'
import { setOf } from '../notation.ts'

const useOf = (facts: Partial<LimitUse>): LimitUse => ({
  ...{
    target: 'edge',
    name: 'groups',
    what: 'groups',
    of: '',
    count: 789,
    limit: 1000,
    hint: 'Use fewer',
    isSplit: false,
  },
  pace: { since: '2025-05-12', weeks: 26, before: 700, fullIn: '2027-05' },
  ...facts,
})

/** Of a full load that only leaves items, or only what has no name. */
const NOTHING_ELSE = { lacks: [], reworded: [], isReordered: false }

const NOTHING_LEFT = { code: 'NO_RULE_LEFT', severity: 'error', policy: 'site' } as const

const IPV6_OF_ACME = { target: 'edge', vendor: 'acme', rule: 'Web', family: 'ipv6', prefix: '2001:db8::/48' } as const

/** Of commands of a delta or of a cleanup. */
const UNSAFE_COMMAND = {
  target: 'edge',
  command: 3,
  flow: 'outbound tcp port 443',
  rules: ['Web'],
  missing: { addresses: setOf('192.0.2.0/24'), tags: [] },
  extra: { addresses: setOf('2001:db8::/32'), tags: ['Sql'] },
}

/** Findings of each code, without their code; the keys make sure that none is forgotten. */
const CASES: { [Code in FindingCode]: Omit<Extract<Finding, { code: Code }>, 'code' | 'severity'>[] } = {
  NO_TAG_MATCHES: [
    { rule: 'Web', at: 'tagwall.yaml:2:5', selector: 'Sq', closest: '; did you mean "Sql"?', where: 'document.json' },
    { rule: 'Web', at: 'tagwall.yaml:2:5', selector: 'Redis', closest: '', where: 'document.json' },
  ],
  NO_RULE_FOR_TARGET: [{ at: 'tagwall.yaml:9:5', target: 'edge' }],
  OPTIONAL_RULE_SKIPPED: [{ rule: 'Door', selectors: ['A', 'B.*'], cloud: 'china' }],
  EMPTY_SELECTION: [
    { rule: 'Web', at: 'tagwall.yaml:2:5', tags: ['A', 'B'], isExcepted: false },
    { rule: 'Web', at: 'tagwall.yaml:2:5', tags: [], isExcepted: true },
  ],
  LOCAL_OF_OTHER_FAMILY: [{ rule: 'Web', at: 'tagwall.yaml:9:5' }],
  NOT_CARRIED: [
    { target: 'edge', vendor: 'acme', rule: 'Web', key: 'protocol', what: 'icmp', carried: ['tcp', 'udp'], hint: '' },
    { target: 'edge', vendor: 'acme', rule: 'Web', key: 'local', what: 'object', carried: [], hint: 'Use addresses' },
  ],
  OBJECT6_MISSING: [{ target: 'edge', rule: 'Web', object: 'lan' }],
  ADDRESSES_NOT_CARRIED: [
    { ...IPV6_OF_ACME, what: 'own' },
    { ...IPV6_OF_ACME, what: 'local' },
  ],
  OBJECT6_NOT_CARRIED: [{ target: 'edge', rule: 'Web', object: 'nodes', object6: 'nodes-v6' }],
  EMPTY_TAG: [{ rule: 'Web', tags: ['AppService.UKNorth'] }],
  NO_RULE_LEFT: [{ policy: 'site' }, { policy: 'site', family: 'ipv6' }],
  TEST_FAILED: [
    { test: policyTest('allow', '192.0.2.0/24'), offending: setOf('192.0.2.0/25'), rules: [] },
    { test: policyTest('allow', '192.0.2.1'), offending: setOf('192.0.2.1'), rules: ['Block'] },
    { test: policyTest('deny', '2001:db8::1'), offending: setOf('2001:db8::1'), rules: ['Web', 'Door'] },
    { test: policyTest('deny', '192.0.2.1'), offending: setOf('192.0.2.1'), rules: ['Web'], partly: ['Block'] },
  ],
  NAME_NOT_CARRIED: [
    { target: 'edge', base: 'A "b"', kind: 'set', name: 'A "b"-v4', reason: 'it contains the character "\\""' },
  ],
  NAMES_COLLIDE: [{ target: 'edge', kind: 'rule', name: 'Web', from: ['Website', 'Webshop'] }],
  PRIORITY_OUT_OF_RANGE: [{ target: 'edge', rule: 'Web', priority: 99, min: 100, max: 4096 }],
  PRIORITIES_COLLIDE: [{ target: 'edge', priority: '150 inbound', rules: ['A', 'B', 'C'] }],
  CAPACITY: [
    { target: 'edge', threshold: 75, use: useOf({}) },
    { target: 'edge', threshold: 75, use: useOf({ what: 'members in one group', of: 'Web', pace: undefined }) },
  ],
  LIMIT_EXCEEDED: [
    {
      target: 'edge',
      name: 'rules',
      what: 'rules',
      counts: [{ of: '', count: 12345 }],
      limit: 1000,
      hint: 'Split it',
      source: 'the manual',
      unverified: false,
    },
    {
      target: 'edge',
      name: 'groupMembers',
      what: 'members in one group',
      counts: ['Web-v4', 'A', 'B', 'C', 'D'].map((of, index) => ({ of, count: 301 + index })),
      limit: 300,
      hint: 'Split it',
      source: 'a forum',
      unverified: true,
    },
  ],
  OPTION_NOT_SET: [
    { target: 'edge', options: ['dstintf'], wide: 'any interface' },
    { target: 'edge', options: ['srcintf', 'dstintf'], wide: 'any interface' },
  ],
  FAMILY_NOT_SEPARABLE: [{ target: 'edge', family: 'ipv4' }],
  EXCEPT_NOT_BY_TAG: [{ target: 'edge', rule: 'Web' }],
  NOT_UNDERSTOOD: [{ target: 'edge', part: 'rules', line: 7, text: '-A INPUT -x', reason: 'is not understood' }],
  PROOF_FAILED: [
    {
      target: 'edge',
      flow: 'outbound tcp 443',
      rules: ['Web', 'Door'],
      missing: { addresses: setOf('192.0.2.0/24'), tags: ['Sql'] },
      extra: { addresses: setOf('2001:db8::/32'), tags: [] },
    },
    {
      target: 'edge',
      flow: 'inbound udp 53',
      rules: [],
      missing: { addresses: setOf(''), tags: [] },
      extra: { addresses: setOf('0.0.0.0/0 ::/0').subtract(setOf('0.0.0.0/32 ::/128')), tags: [] },
    },
  ],
  DELTA_UNSAFE: [UNSAFE_COMMAND],
  RELOAD_GAP: [
    {
      ...{ target: 'edge', hasDelta: true, isRefused: true, rules: ['Dns', 'Sites'] },
      ...{ flow: 'outbound udp port 53', prefixes: setOf('192.0.2.0/26') },
    },
    {
      ...{ target: 'edge', hasDelta: false, isRefused: false, rules: ['NoDns', 'Dns'] },
      ...{ flow: 'outbound udp port 53', prefixes: setOf('192.0.2.0/26') },
    },
  ],
  CLEANUP_UNSAFE: [UNSAFE_COMMAND],
  LEFTOVERS_UNKNOWN: [
    {
      target: 'edge',
      paths: ['rules/edge.v4', 'rules/edge.v6'],
      why: ['rules line 3 is not understood: x', 'b', 'c'],
      options: [],
    },
    { target: 'edge', paths: ['rules/edge.v4'], why: ['rules line 3 is not understood: x'], options: ['outboundHook'] },
  ],
  LOAD_REFUSED: [
    {
      target: 'edge',
      paths: ['rules/edge.conf'],
      why: ['script line 3 has the name of another policy, Web: edit 7'],
    },
    { target: 'edge', paths: ['rules/edge.conf'], why: ['x'], manual: 'rules/edge.cleanup.manual.txt' },
  ],
  LEFTOVERS_STAY: [
    {
      target: 'edge',
      ...NOTHING_ELSE,
      items: ['rule "Web"', 'group "Web"'],
      ...{ isAllowing: true, isDenying: false, hasDelta: false },
      findings: [],
      manual: 'edge.cleanup.manual.txt',
    },
    {
      target: 'edge',
      ...NOTHING_ELSE,
      items: ['1', '2', '3', '4', '5'].map((name) => `set "${name}"`),
      ...{ isAllowing: false, isDenying: false, hasDelta: false },
      findings: [],
    },
    {
      target: 'edge',
      items: [],
      ...{ isAllowing: false, isDenying: false, hasDelta: true },
      ...{ lacks: [], reworded: [], isReordered: true },
      findings: [{ code: 'NO_RULE_LEFT', severity: 'error', policy: 'a' }],
    },
    {
      target: 'edge',
      ...NOTHING_ELSE,
      items: [],
      ...{ isAllowing: true, isDenying: false, hasDelta: false },
      findings: [],
    },
    {
      target: 'edge',
      items: [],
      ...{ lacks: ['group "Web"'], reworded: ['rule "Web" (log)'], isReordered: false },
      ...{ isAllowing: false, isDenying: false, hasDelta: true },
      findings: [],
    },
  ],
  NO_DELTA: [
    { target: 'edge', why: { kind: 'form' } },
    { target: 'edge', why: { kind: 'before', findings: [NOTHING_LEFT] } },
    { target: 'edge', why: { kind: 'proof', findings: [NOTHING_LEFT] } },
    { target: 'edge', why: { kind: 'limits', findings: [NOTHING_LEFT] } },
    { target: 'edge', why: { kind: 'lock', why: 'state' } },
    { target: 'edge', why: { kind: 'options', why: { vendor: 'nftables' } } },
    {
      target: 'edge',
      why: { kind: 'options', why: { options: [{ name: 'vdom' }, { name: 'acl', usedBy: 'interfaces' }] } },
    },
    { target: 'edge', why: { kind: 'end', options: ['hook'] } },
    { target: 'edge', why: { kind: 'missing' } },
    { target: 'edge', way: 'rollback', why: { kind: 'end' } },
    { target: 'edge', why: { kind: 'items' } },
  ],
  COMPARED_WITH_FILES: [
    { target: 'edge', paths: ['rules/edge.conf'], why: 'edited', lock: 'tagwall.lock.json', isRead: true },
    { target: 'edge', paths: ['rules/edge.conf'], why: 'unlocked', lock: 'tagwall.lock.json', isRead: false },
  ],
  UNCOMMITTED_DELTA: [{ targets: ['edge', 'branch'] }],
  SINCE_AHEAD: [{ since: 'git:main', base: '1b9d0f2c3a4e' }],
  EDITED_FILES: [
    { paths: ['rules/edge.delta.conf'], since: undefined },
    { paths: ['rules/a.conf', 'rules/b.conf'], since: 'git:main' },
  ],
  NO_READER: [
    { target: 'edge', vendor: 'acme' },
    { target: 'edge', vendor: 'acme', hasReader: true },
  ],
  OLDER_DOCUMENT: [{ published: '2025-10-06', newest: '2025-11-10' }],
  ROLLED_BACK: [{ changeNumber: 346, newest: 355, tags: ['A', 'B'], lost: setOf('20.0.0.0/24') }],
  ODD_PREFIX: [{ problems: ['one', 'two'] }, { problems: ['one', 'two', 'three', 'four'] }],
  REISSUED: [{ published: '2026-04-13', tags: ['A'] }],
  SAME_NUMBER: [{ changeNumber: 346, published: '2025-03-03', newest: '2025-02-17', tags: ['A', 'B'] }],
  TAG_SHRANK_SLOWLY: [
    { tag: 'A', limit: 25, since: '2025-08-04', losses: [{ family: 'ipv4', before: 2468n, lost: 1234n }] },
  ],
  TAG_SWAPPED: [{ tag: 'A', swaps: [{ family: 'ipv4', before: 2560n, lost: 512n, unknown: 512n }] }],
  TAG_WIDENED: [
    { tag: 'A', blocks: [{ prefix: parsePrefixOrAddress('20.0.0.0/12'), had: 256n }] },
    {
      tag: 'A',
      blocks: ['20.0.0.0/12', '21.0.0.0/12', '22.0.0.0/12'].map((text) => ({
        prefix: parsePrefixOrAddress(text),
        had: 1n,
      })),
    },
  ],
  UNLIKE_SHIPPED: [
    {
      findings: [
        { code: 'OLDER_DOCUMENT', severity: 'error', published: '2025-10-08', newest: '2025-11-10' },
        { code: 'TAG_VANISHED', severity: 'error', tags: ['B'], newest: '2025-10-06' },
      ],
    },
  ],
  TAG_VANISHED: [{ tags: ['A', 'B'], newest: '2025-11-10' }],
  TAG_SHRANK: [
    {
      tag: 'A',
      limit: 25,
      losses: [
        { family: 'ipv4', before: 2468n, lost: 1234n },
        { family: 'ipv6', before: 16n, lost: 16n },
      ],
    },
  ],
  TAG_GREW: [
    { tag: 'A', growths: [{ family: 'ipv4', before: 10n, gained: 2048n, unknown: 2048n }] },
    { tag: 'A', growths: [{ family: 'ipv6', before: 10n, gained: 2048n, unknown: 1024n }] },
    { tag: 'A.b', isNew: true, growths: [{ family: 'ipv4', before: 10n, gained: 2048n, unknown: 2048n }] },
  ],
  TAG_GREW_KNOWN: [{ tag: 'A', growths: [{ family: 'ipv4', before: 10n, gained: 2048n, unknown: 0n }] }],
  TAG_OF_PUBLIC: [
    { rule: 'A', tag: 'AzureArcInfrastructure', cloud: 'usgov', isSkipped: true },
    { rule: 'A', tag: 'AzureArcInfrastructure', cloud: 'china', isSkipped: false },
  ],
  TAG_GREW_SLOWLY: [
    { tag: 'A', since: '2025-08-18', growths: [{ family: 'ipv4', before: 5000n, gained: 6000n, unknown: 5500n }] },
  ],
  TAG_GREW_UNKNOWN: [{ tag: 'A', growths: [{ family: 'ipv4', before: 20_000n, gained: 5000n, unknown: 5000n }] }],
  SPECIAL_USE: [{ tag: 'A', what: 'Private-Use (RFC 1918)', prefixes: [parsePrefixOrAddress('10.0.0.0/24')] }],
  GIANT_PREFIX: [{ tag: 'A', prefixes: [parsePrefixOrAddress('20.0.0.0/7')] }],
  TAG_SWALLOWED: [{ tag: 'A', inner: 'B' }],
  DEPENDENCY_MISSING: [{ tag: 'A', needs: 'B', source: 'https://example.com/' }],
  GLOBAL_LEFT_OUT: [
    {
      rule: 'Web',
      base: 'A',
      prefixes: ['20.0.0.0/24', '20.0.2.0/24', '20.0.4.0/24', '20.0.6.0/24', '20.0.8.0/24'].map(parsePrefixOrAddress),
    },
  ],
  INBOUND_TAG: [{ rules: ['Web', 'Door-in'] }],
  INBOUND_ANY: [{ rules: ['Web'] }, { rules: ['Web', 'Door'] }],
  RULE_NEVER_APPLIES: [
    { rule: 'Web', decided: 'denied', by: ['NoLegacy'] },
    { rule: 'NoWeb', decided: 'allowed', by: ['A', 'B'] },
  ],
  BUDGET_NOT_MET: [
    { target: 'edge', family: 'ipv4', rule: 'Web', budget: 1, least: 3, binding: ['never', 'minPrefixLength'] },
    { target: 'edge', family: 'ipv6', rule: 'Web', budget: 2, least: 3, binding: ['special-use'] },
    { target: 'edge', family: 'ipv6', rule: undefined, budget: 2, least: 3, binding: [] },
  ],
  TAGS_NOT_WIDENED: [{ target: 'edge' }],
  NO_WITHIN: [{ target: 'edge', tag: 'AzureClod', closest: '; did you mean "AzureCloud"?', where: 'document.json' }],
  STALE: [
    { since: 'check', date: '2025-11-10', days: 11 },
    { since: 'document', date: '2025-11-10', days: 11 },
    { since: 'shipped', date: '2025-11-10', days: 100 },
    { since: 'change', date: '2025-08-04', days: 100 },
  ],
  FUTURE_DOCUMENT: [{ published: '2026-11-09', days: 362 }],
  FUTURE_SNAPSHOT: [{ paths: ['snapshots/public/2099-01-05.json'] }],
  UNDATED: [{ source: 'standard input', published: '2025-11-12' }],
}

function policyTest(expected: 'allow' | 'deny', remote: string) {
  const rest = { at: 'tagwall.yaml:9:5', direction: 'outbound', protocol: 'tcp', port: 443 } as const
  return { ...rest, expect: expected, remote: parsePrefixOrAddress(remote) }
}

const SENTENCES = Object.entries(CASES).map(([code, cases]) => {
  const sentences = cases.map((given) => explain({ code, severity: 'error', ...given } as Finding))
  return { code, sentences }
})

test('the sentence of each finding', async () => {
  const text = SENTENCES.map(({ code, sentences }) => `${code}\n${sentences.map((one) => `  ${one}\n`).join('')}`)
  await expect(text.join('')).toMatchFileSnapshot('expected/sentences.txt')
})

const RECORDS = [POLICY_FINDINGS, TARGET_FINDINGS, PROOF_FINDINGS, DELTA_FINDINGS, DOCUMENT_FINDINGS, ADVICE_FINDINGS]
/** Codes that never refuse. The first document is judged once, so its warning names two causes in full. */
const WARNINGS = RECORDS.flatMap((records) => Object.entries(records))
  .filter(([code, { severity }]) => severity === 'warning' && code !== 'UNLIKE_SHIPPED')
  .map(([code]) => code)

// A warning says what, where and what to do; the rest is behind `tagwall explain CODE`.
test.for(SENTENCES.filter(({ code }) => WARNINGS.includes(code)))(
  '$code has at most 160 characters',
  ({ sentences }) => {
    expect(sentences.filter(({ length }) => length > 160)).toEqual([])
  },
)

test.for(['STALE', 'INBOUND_TAG'])('%s names the command for more', (name) => {
  for (const sentence of SENTENCES.find(({ code }) => code === name)?.sentences ?? [''])
    expect(sentence).toMatch(new RegExp(`\\(tagwall explain ${name}\\)$`))
})

test('the JSON of a finding', () => {
  expect(findingJson({ code: 'NO_RULE_LEFT', severity: 'error', policy: 'site' })).toEqual({
    code: 'NO_RULE_LEFT',
    severity: 'error',
    message: 'policy "site": no rule is left to write',
    fix: null,
    facts: { policy: 'site' },
  })
})
