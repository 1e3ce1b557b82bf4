import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { device } from '../../vendors/kubernetes/reader.ts'
import { expectEach, expectOutcomes, expectPage } from '../golden-page.ts'
import { type Golden, goldensOf, problemsAfter, showNote, showRule } from './json-harness.ts'

const { read } = readersOf(device)
const VENDOR = readVendor('kubernetes', [SHIPPED.vendors])
const GOLDEN = goldensOf('kubernetes')

describe('proving', () => {
  const cilium = GOLDEN.find(({ title }) => title === 'one-rule default')
  const calico = GOLDEN.find(({ title }) => title === 'one-rule form=calico,pods=all')
  const plain = GOLDEN.find(({ title }) => title === 'one-rule form=networkpolicy')
  const EDITS: Readonly<Record<string, readonly [golden: Golden | undefined, from: string, to: string]>> = {
    'another namespace': [cilium, '"azure-arc"', '"default"'],
    'a label of pods': [cilium, 'matchExpressions:', 'matchLabels: { a: b }\n    matchExpressions:'],
    'an entity': [cilium, '    - cluster\n', '    - all\n'],
    'a rule about DNS names': [cilium, '  - toEntities:', '  - toFQDNs: [{}]\n  - toEntities:'],
    'nothing denied': [cilium, '  egress:', '  enableDefaultDeny: { egress: false }\n  egress:'],
    'two specs': [cilium, 'spec:\n  endpoint', 'specs: []\nspec:\n  endpoint'],
    'another policy': [cilium, '  name: tagwall\n', '  name: other\n'],
    'another version': [cilium, 'cilium.io/v2\nkind: CiliumCIDR', 'cilium.io/v2alpha1\nkind: CiliumCIDR'],
    'a group that appears twice': [cilium, '---\n', '---\nkind: A\napiVersion: v1\nmetadata: { name: a }\n---\n'],
    'a CIDR that appears twice': [cilium, '  - 198.51.100.0/30\n', '  - 198.51.100.0/30\n  - 198.51.100.0/30\n'],
    'a set of a namespace too': [calico, 'namespaceSelector: global()', 'namespaceSelector: all()'],
    'another label': [calico, 'tagwall-set: tagwall.onlyv4', 'tagwall-set: tagwall.other'],
    'another order': [calico, 'order: 500', 'order: 501'],
    'a tier': [calico, 'order: 500', 'order: 500\n  tier: mine'],
    'rules without their type': [calico, '  - Egress\n', '  - Ingress\n'],
    'a policy of one namespace': [plain, 'namespace: "azure-arc"', 'namespace: other'],
    'some pods': [plain, 'podSelector: {}', 'podSelector: { matchLabels: { a: b } }'],
    'an empty list of peers': [plain, '  - to:\n', '  - to: []\n  - to:\n'],
    'a protocol in lower case': [plain, 'protocol: TCP', 'protocol: tcp'],
    'a protocol by number': [cilium, 'protocol: TCP', 'protocol: 6'],
    'no types': [plain, '  policyTypes:\n  - Egress\n', ''],
  }

  test('refuses', async () => {
    await expectOutcomes('kubernetes-refused.txt', EDITS, ([golden, ...edit]) =>
      problemsAfter(read, golden as Golden, edit),
    )
  })
})

test('rules for the cluster are those of the form that a file has, also where another one is expected', () => {
  const { text } = GOLDEN.find(({ title }) => title === 'one-rule form=calico,pods=all') as Golden
  const options = resolveOptions(VENDOR, { form: 'networkpolicy' }, 'test')
  const { notes } = read([{ part: 'file', family: undefined, text }], {
    options,
    purpose: 'prove',
    narrow: {},
    kit: KIT,
  })
  const reasons = notes.map(({ reason }) => reason)
  expect(reasons.length).toBeGreaterThan(0)
  expect(reasons.filter((reason) => reason.startsWith('does not end with'))).toEqual([])
})

