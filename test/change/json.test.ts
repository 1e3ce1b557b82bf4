import { expect, test } from 'vitest'
import { buildJson } from '../../src/change/tell/json.ts'
import { compile } from '../../src/compile/compile.ts'
import { placeLocal } from '../../src/compile/rules-of-target.ts'
import type { Change, ItemChange } from '../../src/model/change.ts'
import { formatJson } from '../../src/model/json.ts'
import type { PolicyLocal } from '../../src/model/policy.ts'
import { documentOf, policyOf, setOf } from '../notation.ts'
import { OPENING } from './opening.ts'

/** The value as a program would read it. */
const parsed = (value: object) => JSON.parse(formatJson(value))

const PRICE = {
  family: 'ipv4',
  before: 3,
  after: 2,
  addresses: 5n,
  extra: 4n,
  inside: { tag: 'AzureCloud', extra: 1n },
} as const
const PRICE_JSON = {
  target: 'edge',
  rule: 'Web',
  family: 'ipv4',
  prefixesBefore: 3,
  prefixesAfter: 2,
  addresses: '5',
  extra: '4',
}

const NONE = { prefixes: [], addresses: '0' }
const LABEL = { cloud: 'public', published: '2025-11-10', changeNumber: 376 } as const
const OPTIONS = [{ name: 'lan', before: 'in', after: 'any' }]
const WEB = { kind: 'rule', name: 'Web', id: '44100', list: 'policy', fields: {} } as const
const ITEMS: readonly ItemChange[] = [
  { item: WEB, change: 'moved', fields: [] },
  {
    item: { kind: 'group', name: 'Web-v4', family: 'ipv4', fields: {} },
    change: 'changed',
    fields: [
      { name: 'member', before: ['a', 'b'], after: ['b', 'c'] },
      { name: 'comment', before: undefined, after: 'new' },
    ],
  },
]
const CHANGE: Change = {
  ...{ since: 'tagwall.lock.json', before: { ...LABEL, published: '2025-11-03' } },
  after: LABEL,
  doubts: [{ published: '2025-11-10', isAhead: false, inBranch: 'new' }],
  targets: ['edge@berlin', 'edge@paris'].map((target) => ({
    ...{ target, vendor: 'acme', kind: 'traffic', before: 'lock', isByTag: false, droppedLists: [] },
    options: OPTIONS,
    items: ITEMS,
    isPolicySame: false,
    edited: [`rules/${target}.delta.conf`],
    unfit: [`rules/${target}.change.md`],
    pieces: [
      {
        ...OPENING,
        traffic: { tcp: [{ first: 80, last: 80 }], udp: [], icmp: false, other: false },
        local: { addresses: undefined, objects: ['lan'], within: setOf('10.20.0.0/16'), except: [] },
        remote: {
          addresses: setOf('192.0.2.0/24 198.51.100.0/24'),
          tags: ['Sql'],
          beside: setOf('192.0.2.0/24'),
          partOf: ['Storage'],
        },
      },
    ],
  })),
}
const ITEMS_JSON = {
  items: [
    { kind: 'rule', family: null, name: 'Web', id: '44100', list: 'policy', how: 'moved', fields: [] },
    {
      ...{ kind: 'group', family: 'ipv4', name: 'Web-v4', id: null, list: null, how: 'changed' },
      fields: [
        { name: 'member', was: ['a'], is: ['c'] },
        { name: 'comment', was: null, is: 'new' },
      ],
    },
  ],
  moreItems: 0,
}
const CHANGE_JSON = {
  headline:
    'the snapshot of 2025-11-10 is new in this branch; rules/edge@berlin.delta.conf, rules/edge@paris.delta.conf are not what tagwall writes; rules/edge@berlin.change.md, rules/edge@paris.change.md do not fit the full files; opens tcp 80 to the tag Sql and 256 addresses of the tag Storage for lan in 10.20.0.0/16 (Web, policy); rewrites edge (2 sites): lan "in" -> "any"',
  since: 'tagwall.lock.json',
  before: { ...LABEL, published: '2025-11-03' },
  after: LABEL,
  doubts: [{ published: '2025-11-10', future: false, inBranch: 'new' }],
  pieces: [
    {
      ...{
        view: 'rules',
        opens: true,
        new: true,
        cause: 'policy',
        from: null,
        to: 'Web',
        list: null,
        direction: 'outbound',
      },
      traffic: { tcp: [{ first: 80, last: 80 }], udp: [], icmp: false, other: false },
      local: { prefixes: [], objects: ['lan'] },
      localWithin: ['10.20.0.0/16'],
      localExcept: [],
      remote: {
        tags: ['Sql'],
        partOf: ['Storage'],
        ipv4: { prefixes: ['192.0.2.0/24', '198.51.100.0/24'], addresses: '512' },
        ipv6: { prefixes: [], addresses: '0' },
      },
      targets: ['edge@berlin', 'edge@paris'],
    },
  ],
  byTarget: [
    {
      ...{ target: 'edge@berlin', site: 'berlin', vendor: 'acme', kind: 'traffic', comparedWith: 'lock' },
      optionChanges: [{ name: 'lan', was: 'in', is: 'any' }],
      ...ITEMS_JSON,
      edited: ['rules/edge@berlin.delta.conf'],
      unfit: ['rules/edge@berlin.change.md'],
      droppedLists: [],
    },
    {
      ...{ target: 'edge@paris', site: 'paris', vendor: 'acme', kind: 'traffic', comparedWith: 'lock' },
      optionChanges: [{ name: 'lan', was: 'in', is: 'any' }],
      ...ITEMS_JSON,
      edited: ['rules/edge@paris.delta.conf'],
      unfit: ['rules/edge@paris.change.md'],
      droppedLists: [],
    },
  ],
}

