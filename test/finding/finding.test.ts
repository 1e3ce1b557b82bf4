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

/** A finding of each code, without its code, and its sentence; the keys make sure that none is forgotten. */
const CASES: {
  [Code in FindingCode]: [given: Omit<Extract<Finding, { code: Code }>, 'code' | 'severity'>, want: string][]
} = {
  NO_TAG_MATCHES: [
    [
      { rule: 'Web', at: 'tagwall.yaml:2:5', selector: 'Sq', closest: '; did you mean "Sql"?', where: 'document.json' },
      'tagwall.yaml:2:5: rule "Web": no service tag matches "Sq"; did you mean "Sql"? Searched: document.json',
    ],
    [
      { rule: 'Web', at: 'tagwall.yaml:2:5', selector: 'Redis', closest: '', where: 'document.json' },
      'tagwall.yaml:2:5: rule "Web": no service tag matches "Redis". Searched: document.json',
    ],
  ],
  NO_RULE_FOR_TARGET: [
    [
      { at: 'tagwall.yaml:9:5', target: 'edge' },
      'tagwall.yaml:9:5: no rule is for target "edge": every rule names other targets',
    ],
  ],
  OPTIONAL_RULE_SKIPPED: [
    [
      { rule: 'Door', selectors: ['A', 'B.*'], cloud: 'china' },
      'rule "Door" is skipped: it is optional in the cloud china, which does not publish A, B.*',
    ],
  ],
  EMPTY_SELECTION: [
    [
      { rule: 'Web', at: 'tagwall.yaml:2:5', tags: ['A', 'B'], isExcepted: false },
      'tagwall.yaml:2:5: rule "Web" selects no addresses: the document lists none for A, B',
    ],
    [
      { rule: 'Web', at: 'tagwall.yaml:2:5', tags: [], isExcepted: true },
      'tagwall.yaml:2:5: rule "Web" selects no addresses: "except" leaves out everything that "tags" and "prefixes" hold',
    ],
  ],
  LOCAL_OF_OTHER_FAMILY: [
    [
      { rule: 'Web', at: 'tagwall.yaml:9:5' },
      'tagwall.yaml:9:5: rule "Web": its local side has only addresses of the family that its tags and prefixes lack, so it would allow nothing. Add local addresses of the other family',
    ],
  ],
  NOT_CARRIED: [
    [
      { target: 'edge', vendor: 'acme', rule: 'Web', key: 'protocol', what: 'icmp', carried: ['tcp', 'udp'], hint: '' },
      'target "edge": acme cannot express rule "Web": protocol: icmp; it can: tcp, udp',
    ],
    [
      { target: 'edge', vendor: 'acme', rule: 'Web', key: 'local', what: 'object', carried: [], hint: 'Use addresses' },
      'target "edge": acme cannot express rule "Web": a local side that is an object on the device. Use addresses',
    ],
  ],
  OBJECT6_MISSING: [
    [
      { target: 'edge', rule: 'Web', object: 'lan' },
      'target "edge": rule "Web" has addresses of both families, but an object on this device has one. Name the IPv6 object too, as in local: { object: lan, object6: NAME }, or set "family: ipv4" in the target',
    ],
  ],
  ADDRESSES_NOT_CARRIED: [
    [
      {
        target: 'edge',
        vendor: 'acme',
        rule: 'Web',
        what: 'own',
        family: 'ipv6',
        prefix: '2001:db8::/48',
      },
      'target "edge": rule "Web" has IPv6 prefixes of your own (2001:db8::/48), which rules of acme cannot have in this form. Leave them out, or put them into a policy for another target',
    ],
    [
      {
        target: 'edge',
        vendor: 'acme',
        rule: 'Web',
        what: 'local',
        family: 'ipv6',
        prefix: '2001:db8::/48',
      },
      'target "edge": rule "Web" has IPv6 local addresses (2001:db8::/48), which rules of acme cannot have in this form. Leave them out, or put them into a policy for another target',
    ],
  ],
  OBJECT6_NOT_CARRIED: [
    [
      { target: 'edge', rule: 'Web', object: 'nodes', object6: 'nodes-v6' },
      'target "edge": rule "Web" has addresses of both families and names two objects, nodes and nodes-v6, but a rule on this device takes one. Name one with both families in the target, as in local: { object: nodes }, or make one target per family',
    ],
  ],
  EMPTY_TAG: [
    [
      { rule: 'Web', tags: ['AppService.UKNorth'] },
      'rule "Web": the document lists no addresses for AppService.UKNorth. The other tags of the rule are unaffected',
    ],
  ],
  NO_RULE_LEFT: [
    [{ policy: 'site' }, 'policy "site": no rule is left to write'],
    [{ policy: 'site', family: 'ipv6' }, 'policy "site": no ipv6 address is left to write'],
  ],
  TEST_FAILED: [
    [
      { test: policyTest('allow', '192.0.2.0/24'), offending: setOf('192.0.2.0/25'), rules: [] },
      'tagwall.yaml:9:5: test failed: expected outbound tcp 192.0.2.0/24 port 443 to be allowed, but no rule allows 192.0.2.0/25',
    ],
    [
      { test: policyTest('deny', '2001:db8::1'), offending: setOf('2001:db8::1'), rules: ['Web', 'Door'] },
      'tagwall.yaml:9:5: test failed: expected outbound tcp 2001:db8::1/128 port 443 to be denied, but rules "Web", "Door" allow 2001:db8::1/128',
    ],
    [
      { test: policyTest('deny', '192.0.2.1'), offending: setOf('192.0.2.1'), rules: ['Web'], partly: ['Block'] },
      'tagwall.yaml:9:5: test failed: expected outbound tcp 192.0.2.1/32 port 443 to be denied, but rule "Web" allows 192.0.2.1/32; rule "Block" denies it only for some local addresses',
    ],
  ],
  NAME_NOT_CARRIED: [
    [
      { target: 'edge', base: 'A "b"', kind: 'set', name: 'A "b"-v4', reason: 'it contains the character "\\""' },
      'target "edge": the rule name "A \\"b\\"" is invalid there: as the name of a set, "A \\"b\\"-v4", it contains the character "\\"". Rename the rule',
    ],
  ],
  NAMES_COLLIDE: [
    [
      { target: 'edge', kind: 'rule', name: 'Web', from: ['Website', 'Webshop'] },
      'target "edge": "Website" and "Webshop" both become the rule "Web". Rename one of them',
    ],
  ],
  PRIORITY_OUT_OF_RANGE: [
    [
      { target: 'edge', rule: 'Web', priority: 99, min: 100, max: 4096 },
      'target "edge": rule "Web" gets priority 99, which is out of range (100-4096)',
    ],
  ],
  PRIORITIES_COLLIDE: [
    [
      { target: 'edge', priority: '150 inbound', rules: ['A', 'B', 'C'] },
      'target "edge": "A" and "B" and "C" get the same priority, 150 inbound. Leave more room between the priorities in the policy',
    ],
  ],
  CAPACITY: [
    [
      { target: 'edge', threshold: 75, use: useOf({}) },
      'target "edge" uses 78% of 1,000 groups; the policy warns from 75% on; full in 2027-05 at the growth of the last 26 weeks. Use fewer',
    ],
    [
      { target: 'edge', threshold: 75, use: useOf({ what: 'members in one group', of: 'Web', pace: undefined }) },
      'target "edge" uses 78% of 1,000 members in one group (Web); the policy warns from 75% on. Use fewer',
    ],
  ],
  LIMIT_EXCEEDED: [
    [
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
      'target "edge" needs 12,345 rules; the limit is 1,000 (the manual). Split it',
    ],
    [
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
      'target "edge" needs 301 members in one group (Web-v4), 302 (A), 303 (B), 304 (C) and too many in 1 more; the limit is 300 (a forum). Split it. This limit is not verified: if your device has another one, set it in the target: limits: { groupMembers: N }',
    ],
  ],
  OPTION_NOT_SET: [
    [
      { target: 'edge', options: ['dstintf'], wide: 'any interface' },
      'target "edge": the rules hold for any interface, because dstintf is not set. Set it in "options"',
    ],
    [
      { target: 'edge', options: ['srcintf', 'dstintf'], wide: 'any interface' },
      'target "edge": the rules hold for any interface, because srcintf and dstintf are not set. Set them in "options"',
    ],
  ],
  FAMILY_NOT_SEPARABLE: [
    [
      { target: 'edge', family: 'ipv4' },
      'target "edge" writes tags by name. A tag has addresses of both families, so the target cannot be limited to ipv4',
    ],
  ],
  EXCEPT_NOT_BY_TAG: [
    [
      { target: 'edge', rule: 'Web' },
      'target "edge" writes tags by name, so it cannot apply "except" of rule "Web". Choose the option that writes prefixes',
    ],
  ],
  NOT_UNDERSTOOD: [
    [
      { target: 'edge', part: 'rules', line: 7, text: '-A INPUT -x', reason: 'is not understood' },
      'target "edge": rules line 7 is not understood: -A INPUT -x',
    ],
  ],
  PROOF_FAILED: [
    [
      {
        target: 'edge',
        flow: 'outbound tcp 443',
        rules: ['Web', 'Door'],
        missing: { addresses: setOf('192.0.2.0/24'), tags: ['Sql'] },
        extra: { addresses: setOf('2001:db8::/32'), tags: [] },
      },
      'target "edge": the rendered file does not match the policy: outbound tcp 443, rules "Web", "Door": missing: Sql, 192.0.2.0/24; allowed, but not in the policy: 2001:db8::/32',
    ],
    [
      {
        target: 'edge',
        flow: 'inbound udp 53',
        rules: [],
        missing: { addresses: setOf(''), tags: [] },
        extra: { addresses: setOf('0.0.0.0/0 ::/0').subtract(setOf('0.0.0.0/32 ::/128')), tags: [] },
      },
      'target "edge": the rendered file does not match the policy: inbound udp 53: allowed, but not in the policy: 0.0.0.1/32, 0.0.0.2/31, 0.0.0.4/30, 0.0.0.8/29, 0.0.0.16/28, 0.0.0.32/27, 0.0.0.64/26, 0.0.0.128/25 and 152 more',
    ],
  ],
  DELTA_UNSAFE: [
    [
      {
        target: 'edge',
        command: 3,
        flow: 'outbound tcp port 443',
        rules: ['Web'],
        missing: { addresses: setOf('192.0.2.0/24'), tags: [] },
        extra: { addresses: setOf('2001:db8::/32'), tags: ['Sql'] },
      },
      'target "edge": after command 3 of the delta, outbound tcp port 443, rule "Web": refused, although both snapshots allow it: 192.0.2.0/24; allowed, although neither snapshot allows it: Sql, 2001:db8::/32',
    ],
  ],
  RELOAD_GAP: [
    [
      {
        ...{
          target: 'edge',
          hasDelta: true,
          from: 'Dns',
          to: ['Sites', 'More'],
          direction: 'outbound',
          protocol: 'udp',
        },
        ...{ ports: { first: 53, last: 53 }, prefixes: setOf('192.0.2.0/26') },
      },
      'target "edge": a full load refuses 192.0.2.0/26 (outbound udp 53) for a moment, because it moves from rule "Dns" to "Sites" and "More". Load the delta',
    ],
    [
      {
        ...{
          target: 'edge',
          hasDelta: false,
          from: 'Dns',
          to: ['Sites', 'More'],
          direction: 'outbound',
          protocol: 'udp',
        },
        ...{ ports: { first: 53, last: 53 }, prefixes: setOf('192.0.2.0/26') },
      },
      'target "edge": a full load refuses 192.0.2.0/26 (outbound udp 53) for a moment, because it moves from rule "Dns" to "Sites" and "More". Load it at a quiet time',
    ],
  ],
  CLEANUP_UNSAFE: [
    [
      {
        target: 'edge',
        command: 3,
        flow: 'outbound tcp port 443',
        rules: ['Web'],
        missing: { addresses: setOf('192.0.2.0/24'), tags: [] },
        extra: { addresses: setOf('2001:db8::/32'), tags: ['Sql'] },
      },
      'target "edge": after command 3 over the full files, outbound tcp port 443, rule "Web": refused, although the policy allows it: 192.0.2.0/24; allowed, although it was not allowed before: Sql, 2001:db8::/32',
    ],
  ],
  LEFTOVERS_UNKNOWN: [
    [
      {
        target: 'edge',
        paths: ['rules/edge.v4', 'rules/edge.v6'],
        why: ['rules line 3 is not understood: x', 'b', 'c'],
      },
      'target "edge": the leftovers of a full load over rules/edge.v4, rules/edge.v6 are unknown: rules line 3 is not understood: x; b; and 1 more. Run "tagwall audit"',
    ],
  ],
  LOAD_REFUSED: [
    [
      {
        target: 'edge',
        paths: ['rules/edge.conf'],
        why: ['script line 3 has the name of another policy, Web: edit 7'],
      },
      'target "edge" refuses a full load over rules/edge.conf: script line 3 has the name of another policy, Web: edit 7. Load the delta instead',
    ],
    [
      { target: 'edge', paths: ['rules/edge.conf'], why: ['x'], manual: 'rules/edge.cleanup.manual.txt' },
      'target "edge" refuses a full load over rules/edge.conf: x. First remove the items in rules/edge.cleanup.manual.txt by hand',
    ],
  ],
  LEFTOVERS_STAY: [
    [
      {
        target: 'edge',
        ...NOTHING_ELSE,
        items: ['rule "Web"', 'group "Web"'],
        ...{ isAllowing: true, isDenying: false, hasDelta: false },
        findings: [],
        manual: 'edge.cleanup.manual.txt',
      },
      'target "edge": a full load leaves rule "Web", group "Web" on the device, which allows more than the policy. Remove the items in edge.cleanup.manual.txt by hand',
    ],
    [
      {
        target: 'edge',
        ...NOTHING_ELSE,
        items: ['1', '2', '3', '4', '5'].map((name) => `set "${name}"`),
        ...{ isAllowing: false, isDenying: false, hasDelta: false },
        findings: [],
      },
      'target "edge": a full load leaves set "1", set "2", set "3", set "4" and 1 more on the device. Remove the earlier rules first',
    ],
    [
      {
        target: 'edge',
        items: [],
        ...{ isAllowing: false, isDenying: false, hasDelta: true },
        ...{ lacks: [], reworded: [], isReordered: true },
        findings: [{ code: 'NO_RULE_LEFT', severity: 'error', policy: 'a' }],
      },
      'target "edge": a full load puts rules in another order on the device. Load the delta instead: policy "a": no rule is left to write',
    ],
    [
      {
        target: 'edge',
        ...NOTHING_ELSE,
        items: [],
        ...{ isAllowing: true, isDenying: false, hasDelta: false },
        findings: [],
      },
      'target "edge": a full load leaves earlier members of groups on the device, which allows more than the policy. Remove the earlier rules first',
    ],
    [
      {
        target: 'edge',
        items: [],
        ...{ lacks: ['group "Web"'], reworded: ['rule "Web" (log)'], isReordered: false },
        ...{ isAllowing: false, isDenying: false, hasDelta: true },
        findings: [],
      },
      'target "edge": a full load does not make group "Web" and leaves other words in rule "Web" (log) on the device. Load the delta instead',
    ],
  ],
  NO_DELTA: [
    [
      { target: 'edge', why: { kind: 'form' } },
      'target "edge" has no delta, so load the full file: with these options, the device loads only full files',
    ],
    [
      {
        target: 'edge',
        why: { kind: 'before', findings: [{ code: 'NO_RULE_LEFT', severity: 'error', policy: 'site' }] },
      },
      'target "edge" has no delta, so load the full file: the older rules do not compile: policy "site": no rule is left to write',
    ],
    [
      {
        target: 'edge',
        why: { kind: 'proof', findings: [{ code: 'NO_RULE_LEFT', severity: 'error', policy: 'site' }] },
      },
      'target "edge" has no delta, so load the full file: the delta is not proved: policy "site": no rule is left to write',
    ],
    [
      {
        target: 'edge',
        why: { kind: 'limits', findings: [{ code: 'NO_RULE_LEFT', severity: 'error', policy: 'site' }] },
      },
      'target "edge" has no delta, so load the full file: the delta does not fit the limits of the device: policy "site": no rule is left to write',
    ],
    [
      { target: 'edge', why: { kind: 'lock', why: 'state' } },
      'target "edge" has no delta, so load the full file: the lock lacks the state of this target, as after a merge of two branches',
    ],
    [
      { target: 'edge', why: { kind: 'options', why: { vendor: 'nftables' } } },
      'target "edge" has no delta, so load the full file: the target had another vendor, nftables',
    ],
    [
      {
        target: 'edge',
        why: { kind: 'options', why: { options: [{ name: 'vdom' }, { name: 'acl', usedBy: 'interfaces' }] } },
      },
      'target "edge" has no delta, so load the full file: another value of vdom changes how or where the device loads its files, not what they make there; interfaces on the device name the value of acl: change these by hand after the full file, then remove what has the older name',
    ],
    [
      { target: 'edge', why: { kind: 'end', options: ['hook'] } },
      'target "edge" has no delta, so load the full file: from another value of hook, the delta does not end with the objects, words and order of the full file, or not when it is loaded twice',
    ],
    [
      { target: 'edge', why: { kind: 'missing' } },
      'target "edge" has no delta, so load the full file: the older full files are not in place',
    ],
    [
      { target: 'edge', way: 'rollback', why: { kind: 'end' } },
      'target "edge" has no rollback, so a way back is the older full file: the rollback does not end with the objects, words and order of the full file, or not when it is loaded twice',
    ],
    [
      { target: 'edge', why: { kind: 'items' } },
      'target "edge" has no delta, so load the full file: the files in place define other objects than this version of tagwall writes',
    ],
  ],
  COMPARED_WITH_FILES: [
    [
      { target: 'edge', paths: ['rules/edge.conf'], why: 'edited', lock: 'tagwall.lock.json', isRead: true },
      'target "edge": a file in place was edited by hand, or written by another version (rules/edge.conf): no delta, and the cause of the change is unknown',
    ],
    [
      { target: 'edge', paths: ['rules/edge.conf'], why: 'unlocked', lock: 'tagwall.lock.json', isRead: false },
      'target "edge": no lock says what its files are made of (rules/edge.conf): nothing reads it, so the change is unknown',
    ],
  ],
  UNCOMMITTED_DELTA: [
    [
      { targets: ['edge', 'branch'] },
      'the deltas of edge, branch start from files that were never committed; if devices hold the files of the last commit, run "tagwall build --since git:HEAD"',
    ],
  ],
  EDITED_FILES: [
    [
      { paths: ['rules/edge.delta.conf'], since: undefined },
      'rules/edge.delta.conf is not what tagwall wrote: do not load; "tagwall build" writes full files again, and removes edited commands',
    ],
    [
      { paths: ['rules/a.conf', 'rules/b.conf'], since: 'git:main' },
      'rules/a.conf, rules/b.conf are neither what git:main has nor what tagwall makes from it: do not load; restore its rules and lock, then run "tagwall build"',
    ],
  ],
  NO_READER: [
    [{ target: 'edge', vendor: 'acme' }, 'target "edge": vendor acme has no reader, so its files are not proved'],
    [
      { target: 'edge', vendor: 'acme', hasReader: true },
      'target "edge": the reader of acme has no model of the device, so its commands are not proved',
    ],
  ],
  OLDER_DOCUMENT: [
    [
      { published: '2025-10-06', newest: '2025-11-10' },
      'the document of 2025-10-06 is older than the newest snapshot (2025-11-10). Its rules would lose every address added since; to accept it for this run, add --accept rollback',
    ],
  ],
  ROLLED_BACK: [
    [
      { changeNumber: 346, newest: 355, tags: ['A', 'B'], lost: setOf('20.0.0.0/24') },
      'change number 346 is lower than the 355 of the newest snapshot, and A, B lost 20.0.0.0/24. The source serves an older state; to accept it for this run, add --accept rollback',
    ],
  ],
  ODD_PREFIX: [
    [{ problems: ['one', 'two'] }, 'unused tags contain invalid prefixes; your rules are unaffected: one; two'],
    [
      { problems: ['one', 'two', 'three', 'four'] },
      'unused tags contain invalid prefixes; your rules are unaffected: one; two; and 2 more',
    ],
  ],
  REISSUED: [
    [
      { published: '2026-04-13', tags: ['A'] },
      'the document of 2026-04-13 was published again with different content: A changed',
    ],
  ],
  SAME_NUMBER: [
    [
      { changeNumber: 346, published: '2025-03-03', newest: '2025-02-17', tags: ['A', 'B'] },
      'the document of 2025-03-03 has change number 346, like the one of 2025-02-17, but different content: A, B changed. Check where it comes from',
    ],
  ],
  TAG_SHRANK_SLOWLY: [
    [
      { tag: 'A', limit: 25, since: '2025-08-04', losses: [{ family: 'ipv4', before: 2468n, lost: 1234n }] },
      'since 2025-08-04, tag "A" lost 1,234 of its 2,468 IPv4 addresses in small steps. Together these are above the limit of 25%; to accept it for this run, add --accept shrink',
    ],
  ],
  TAG_SWAPPED: [
    [
      { tag: 'A', swaps: [{ family: 'ipv4', before: 2560n, lost: 512n, unknown: 512n }] },
      'tag "A" lost 512 of its 2,560 IPv4 addresses, and gained 512 that no tag of another service holds. Review these addresses before you load the rules',
    ],
  ],
  TAG_WIDENED: [
    [
      { tag: 'A', blocks: [{ prefix: parsePrefixOrAddress('20.0.0.0/12'), had: 256n }] },
      'tag "A" holds 20.0.0.0/12, of which it held 256 addresses before. A block that grows so much can open the firewall to strangers; to accept it for this run, add --accept grow',
    ],
    [
      {
        tag: 'A',
        blocks: ['20.0.0.0/12', '21.0.0.0/12', '22.0.0.0/12'].map((text) => ({
          prefix: parsePrefixOrAddress(text),
          had: 1n,
        })),
      },
      'tag "A" holds 20.0.0.0/12, of which it held 1 address before, and 2 more such blocks. A block that grows so much can open the firewall to strangers; to accept it for this run, add --accept grow',
    ],
  ],
  UNLIKE_SHIPPED: [
    [
      {
        findings: [
          { code: 'OLDER_DOCUMENT', severity: 'error', published: '2025-10-08', newest: '2025-11-10' },
          { code: 'TAG_VANISHED', severity: 'error', tags: ['B'], newest: '2025-10-06' },
        ],
      },
      'your first document differs from the shipped snapshots: the document of 2025-10-08 is older than the newest snapshot (2025-11-10). Its rules would lose every address added since; the document no longer has B, which the snapshot of 2025-10-06 has. The rules for it would be lost. Review it before you load the rules',
    ],
  ],
  TAG_VANISHED: [
    [
      { tags: ['A', 'B'], newest: '2025-11-10' },
      'the document no longer has A, B, which the snapshot of 2025-11-10 has. The rules for it would be lost; to accept it for this run, add --accept vanished',
    ],
  ],
  TAG_SHRANK: [
    [
      {
        tag: 'A',
        limit: 25,
        losses: [
          { family: 'ipv4', before: 2468n, lost: 1234n },
          { family: 'ipv6', before: 16n, lost: 16n },
        ],
      },
      'tag "A" lost 1,234 of its 2,468 IPv4 addresses, and 16 of its 16 IPv6 addresses. A loss above 25% can mean a damaged document; to accept it for this run, add --accept shrink',
    ],
  ],
  TAG_GREW: [
    [
      { tag: 'A', growths: [{ family: 'ipv4', before: 10n, gained: 2048n, unknown: 2048n }] },
      'tag "A" gained 2,048 IPv4 addresses and had 10; no tag of another service holds any of them. So many can open the firewall to strangers; to accept it for this run, add --accept grow',
    ],
    [
      { tag: 'A', growths: [{ family: 'ipv6', before: 10n, gained: 2048n, unknown: 1024n }] },
      'tag "A" gained 2,048 IPv6 addresses and had 10; no tag of another service holds 1,024 of them. So many can open the firewall to strangers; to accept it for this run, add --accept grow',
    ],
    [
      { tag: 'A.b', isNew: true, growths: [{ family: 'ipv4', before: 10n, gained: 2048n, unknown: 2048n }] },
      'tag "A.b" is new, and A gained 2,048 IPv4 addresses and had 10; no tag of another service holds any of them. So many can open the firewall to strangers; to accept it for this run, add --accept grow',
    ],
  ],
  TAG_GREW_KNOWN: [
    [
      { tag: 'A', growths: [{ family: 'ipv4', before: 10n, gained: 2048n, unknown: 0n }] },
      'tag "A" gained 2,048 IPv4 addresses and had 10; tags of other services hold all of them. That is below the limit, so the document is accepted',
    ],
  ],
  TAG_OF_PUBLIC: [
    [
      { rule: 'A', tag: 'AzureArcInfrastructure', cloud: 'usgov', isSkipped: true },
      'rule "A" is skipped: in usgov, Azure Arc needs the AzureArcInfrastructure of Public. Put this rule into a second policy file, with "cloud: public"',
    ],
    [
      { rule: 'A', tag: 'AzureArcInfrastructure', cloud: 'china', isSkipped: false },
      'rule "A" is of no use: in china, Azure Arc needs the AzureArcInfrastructure of Public. Put this rule into a second policy file, with "cloud: public"',
    ],
  ],
  TAG_GREW_SLOWLY: [
    [
      { tag: 'A', since: '2025-08-18', growths: [{ family: 'ipv4', before: 5000n, gained: 6000n, unknown: 5500n }] },
      'since 2025-08-18, tag "A" gained 6,000 IPv4 addresses and had 5,000; no tag of another service holds 5,500 of them. Small steps add up, and so many can open the firewall to strangers; to accept it for this run, add --accept grow',
    ],
  ],
  TAG_GREW_UNKNOWN: [
    [
      { tag: 'A', growths: [{ family: 'ipv4', before: 20_000n, gained: 5000n, unknown: 5000n }] },
      'tag "A" gained 5,000 IPv4 addresses and had 20,000; no tag of another service holds any of them. Review these addresses before you load the rules',
    ],
  ],
  SPECIAL_USE: [
    [
      { tag: 'A', what: 'Private-Use (RFC 1918)', prefixes: [parsePrefixOrAddress('10.0.0.0/24')] },
      'tag "A" holds 10.0.0.0/24, which is Private-Use (RFC 1918). No public service uses such addresses; they may be your own; to accept it for this run, add --accept special-use',
    ],
  ],
  GIANT_PREFIX: [
    [
      { tag: 'A', prefixes: [parsePrefixOrAddress('20.0.0.0/7')] },
      'tag "A" holds 20.0.0.0/7, which is larger than any block of a service (/8 in IPv4, /16 in IPv6) and would open the firewall to strangers; to accept it for this run, add --accept giant',
    ],
  ],
  TAG_SWALLOWED: [
    [
      { tag: 'A', inner: 'B' },
      'tag "A" now holds all addresses of "B", and did not before. The two tags may have been mixed up; to accept it for this run, add --accept swallow',
    ],
  ],
  DEPENDENCY_MISSING: [
    [
      { tag: 'A', needs: 'B', source: 'https://example.com/' },
      'the policy uses A, which does not work without B outbound. Add a rule that allows B outbound (https://example.com/)',
    ],
  ],
  GLOBAL_LEFT_OUT: [
    [
      {
        rule: 'Web',
        base: 'A',
        prefixes: ['20.0.0.0/24', '20.0.2.0/24', '20.0.4.0/24', '20.0.6.0/24', '20.0.8.0/24'].map(parsePrefixOrAddress),
      },
      'rule "Web" uses regions of A, and so leaves out addresses of A that belong to no region: 20.0.0.0/24, 20.0.2.0/24, 20.0.4.0/24, 20.0.6.0/24 and 1 more',
    ],
  ],
  INBOUND_TAG: [
    [
      { rules: ['Web', 'Door-in'] },
      'rules "Web", "Door-in" allow a service tag inbound. Other Azure customers can hold its addresses, so authenticate callers (tagwall explain INBOUND_TAG)',
    ],
  ],
  INBOUND_ANY: [
    [
      { rules: ['Web'] },
      'rule "Web" lets nearly any address in, on every port. Limit the prefixes, or the protocol and the ports',
    ],
    [
      { rules: ['Web', 'Door'] },
      'rules "Web", "Door" let nearly any address in, on every port. Limit the prefixes, or the protocol and the ports',
    ],
  ],
  RULE_NEVER_APPLIES: [
    [
      { rule: 'Web', decided: 'denied', by: ['NoLegacy'] },
      'rule "Web" never applies: its traffic is denied before, by rule "NoLegacy". Remove it, or give it a lower priority number',
    ],
    [
      { rule: 'NoWeb', decided: 'allowed', by: ['A', 'B'] },
      'rule "NoWeb" never applies: its traffic is allowed before, by rules "A", "B". Remove it, or give it a lower priority number',
    ],
  ],
  BUDGET_NOT_MET: [
    [
      { target: 'edge', family: 'ipv4', rule: 'Web', budget: 1, least: 3, binding: ['never', 'minPrefixLength'] },
      'target "edge": rule "Web" cannot be widened to 1 IPv4 prefix: the minimum is 3, 2 more, because wider prefixes would hold addresses of "never", and wider prefixes would be shorter than "minPrefixLength"',
    ],
    [
      { target: 'edge', family: 'ipv6', rule: 'Web', budget: 2, least: 3, binding: ['special-use'] },
      'target "edge": rule "Web" cannot be widened to 2 IPv6 prefixes: the minimum is 3, 1 more, because wider prefixes would hold special-use addresses, which are never admitted',
    ],
    [
      { target: 'edge', family: 'ipv6', rule: undefined, budget: 2, least: 3, binding: [] },
      'target "edge": all rules together cannot be widened to 2 IPv6 prefixes: the minimum is 3, 1 more, because each rule needs at least one',
    ],
  ],
  TAGS_NOT_WIDENED: [
    [
      { target: 'edge' },
      'target "edge" writes tags by name, which the device resolves itself, so they cannot be widened; remove "widen", or set the option that makes the vendor write prefixes',
    ],
  ],
  NO_WITHIN: [
    [
      { target: 'edge', tag: 'AzureClod', closest: '; did you mean "AzureCloud"?', where: 'document.json' },
      'target "edge": cannot widen within AzureClod, because that tag does not exist; did you mean "AzureCloud"? Searched: document.json',
    ],
  ],
  STALE: [
    [
      { since: 'check', date: '2025-11-10', days: 11 },
      'tagwall last checked for a new document on 2025-11-10, 11 days ago. Newer ranges may be in use: run "tagwall update" (tagwall explain STALE)',
    ],
    [
      { since: 'document', date: '2025-11-10', days: 11 },
      'the newest document seen by tagwall is 11 days old (2025-11-10). Newer ranges may be in use: run "tagwall update" (tagwall explain STALE)',
    ],
    [
      { since: 'shipped', date: '2025-11-10', days: 100 },
      'the newest shipped snapshot is from 2025-11-10, and this folder records no later check. Newer ranges may be in use: run "tagwall update" (tagwall explain STALE)',
    ],
    [
      { since: 'change', date: '2025-08-04', days: 100 },
      'the newest stored change is from 2025-08-04, and this folder records no later check. Newer ranges may be in use: run "tagwall update" (tagwall explain STALE)',
    ],
  ],
  FUTURE_DOCUMENT: [
    [
      { published: '2026-11-09', days: 362 },
      'the document is dated 2026-11-09, 362 days from now, and no document of Microsoft is dated ahead; to accept it for this run, add --accept future',
    ],
  ],
  FUTURE_SNAPSHOT: [
    [
      { paths: ['snapshots/public/2099-01-05.json'] },
      'snapshots/public/2099-01-05.json: dated more than two weeks from now, as no document of Microsoft is; "tagwall update" removes it',
    ],
  ],
  UNDATED: [
    [
      { source: 'standard input', published: '2025-11-12' },
      'standard input has no publication date and counts as of today, 2025-11-12. Pass its date, for example --published 2025-11-10',
    ],
  ],
}