/** Rules and notes of an audit as lines. */
function shown(text: string, given: Record<string, unknown> = {}, narrow = {}): string[] {
  const files = [{ part: 'file', family: undefined, text }]
  const options = resolveOptions(VENDOR, given, 'test')
  const { rules, notes } = read(files, { options, purpose: 'audit', narrow, kit: KIT })
  return [...rules.map(showRule), ...notes.map((note) => `! ${showNote(note)}`)]
}

const INBOUND = '1 allow inbound any 0-65535 to any'.replace(' to ', ' from ')
const OUTBOUND = '1 allow outbound any 0-65535 to any'

/** A policy of one line, so that every rule is on it; without what is open inbound, which no case is about. */
const linesOf = (kind: string, api: string, spec: string, more = '') =>
  shown(
    `{ apiVersion: ${api}, kind: ${kind}, metadata: { name: p, namespace: azure-arc }, spec: { ${spec} } }${more}`,
  ).filter((line) => line !== INBOUND)

const GROUPS = `
---
{ apiVersion: cilium.io/v2, kind: CiliumCIDRGroup, metadata: { name: g, labels: { a: b } }, spec: { externalCIDRs: [192.0.2.0/24] } }
---
{ apiVersion: cilium.io/v2, kind: CiliumCIDRGroup, metadata: { name: h, labels: { a: c } }, spec: { externalCIDRs: [198.51.100.0/24] } }
`

test('understands Cilium', async () => {
  await expectEach('kubernetes-cilium.txt', (spec) =>
    linesOf('CiliumNetworkPolicy', 'cilium.io/v2', `endpointSelector: {}, ${spec}`, GROUPS),
  )
})

const SETS = `
---
{ apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: { name: g, labels: { a: b } }, spec: { nets: [192.0.2.0/24] } }
---
{ apiVersion: projectcalico.org/v3, kind: GlobalNetworkSet, metadata: { name: h, labels: { a: c } }, spec: { nets: [198.51.100.0/24] } }
---
{ apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: { name: o, namespace: azure-arc, labels: { a: b } }, spec: { nets: [203.0.113.0/25] } }
---
{ apiVersion: projectcalico.org/v3, kind: NetworkSet, metadata: { name: p, namespace: other, labels: { a: b } }, spec: { nets: [203.0.113.128/25] } }
`
const to = (destination: string) => `egress: [{ action: Allow, protocol: TCP, destination: { ${destination} } }]`

test('understands Calico', async () => {
  await expectEach('kubernetes-calico.txt', (spec) => linesOf('NetworkPolicy', 'projectcalico.org/v3', spec, SETS))
})

test('a policy of the whole cluster can be about the sets of every namespace', () => {
  const spec = to('selector: a == "b", ports: [443]')
  expect(linesOf('GlobalNetworkPolicy', 'projectcalico.org/v3', spec, SETS)).toEqual([
    '1 allow outbound tcp 443 to 192.0.2.0/24 203.0.113.0/24',
  ])
})

// A policy is about ingress unless it says otherwise, so nothing is open there.
test('understands Kubernetes', async () => {
  await expectEach('kubernetes-plain.txt', (spec) =>
    linesOf('NetworkPolicy', 'networking.k8s.io/v1', `podSelector: {}, ${spec}`),
  )
})

/** What a policy that closes egress leaves of it to the pods that are asked about. */
const left = (kind: string, metadata: string, spec: string, given: Record<string, unknown> = {}, narrow = {}) => {
  const api = kind.startsWith('Cilium')
    ? 'cilium.io/v2'
    : kind.startsWith('Global')
      ? 'projectcalico.org/v3'
      : 'networking.k8s.io/v1'
  const text = `{ apiVersion: ${api}, kind: ${kind}, metadata: { name: p, ${metadata} }, spec: { ${spec} } }`
  const open = shown(text, given, narrow).find((line) => line.startsWith(OUTBOUND))
  return open === undefined ? 'nothing' : open.endsWith('(part)') ? 'a part' : 'everything'
}