/** Of a result, what a test leaves empty. */
const NOTHING = {
  ...{ unheld: [], absent: [], standing: [], runbooks: [], manuals: [], removed: [], gone: [] },
  ...{ anyLocal: undefined, capacity: undefined, isUnversioned: false },
}

test('a build', () => {
  const { ruleset } = compile(policyOf('150 Web: Sql both tcp 443,8000-8080'), {
    document: documentOf('Sql=192.0.2.0/24'),
    names: [],
    where: '',
  })
  const file = { target: 'edge', vendor: 'acme', path: 'rules/edge', lines: 7 }
  const proof = { rules: 2, prefixes: 2, tags: 0 }
  const rule = {
    name: 'Web',
    direction: 'outbound',
    action: 'allow',
    protocol: 'tcp',
    ports: [
      { first: 443, last: 443 },
      { first: 8000, last: 8080 },
    ],
    priority: 150,
    tags: ['Sql'],
    prefixes: [],
    except: { tags: [], prefixes: [] },
    local: null,
    ipv4: { prefixes: ['192.0.2.0/24'], addresses: '256' },
    ipv6: NONE,
  }
  const build = buildJson({
    ...NOTHING,
    source: 'a.json',
    ruleset,
    files: [
      { ...file, role: 'full', proof, isChanged: true },
      { ...file, role: 'full', proof: undefined, isChanged: false },
    ],
    prices: [
      { target: 'edge', rule: 'Web', price: PRICE, inSomeTag: 2n },
      { target: 'edge', rule: 'Web', price: { ...PRICE, inside: undefined }, inSomeTag: undefined },
    ],
    findings: [{ code: 'OPTIONAL_RULE_SKIPPED', severity: 'warning', rule: 'Door', selectors: ['A'], cloud: 'china' }],
    change: CHANGE,
    removed: ['rules/old'],
    isDryRun: false,
  })
  expect(parsed(build)).toEqual({
    formatVersion: 1,
    source: 'a.json',
    policy: 'test',
    document: LABEL,
    dryRun: false,
    resolved: [
      { ...rule, targets: null, sites: null },
      { ...rule, targets: null, sites: null, name: 'Web-in', direction: 'inbound' },
    ],
    files: [
      {
        ...file,
        site: null,
        proof: { ruleCount: 2, prefixCount: 2, tagCount: 0 },
        changed: true,
        way: null,
        cleanup: null,
      },
      { ...file, site: null, proof: null, changed: false, way: null, cleanup: null },
    ],
    siteResults: [],
    removedFiles: ['rules/old'],
    widened: [
      { ...PRICE_JSON, within: { tag: 'AzureCloud', extra: '1' }, inSomeTag: '2' },
      { ...PRICE_JSON, within: null, inSomeTag: null },
    ],
    findings: [
      {
        code: 'OPTIONAL_RULE_SKIPPED',
        severity: 'warning',
        message: 'rule "Door" is skipped: it is optional in the cloud china, which does not publish A',
        fix: null,
        facts: { rule: 'Door', selectors: ['A'], cloud: 'china' },
      },
    ],
    change: CHANGE_JSON,
    gone: [],
    unheld: [],
    runbooks: [],
    manual: [],
  })
})

test.for<[local: PolicyLocal, want: unknown]>([
  [{ prefixes: setOf('10.20.0.0/16,fd00::/64') }, { prefixes: ['10.20.0.0/16', 'fd00::/64'], objects: [] }],
  [
    { object: 'lan', object6: undefined },
    { prefixes: [], objects: ['lan'] },
  ],
  [
    { object: 'lan', object6: 'lan6' },
    { prefixes: [], objects: ['lan', 'lan6'] },
  ],
])('a rule of a build with a local side: %j', ([local, want]) => {
  const from = { document: documentOf('Sql=192.0.2.0/24,2001:db8::/32'), names: [], where: '' }
  const { ruleset } = placeLocal(compile(policyOf('150 Web: Sql outbound tcp 443'), from).ruleset, local, '')
  const { resolved } = parsed(
    buildJson({
      ...NOTHING,
      source: '',
      ruleset,
      files: [],
      prices: [],
      findings: [],
      change: CHANGE,
      isDryRun: false,
    }),
  )
  expect(resolved).toMatchObject([{ name: 'Web', local: want }])
})