function policyTest(expected: 'allow' | 'deny', remote: string) {
  const rest = { at: 'tagwall.yaml:9:5', direction: 'outbound', protocol: 'tcp', port: 443 } as const
  return { ...rest, expect: expected, remote: parsePrefixOrAddress(remote) }
}

const table = Object.entries(CASES).flatMap(([code, cases]) => cases.map(([given, want]) => ({ code, given, want })))

test.for(table)('$code: $want', ({ code, given, want }) => {
  expect(explain({ code, severity: 'error', ...given } as Finding)).toBe(want)
})

const RECORDS = [POLICY_FINDINGS, TARGET_FINDINGS, PROOF_FINDINGS, DELTA_FINDINGS, DOCUMENT_FINDINGS, ADVICE_FINDINGS]
/** Codes that never refuse. The first document is judged once, so its warning names two causes in full. */
const WARNINGS = RECORDS.flatMap((records) => Object.entries(records))
  .filter(([code, { severity }]) => severity === 'warning' && code !== 'UNLIKE_SHIPPED')
  .map(([code]) => code)

// A warning says what, where and what to do; the rest is behind `tagwall explain CODE`.
test.for(table.filter(({ code }) => WARNINGS.includes(code)))('$code has at most 160 characters: $want', ({ want }) => {
  expect([want.length <= 160, want]).toEqual([true, want])
})

test.for(['STALE', 'INBOUND_TAG'] as const)('%s names the command for more', (code) => {
  for (const [given] of CASES[code])
    expect(explain({ code, severity: 'warning', ...given } as Finding)).toMatch(
      new RegExp(`\\(tagwall explain ${code}\\)$`),
    )
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
