import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { device } from '../../vendors/kubernetes/reader.ts'
import { goldensOf, problemsOf, showNote, showRule } from './json-harness.ts'

const { read } = readersOf(device)
const VENDOR = readVendor('kubernetes', [SHIPPED.vendors])
const GOLDEN = goldensOf('kubernetes')

describe('proving', () => {
  const cilium = GOLDEN.find(({ title }) => title === 'one-rule default')
  const calico = GOLDEN.find(({ title }) => title === 'one-rule form=calico,pods=all')
  const plain = GOLDEN.find(({ title }) => title === 'one-rule form=networkpolicy')
  test.for([
    ['another namespace', cilium, '"azure-arc"', '"default"', 'does not select the pods of azure-arc'],
    ['a label of pods', cilium, 'matchExpressions:', 'matchLabels: { a: b }\n    matchExpressions:', 'does not select'],
    ['an entity', cilium, '    - cluster\n', '    - all\n', 'does not end with the outbound rules for cluster=all'],
    [
      'a rule about DNS names',
      cilium,
      '  - toEntities:',
      '  - toFQDNs: [{}]\n  - toEntities:',
      'has another remote side',
    ],
    [
      'nothing denied',
      cilium,
      '  egress:',
      '  enableDefaultDeny: { egress: false }\n  egress:',
      'sets enableDefaultDeny',
    ],
    ['two specs', cilium, 'spec:\n  endpoint', 'specs: []\nspec:\n  endpoint', 'has specs, not one spec'],
    ['another policy', cilium, '  name: tagwall\n', '  name: other\n', 'is not the policy tagwall'],
    [
      'another version',
      cilium,
      'cilium.io/v2\nkind: CiliumCIDR',
      'cilium.io/v2alpha1\nkind: CiliumCIDR',
      'is a CiliumCIDRGroup of',
    ],
    [
      'a group that appears twice',
      cilium,
      '---\n',
      '---\nkind: A\napiVersion: v1\nmetadata: { name: a }\n---\n',
      'is a A of v1',
    ],
    [
      'a CIDR that appears twice',
      cilium,
      '  - 198.51.100.0/30\n',
      '  - 198.51.100.0/30\n  - 198.51.100.0/30\n',
      'appears twice in one list',
    ],
    [
      'a set of a namespace too',
      calico,
      'namespaceSelector: global()',
      'namespaceSelector: all()',
      'may match more than one set',
    ],
    ['another label', calico, 'tagwall-set: tagwall.onlyv4', 'tagwall-set: tagwall.other', 'has other metadata'],
    ['another order', calico, 'order: 500', 'order: 501', 'has the order 501, not 500'],
    ['a tier', calico, 'order: 500', 'order: 500\n  tier: mine', 'has the field "tier", which is not understood'],
    ['rules without their type', calico, '  - Egress\n', '  - Ingress\n', 'has egress rules without the type Egress'],
    [
      'a policy of one namespace',
      plain,
      'namespace: "azure-arc"',
      'namespace: other',
      'does not select the pods of azure-arc',
    ],
    [
      'some pods',
      plain,
      'podSelector: {}',
      'podSelector: { matchLabels: { a: b } }',
      'does not select the pods of azure-arc',
    ],
    ['an empty list of peers', plain, '  - to:\n', '  - to: []\n  - to:\n', 'has a rule for every address'],
    ['a protocol in lower case', plain, 'protocol: TCP', 'protocol: tcp', 'has the protocol "tcp"'],
    ['a protocol by number', cilium, 'protocol: TCP', 'protocol: 6', 'has the protocol 6'],
    ['no types', plain, '  policyTypes:\n  - Egress\n', '', 'does not name its directions'],
  ] as const)('refuses %s', ([, golden, from, to, want]) => {
    if (!golden) throw new Error('no such golden file')
    expect(golden.text).toContain(from)
    expect(problemsOf(read, golden, golden.text.replace(from, to)).join('\n')).toContain(want)
  })
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

type Case = readonly [what: string, spec: string, want: readonly string[]]

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
const HTTPS = 'toPorts: [{ ports: [{ port: "443", protocol: TCP }] }]'

const CILIUM: readonly Case[] = [
  ['a CIDR', `egress: [{ toCIDR: [192.0.2.0/24], ${HTTPS} }]`, ['1 allow outbound tcp 443 to 192.0.2.0/24']],
  ['a plain address', `egress: [{ toCIDR: [192.0.2.9], ${HTTPS} }]`, ['1 allow outbound tcp 443 to 192.0.2.9/32']],
  [
    'host bits, which Cilium masks',
    `egress: [{ toCIDR: [192.0.2.9/24] }]`,
    ['1 allow outbound any 0-65535 to 192.0.2.0/24'],
  ],
  ['a group', `egress: [{ toCIDRSet: [{ cidrGroupRef: g }], ${HTTPS} }]`, ['1 allow outbound tcp 443 to 192.0.2.0/24']],
  [
    'a group by label',
    `egress: [{ toCIDRSet: [{ cidrGroupSelector: { matchLabels: { a: c } } }], ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to 198.51.100.0/24'],
  ],
  [
    'groups by a label that they lack',
    `egress: [{ toCIDRSet: [{ cidrGroupSelector: { matchLabels: { x: c } } }], ${HTTPS} }]`,
    [],
  ],
  [
    'a CIDR with exceptions',
    `egress: [{ toCIDRSet: [{ cidr: 192.0.2.0/24, except: [192.0.2.128/25] }], ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to 192.0.2.0/25'],
  ],
  [
    'a group that does not exist',
    `egress: [{ toCIDRSet: [{ cidrGroupRef: x }], ${HTTPS} }]`,
    ['! 1 x is a group that does not exist'],
  ],
  ['the world', `egress: [{ toEntities: [world], ${HTTPS} }]`, ['1 allow outbound tcp 443 to any']],
  ['IPv4 of the world', `egress: [{ toEntities: [world-ipv4], ${HTTPS} }]`, ['1 allow outbound tcp 443 to any4']],
  ['the cluster', `egress: [{ toEntities: [cluster], ${HTTPS} }]`, []],
  [
    'an entity that is not known',
    `egress: [{ toEntities: [moon], ${HTTPS} }]`,
    ['! 1 p has the entity "moon", which is not understood'],
  ],
  ['pods', `egress: [{ toEndpoints: [{ matchLabels: { a: b } }] }]`, []],
  [
    'the world as a label of pods',
    `egress: [{ toEndpoints: [{ matchLabels: { "reserved:world": "" } }] }]`,
    ['1 allow outbound any 0-65535 to any (part)'],
  ],
  [
    'all namespaces but one, which takes in what has no namespace',
    `egress: [{ toEndpoints: [{ matchExpressions: [{ key: io.kubernetes.pod.namespace, operator: NotIn, values: [a] }] }] }]`,
    ['1 allow outbound any 0-65535 to any (part)'],
  ],
  [
    'pods with a label in all namespaces but one',
    `egress: [{ toEndpoints: [{ matchLabels: { a: b }, matchExpressions: [{ key: io.kubernetes.pod.namespace, operator: NotIn, values: [a] }] }] }]`,
    [],
  ],
  [
    'DNS names',
    `egress: [{ toFQDNs: [{ matchName: a.example }], ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to any (part)'],
  ],
  [
    'an empty list, about which versions differ',
    `egress: [{ toCIDR: [], ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to any (part)'],
  ],
  ['ports alone', `egress: [{ ${HTTPS} }]`, ['1 allow outbound tcp 443 to any']],
  ['a rule that allows nothing', 'egress: [{}]', []],
  [
    'a range',
    'egress: [{ toCIDR: [192.0.2.0/24], toPorts: [{ ports: [{ port: "80", endPort: 90, protocol: UDP }] }] }]',
    ['1 allow outbound udp 80-90 to 192.0.2.0/24'],
  ],
  [
    'no protocol',
    'egress: [{ toCIDR: [192.0.2.0/24], toPorts: [{ ports: [{ port: "80" }] }] }]',
    [
      '1 allow outbound tcp 80 to 192.0.2.0/24',
      '1 allow outbound udp 80 to 192.0.2.0/24',
      '1 allow outbound other 0-65535 to 192.0.2.0/24 (part)',
    ],
  ],
  [
    'port 0, which is all',
    'egress: [{ toCIDR: [192.0.2.0/24], toPorts: [{ ports: [{ port: "0", protocol: TCP }] }] }]',
    ['1 allow outbound tcp 0-65535 to 192.0.2.0/24'],
  ],
  [
    'a port by name',
    'egress: [{ toCIDR: [192.0.2.0/24], toPorts: [{ ports: [{ port: http, protocol: TCP }] }] }]',
    ['1 allow outbound tcp 0-65535 to 192.0.2.0/24 (part)'],
  ],
  [
    'a port that is none',
    'egress: [{ toCIDR: [192.0.2.0/24], toPorts: [{ ports: [{ port: "70000", protocol: TCP }] }] }]',
    [
      '1 allow outbound tcp 0-65535 to 192.0.2.0/24 (part)',
      '! 1 p has the port {"port":"70000","protocol":"TCP"}, which is not understood',
    ],
  ],
  [
    'rules of HTTP',
    'egress: [{ toCIDR: [192.0.2.0/24], toPorts: [{ ports: [{ port: "80", protocol: TCP }], rules: { http: [{ path: / }] } }] }]',
    ['1 allow outbound tcp 80 to 192.0.2.0/24 (part)'],
  ],
  [
    'ICMP',
    'egress: [{ toCIDR: [192.0.2.0/24], icmps: [{ fields: [{ type: 8 }] }] }]',
    ['1 allow outbound icmp 0-65535 to 192.0.2.0/24 (part)'],
  ],
  [
    'authentication',
    `egress: [{ toCIDR: [192.0.2.0/24], authentication: { mode: required }, ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to 192.0.2.0/24 (part)'],
  ],
  [
    'a denial, whatever the order',
    `egress: [{ toCIDR: [192.0.2.0/24], ${HTTPS} }], egressDeny: [{ toCIDR: [192.0.2.0/25] }]`,
    ['1 deny outbound any 0-65535 to 192.0.2.0/25', '1 allow outbound tcp 443 to 192.0.2.0/24'],
  ],
  [
    'a policy that leaves the rest open',
    `enableDefaultDeny: { egress: false }, egress: [{ toCIDR: [192.0.2.0/24], ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to 192.0.2.0/24', OUTBOUND],
  ],
  ['an empty list of rules', 'egress: []', [OUTBOUND]],
  [
    'a field that is not known',
    `egress: [{ toCIDR: [192.0.2.0/24], toMoon: [1], ${HTTPS} }]`,
    ['1 allow outbound tcp 443 to 192.0.2.0/24', '! 1 p has the field "toMoon", which is not understood'],
  ],
]

test.for(CILIUM)('understands %s of Cilium', ([, spec, want]) => {
  expect(linesOf('CiliumNetworkPolicy', 'cilium.io/v2', `endpointSelector: {}, ${spec}`, GROUPS)).toEqual(want)
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

const CALICO: readonly Case[] = [
  [
    'nets',
    to('nets: [192.0.2.0/24, 198.51.100.9], ports: [443, "80:90"]'),
    ['1 allow outbound tcp 80-90,443 to 192.0.2.0/24 198.51.100.9/32'],
  ],
  ['notNets', to('nets: [192.0.2.0/24], notNets: [192.0.2.0/25]'), ['1 allow outbound tcp 0-65535 to 192.0.2.128/25']],
  [
    'a set',
    to(`selector: a == "b", namespaceSelector: global(), ports: [443]`),
    ['1 allow outbound tcp 443 to 192.0.2.0/24'],
  ],
  [
    'sets of its own namespace, or pods with such labels',
    to(`selector: a in {'b','c'}, ports: [443]`).replace(`a in {'b','c'}`, `"a in {'b','c'}"`),
    ['1 allow outbound tcp 443 to 203.0.113.0/25'],
  ],
  [
    'sets of every namespace',
    to(`selector: a == "b", namespaceSelector: all()`),
    ['1 allow outbound tcp 0-65535 to 203.0.113.0/24'],
  ],
  [
    'sets of namespaces by their labels',
    to(`selector: a == "b", namespaceSelector: x == "y"`),
    ['1 allow outbound tcp 0-65535 to 203.0.113.0/24 (part)'],
  ],
  [
    'sets by two labels',
    to(`selector: "has(a) && a != 'b'", namespaceSelector: global()`),
    ['1 allow outbound tcp 0-65535 to 198.51.100.0/24'],
  ],
  ['sets of no label', to(`selector: "!has(a)", namespaceSelector: global()`), []],
  [
    'a selector that is not followed',
    to(`selector: "a == 'b' || a == 'c'"`),
    ['1 allow outbound tcp 0-65535 to any (part)'],
  ],
  [
    'a set without what it is not',
    to(`selector: a == "b", namespaceSelector: global(), notSelector: a == "b"`),
    ['1 allow outbound tcp 0-65535 to 192.0.2.0/24 (part)'],
  ],
  ['pods', to('selector: has(app), namespaceSelector: all()'), []],
  ['everything of every namespace', to('namespaceSelector: all()'), ['1 allow outbound tcp 0-65535 to 203.0.113.0/24']],
  ['a service', to('services: { name: a, namespace: b }'), ['1 allow outbound tcp 0-65535 to any (part)']],
  ['the API server', to('services: { name: kubernetes, namespace: default }'), []],
  ['DNS of the cluster', to('services: { namespace: kube-system, name: kube-dns }'), []],
  [
    'a service like that of the API server elsewhere',
    to('services: { name: kubernetes, namespace: other }'),
    ['1 allow outbound tcp 0-65535 to any (part)'],
  ],
  ['any address', to('ports: [443]'), ['1 allow outbound tcp 443 to any']],
  ['other ports', to('notPorts: [443]'), ['1 allow outbound tcp 0-65535 to any (part)']],
  [
    'source ports',
    'egress: [{ action: Allow, protocol: TCP, source: { ports: [1] }, destination: { nets: [192.0.2.0/24] } }]',
    ['1 allow outbound tcp 0-65535 to 192.0.2.0/24 (part)'],
  ],
  [
    'some pods as the source',
    'egress: [{ action: Allow, source: { selector: a == "b" }, destination: { nets: [192.0.2.0/24] } }]',
    ['1 allow outbound any 0-65535 to 192.0.2.0/24 (part)'],
  ],
  ['a version of IP', 'egress: [{ action: Allow, ipVersion: 4 }]', ['1 allow outbound any 0-65535 to any4']],
  ['ICMP', 'egress: [{ action: Allow, protocol: ICMP, ipVersion: 4 }]', ['1 allow outbound icmp 0-65535 to any4']],
  [
    'ICMP of a type',
    'egress: [{ action: Allow, protocol: ICMP, ipVersion: 4, icmp: { type: 8 } }]',
    ['1 allow outbound icmp 0-65535 to any4 (part)'],
  ],
  [
    'every protocol but one',
    'egress: [{ action: Allow, notProtocol: UDP }]',
    ['1 allow outbound any 0-65535 to any (part)'],
  ],
  [
    'denials in their order',
    'egress: [{ action: Log }, { action: Deny, destination: { nets: [192.0.2.0/25] } }, { action: Allow, destination: { nets: [192.0.2.0/24] } }]',
    ['1 deny outbound any 0-65535 to 192.0.2.0/25', '1 allow outbound any 0-65535 to 192.0.2.0/24'],
  ],
  ['Pass', 'egress: [{ action: Pass }]', ['! 1 p has the action "Pass", which is not followed']],
  ['a tier', 'tier: mine, egress: []', [OUTBOUND, '! 1 p is in the tier "mine", which is not followed']],
  ['a policy about ingress only', 'types: [Ingress]', [OUTBOUND]],
  [
    'rules without their type',
    `types: [Ingress], ${to('nets: [192.0.2.0/24]')}`,
    [OUTBOUND, '! 1 p has egress rules without the type Egress'],
  ],
  [
    'ports without a protocol',
    'egress: [{ action: Allow, destination: { ports: [443] } }]',
    ['! 1 p has ports without a protocol'],
  ],
]

test.for(CALICO)('understands %s of Calico', ([, spec, want]) => {
  expect(linesOf('NetworkPolicy', 'projectcalico.org/v3', spec, SETS)).toEqual(want)
})

test('a policy of the whole cluster can be about the sets of every namespace', () => {
  const spec = to('selector: a == "b", ports: [443]')
  expect(linesOf('GlobalNetworkPolicy', 'projectcalico.org/v3', spec, SETS)).toEqual([
    '1 allow outbound tcp 443 to 192.0.2.0/24 203.0.113.0/24',
  ])
})

const PLAIN: readonly Case[] = [
  [
    'a block with exceptions',
    'egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24, except: [192.0.2.0/25] } }], ports: [{ port: 443 }] }]',
    ['1 allow outbound tcp 443 to 192.0.2.128/25'],
  ],
  [
    'no ports',
    'egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }] }]',
    ['1 allow outbound any 0-65535 to 192.0.2.0/24'],
  ],
  [
    'no port',
    'egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }], ports: [{ protocol: UDP }] }]',
    ['1 allow outbound udp 0-65535 to 192.0.2.0/24'],
  ],
  ['a rule that allows everything', 'egress: [{}]', [OUTBOUND]],
  ['a policy that allows nothing', 'policyTypes: [Egress]', []],
  ['a policy about ingress only', 'ingress: []', [OUTBOUND]],
  ['an empty list of egress rules, which is about ingress only', 'egress: []', [OUTBOUND]],
  ['an empty list of egress rules with its type', 'policyTypes: [Egress], egress: []', []],
  [
    'pods and addresses',
    'egress: [{ to: [{ podSelector: {} }, { ipBlock: { cidr: 192.0.2.0/24 } }] }]',
    ['1 allow outbound any 0-65535 to 192.0.2.0/24'],
  ],
  ['a peer that says nothing', 'egress: [{ to: [{}] }]', ['! 1 p has an empty peer']],
  ['what is not a CIDR', 'egress: [{ to: [{ ipBlock: { cidr: here } }] }]', ['! 1 p has "here", which is not a CIDR']],
  [
    'a port by name',
    'egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }], ports: [{ port: https }] }]',
    ['1 allow outbound tcp 0-65535 to 192.0.2.0/24 (part)'],
  ],
  [
    'SCTP',
    'egress: [{ to: [{ ipBlock: { cidr: 192.0.2.0/24 } }], ports: [{ protocol: SCTP, port: 1 }] }]',
    ['1 allow outbound other 0-65535 to 192.0.2.0/24 (part)'],
  ],
]

test.for(PLAIN)('understands %s of Kubernetes', ([, spec, want]) => {
  const lines = linesOf('NetworkPolicy', 'networking.k8s.io/v1', `podSelector: {}, ${spec}`)
  // A policy is about ingress unless it says otherwise, so nothing is open there.
  expect(lines).toEqual(want)
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

test.for<[kind: string, metadata: string, spec: string, given: Record<string, unknown>, want: string]>([
  ['NetworkPolicy', 'namespace: azure-arc', 'podSelector: {}, policyTypes: [Egress]', {}, 'nothing'],
  [
    'NetworkPolicy',
    'namespace: azure-arc',
    'podSelector: { matchLabels: { a: b } }, policyTypes: [Egress]',
    {},
    'a part',
  ],
  ['NetworkPolicy', 'namespace: other', 'podSelector: {}, policyTypes: [Egress]', {}, 'everything'],
  [
    'NetworkPolicy',
    'namespace: azure-arc',
    'podSelector: {}, policyTypes: [Egress]',
    { namespaces: 'azure-arc,other' },
    'a part',
  ],
  ['NetworkPolicy', 'namespace: azure-arc', 'podSelector: {}, policyTypes: [Egress]', { pods: 'all' }, 'a part'],
  ['CiliumClusterwideNetworkPolicy', '', `endpointSelector: {}, ${CLOSED}`, {}, 'nothing'],
  ['CiliumClusterwideNetworkPolicy', '', `endpointSelector: {}, ${CLOSED}`, { pods: 'all' }, 'nothing'],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('In', 'azure-arc', 'other'), {}, 'nothing'],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('In', 'azure-arc'), { pods: 'all' }, 'a part'],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('NotIn', 'kube-system'), {}, 'nothing'],
  ['CiliumClusterwideNetworkPolicy', '', inNamespace('NotIn', 'azure-arc'), {}, 'everything'],
  ['CiliumClusterwideNetworkPolicy', '', `endpointSelector: { matchLabels: { a: b } }, ${CLOSED}`, {}, 'a part'],
  ['CiliumClusterwideNetworkPolicy', '', `nodeSelector: {}, ${CLOSED}`, {}, 'everything'],
  ['CiliumClusterwideNetworkPolicy', 'namespace: other', `endpointSelector: {}, ${CLOSED}`, {}, 'nothing'],
  ['CiliumNetworkPolicy', 'namespace: other', `endpointSelector: {}, ${CLOSED}`, {}, 'everything'],
  ['CiliumNetworkPolicy', 'namespace: azure-arc', inNamespace('In', 'other'), {}, 'nothing'],
  ['GlobalNetworkPolicy', '', calicoOf('selector: all()'), {}, 'nothing'],
  ['GlobalNetworkPolicy', 'namespace: other', calicoOf('selector: all()'), {}, 'nothing'],
  ['GlobalNetworkPolicy', '', calicoOf(`namespaceSelector: projectcalico.org/name == 'azure-arc'`), {}, 'nothing'],
  ['GlobalNetworkPolicy', '', calicoOf(`selector: projectcalico.org/namespace == "azure-arc"`), {}, 'nothing'],
  [
    'GlobalNetworkPolicy',
    '',
    calicoOf(`namespaceSelector: projectcalico.org/name == 'azure-arc'`),
    { namespaces: 'azure-arc,b' },
    'a part',
  ],
  ['GlobalNetworkPolicy', '', calicoOf(`namespaceSelector: projectcalico.org/name != 'azure-arc'`), {}, 'everything'],
  ['GlobalNetworkPolicy', '', calicoOf(`selector: app == 'x'`), {}, 'a part'],
  ['GlobalNetworkPolicy', '', calicoOf('namespaceSelector: global()'), {}, 'everything'],
  ['GlobalNetworkPolicy', '', calicoOf('serviceAccountSelector: a == "b"'), {}, 'a part'],
  ['GlobalNetworkPolicy', '', calicoOf('preDNAT: true'), {}, 'everything'],
])('a %s { %s } { %s } leaves %j what it leaves', ([kind, metadata, spec, given, want]) => {
  expect(left(kind, metadata, spec, given)).toBe(want)
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

test.for<[what: string, text: string, want: string[]]>([
  [
    'a broken document',
    'a: [',
    ['! 1 is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
  ],
  ['no objects', '# nothing', ['! 1 the file has no objects']],
  ['what is no object', 'a: 1', ['! 1 the document is not a Kubernetes object with apiVersion, kind and name']],
  [
    'another kind',
    '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }',
    [OUTBOUND, INBOUND, '! 1 ConfigMap is not a network policy that is in force'],
  ],
  [
    'a kind of policy that is not followed',
    '{ apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: { name: a } }',
    [OUTBOUND, INBOUND, '! 1 AdminNetworkPolicy is not followed'],
  ],
  [
    'a policy that is staged',
    '{ apiVersion: projectcalico.org/v3, kind: StagedGlobalNetworkPolicy, metadata: { name: a } }',
    [OUTBOUND, INBOUND, '! 1 StagedGlobalNetworkPolicy is not a network policy that is in force'],
  ],
  [
    'a policy that appears twice',
    `${'{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: a, namespace: b }, spec: { podSelector: {} } }\n---\n'.repeat(2)}`,
    [
      '3 allow outbound any 0-65535 to any',
      '3 allow inbound any 0-65535 from any',
      '! 3 a is a NetworkPolicy that appears twice',
    ],
  ],
])('says what is the matter with %s', ([, text, want]) => {
  expect(shown(text)).toEqual(want.map((line) => line.replace('! 1 is not', '! 1  is not')))
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