const CLOSED = 'egress: [{ toEntities: [none] }]'
const inNamespace = (operator: string, ...names: string[]) =>
  `endpointSelector: { matchExpressions: [{ key: "k8s:io.kubernetes.pod.namespace", operator: ${operator}, values: [${names}] }] }, ${CLOSED}`
const calicoOf = (selectors: string) => `${selectors}, types: [Egress]`

const LEFT: readonly (readonly [kind: string, metadata: string, spec: string, given?: Record<string, unknown>])[] = [
  ['NetworkPolicy', 'namespace: azure-arc', 'podSelector: {}, policyTypes: [Egress]'],
  ['NetworkPolicy', 'namespace: azure-arc', 'podSelector: { matchLabels: { a: b } }, policyTypes: [Egress]'],
  ['NetworkPolicy', 'namespace: other', 'podSelector: {}, policyTypes: [Egress]'],
  [
    'NetworkPolicy',
    'namespace: azure-arc',
    'podSelector: {}, policyTypes: [Egress]',
    { namespaces: 'azure-arc,other' },
  ],
  ['NetworkPolicy', 'namespace: azure-arc', 'podSelector: {}, policyTypes: [Egress]', { pods: 'all' }],
  ['CiliumClusterwideNetworkPolicy', '', `endpointSelector: {}, ${CLOSED}`],
  ['CiliumClusterwideNetworkPolicy', '', `endpointSelector: {}, ${CLOSED}`, { pods: 'all' }],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('In', 'azure-arc', 'other')],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('In', 'azure-arc'), { pods: 'all' }],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('NotIn', 'kube-system')],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('NotIn', 'azure-arc')],
  ['CiliumClusterwideNetworkPolicy', '', `endpointSelector: { matchLabels: { a: b } }, ${CLOSED}`],
  ['CiliumClusterwideNetworkPolicy', '', `nodeSelector: {}, ${CLOSED}`],
  ['CiliumClusterwideNetworkPolicy', 'namespace: other', `endpointSelector: {}, ${CLOSED}`],
  ['CiliumNetworkPolicy', 'namespace: other', `endpointSelector: {}, ${CLOSED}`],
  ['CiliumNetworkPolicy', 'namespace: azure-arc', inNamespace('In', 'other')],
  ['CiliumNetworkPolicy', '', `endpointSelector: {}, ${CLOSED}`],
  ['NetworkPolicy', '', 'podSelector: {}, policyTypes: [Egress]'],
  ['GlobalNetworkPolicy', '', calicoOf('selector: all()')],
  ['GlobalNetworkPolicy', 'namespace: other', calicoOf('selector: all()')],
  ['GlobalNetworkPolicy', '', calicoOf(`namespaceSelector: projectcalico.org/name == 'azure-arc'`)],
  ['GlobalNetworkPolicy', '', calicoOf(`selector: projectcalico.org/namespace == "azure-arc"`)],
  [
    'GlobalNetworkPolicy',
    '',
    calicoOf(`namespaceSelector: projectcalico.org/name == 'azure-arc'`),
    { namespaces: 'azure-arc,b' },
  ],
  ['GlobalNetworkPolicy', '', calicoOf(`namespaceSelector: projectcalico.org/name != 'azure-arc'`)],
  ['GlobalNetworkPolicy', '', calicoOf(`selector: app == 'x'`)],
  ['GlobalNetworkPolicy', '', calicoOf('namespaceSelector: global()')],
  ['GlobalNetworkPolicy', '', calicoOf('serviceAccountSelector: a == "b"')],
  ['GlobalNetworkPolicy', '', calicoOf('preDNAT: true')],
]

test('leaves open what is not closed', async () => {
  await expectPage(
    'kubernetes-left.txt',
    LEFT.map(([kind, metadata, spec, given = {}]) => [
      [kind, metadata, spec, JSON.stringify(given)].join(' | '),
      left(kind, metadata, spec, given),
    ]),
  )
})

test('an object that does not name its namespace is said, and read as one of some pods', () => {
  for (const [kind, api, spec] of [
    ['CiliumNetworkPolicy', 'cilium.io/v2', `endpointSelector: {}, ${CLOSED}`],
    ['NetworkPolicy', 'projectcalico.org/v3', 'types: [Egress]'],
    ['NetworkPolicy', 'networking.k8s.io/v1', 'podSelector: {}, policyTypes: [Egress]'],
  ])
    expect(shown(`{ apiVersion: ${api}, kind: ${kind}, metadata: { name: p }, spec: { ${spec} } }`)).toEqual([
      `${OUTBOUND} (part)`,
      INBOUND,
      '! 1 p has no namespace',
    ])
})

test('a policy of Cilium that names another namespace than its own is said, and read as Cilium reads it', () => {
  const spec = `${inNamespace('In', 'other').replace(CLOSED, '')} egress: [{ toCIDR: [192.0.2.0/24] }]`
  expect(linesOf('CiliumNetworkPolicy', 'cilium.io/v2', spec)).toEqual([
    '1 allow outbound any 0-65535 to 192.0.2.0/24',
    '! 1 p names pods of another namespace, which Cilium replaces by its own',
  ])
  const elsewhere = `{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { name: p, namespace: x }, spec: { ${spec} } }`
  expect(shown(elsewhere).filter((line) => line.startsWith('!'))).toEqual([])
})

test('an audit can be about one namespace', () => {
  const spec = 'podSelector: {}, policyTypes: [Egress]'
  expect(left('NetworkPolicy', 'namespace: other', spec, {}, { namespace: 'other' })).toBe('nothing')
})

test('policies of Calico are tried by order, and those of Kubernetes at 1000', () => {
  const policy = (kind: string, api: string, name: string, spec: string) =>
    `{ apiVersion: ${api}, kind: ${kind}, metadata: { name: ${name}, namespace: azure-arc }, spec: { ${spec} } }`
  const calico = (name: string, order: number, net: string) =>
    policy(
      'NetworkPolicy',
      'projectcalico.org/v3',
      name,
      `order: ${order}, types: [Egress], egress: [{ action: Deny, destination: { nets: [${net}] } }]`,
    )
  const text = [
    policy(
      'NetworkPolicy',
      'networking.k8s.io/v1',
      'k',
      'podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }] }]',
    ),
    calico('late', 2000, '192.0.2.0/26'),
    calico('early', 10, '192.0.2.0/25'),
  ].join('\n---\n')
  expect(shown(text).filter((line) => !line.includes('inbound'))).toEqual([
    '5 deny outbound any 0-65535 to 192.0.2.0/25',
    '1 allow outbound any 0-65535 to 192.0.2.0/24',
    '3 deny outbound any 0-65535 to 192.0.2.0/26',
  ])
})

// `web` comes behind `tail` by its name, and before it by `azure-arc/web`.
test.for<[global: string, action: string, isSaid: boolean]>([
  ['aaa', 'Deny', false],
  ['tail', 'Deny', true],
  ['tail', 'Allow', false],
  ['zone', 'Deny', false],
])('of one order, `web` and the global %s, which says %s, may come in either order: %s', ([name, action, isSaid]) => {
  const spec = (action: string) => `{ types: [Egress], egress: [{ action: ${action} }] }`
  const text = [
    `{ apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: { name: ${name} }, spec: ${spec(action)} }`,
    `{ apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: { name: web, namespace: azure-arc }, spec: ${spec('Allow')} }`,
  ].join('\n---\n')
  expect(shown(text).some((line) => line.includes('versions of Calico differ'))).toBe(isSaid)
})

test('reads lists as kubectl prints them, with what the cluster adds', () => {
  const item = {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    metadata: {
      name: 'p',
      namespace: 'azure-arc',
      uid: 'u',
      managedFields: [{}],
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      podSelector: {},
      policyTypes: ['Egress', 'Ingress'],
      egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }],
    },
    status: {},
  }
  const { apiVersion: _, kind: __, ...bare } = item
  const want = ['1 allow outbound any 0-65535 to 192.0.2.0/24']
  expect(shown(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item] }))).toEqual(want)
  expect(
    shown(JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items: [bare] })),
  ).toEqual(want)
})

const ODD = {
  'a broken document': 'a: [',
  'no objects': '# nothing',
  'what is no object': 'a: 1',
  'another kind': '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }',
  'a kind of policy that is not followed':
    '{ apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: { name: a } }',
  'a policy that is staged':
    '{ apiVersion: projectcalico.org/v3, kind: StagedGlobalNetworkPolicy, metadata: { name: a } }',
  'a policy that appears twice': `${'{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: a, namespace: b }, spec: { podSelector: {} } }\n---\n'.repeat(2)}`,
}

test('says what is the matter', async () => {
  await expectOutcomes('kubernetes-odd.txt', ODD, (text) => shown(text))
})

test('says that policies of Cilium and Calico are not both in force', () => {
  const cilium =
    '{ apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: { name: a, namespace: b }, spec: { endpointSelector: {} } }'
  const calico =
    '{ apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: { name: c, namespace: b }, spec: {} }'
  expect(shown(`${cilium}\n---\n${calico}`).filter((line) => line.startsWith('!'))).toEqual([
    '! 1 a is a policy beside those of another network: only one of Cilium and Calico can be in force',
  ])
})

// An audit can be narrowed to the namespaces that the policies name, in their metadata or in selectors.
const CALICO_FOR = (selector: string) => `apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: p }
spec: { types: [Egress], ${selector}, egress: [] }
`
const CILIUM_FOR = (selector: string) => `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: { name: p }
spec: { endpointSelector: { ${selector} }, egress: [{}] }
`
const KEY = 'k8s:io.kubernetes.pod.namespace'
const OWN = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: shop }
spec: { podSelector: {}, policyTypes: [Egress] }
`
test.for<[text: string, want: readonly string[] | undefined]>([
  [OWN, ['shop']],
  [CALICO_FOR(`namespaceSelector: 'projectcalico.org/name in { "azure-arc", "b" }'`), ['azure-arc', 'b']],
  [CALICO_FOR(`namespaceSelector: kubernetes.io/metadata.name == "azure-arc"`), ['azure-arc']],
  [CALICO_FOR(`selector: projectcalico.org/namespace == "azure-arc" && app == "x"`), ['azure-arc']],
  [CILIUM_FOR(`matchLabels: { '${KEY}': azure-arc }`), ['azure-arc']],
  [CILIUM_FOR(`matchExpressions: [{ key: '${KEY}', operator: In, values: [azure-arc, b] }]`), ['azure-arc', 'b']],
  [`${CILIUM_FOR(`matchLabels: { '${KEY}': azure-arc }`)}---\n${OWN}`, ['azure-arc', 'shop']],
  // A policy for pods of any namespace.
  [CILIUM_FOR(`matchExpressions: [{ key: '${KEY}', operator: NotIn, values: [azure-arc] }]`), undefined],
  [CILIUM_FOR(''), undefined],
  [CALICO_FOR('selector: app == "x"'), undefined],
  [`${OWN}---\n${CALICO_FOR('selector: all()')}`, undefined],
])('the namespaces of %s', ([text, want]) => {
  const options = resolveOptions(VENDOR, {}, 'test')
  const files = [{ part: 'file', family: undefined, text }]
  expect(read(files, { options, purpose: 'audit', narrow: {}, kit: KIT }).scopes).toEqual(want && { namespace: want })
})
