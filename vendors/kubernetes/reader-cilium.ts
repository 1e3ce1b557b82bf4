import type { Action, Direction, FoundRule, LocatedJson, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type At, addressesOf, checkFields, lineOf, listOf } from './reader-checks.ts'
import { withoutClusterRules } from './reader-cluster.ts'
import type { Manifest } from './reader-manifests.ts'
import {
  everyService,
  joined,
  joinSections,
  type Peer,
  type PolicyRules,
  portsOf,
  protocolOf,
  rulesOf,
  type Service,
  serviceOf,
} from './reader-rules.ts'
import {
  allOf,
  type Coverage,
  coverageOf,
  inNamespaces,
  meets,
  noPod,
  type Requirement,
  requirementsOf,
  type Selection,
  selectionOf,
} from './reader-selection.ts'
import { fieldNames, isGiven, isSame, type Scope, show } from './reader-values.ts'

/** The groups of CIDRs of a cluster. */
export interface CidrGroup {
  readonly manifest: Manifest
  readonly addresses: PrefixSet
}

export type CidrGroups = ReadonlyMap<string, CidrGroup>

/** The addresses of a CIDR group. */
export function cidrGroupOf(manifest: Manifest, scope: Scope): CidrGroup {
  checkFields(manifest.spec, ['externalCIDRs'], manifest, scope)
  return { manifest, addresses: addressesOf(listOf(manifest.spec, 'externalCIDRs', manifest, scope), manifest, scope) }
}

const SECTIONS = [
  { field: 'egress', deny: 'egressDeny', direction: 'outbound', end: 'to' },
  { field: 'ingress', deny: 'ingressDeny', direction: 'inbound', end: 'from' },
] as const satisfies readonly { field: string; deny: string; direction: Direction; end: 'to' | 'from' }[]

type Section = (typeof SECTIONS)[number]

const POLICY_FIELDS = ['endpointSelector', 'nodeSelector', 'enableDefaultDeny', 'description', 'labels', 'log']
const NAMESPACE = 'io.kubernetes.pod.namespace'
const NAMESPACE_KEYS = [
  ...[NAMESPACE, 'io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name'].flatMap((key) => [
    key,
    `k8s:${key}`,
    `any:${key}`,
  ]),
]

/** A policy of Cilium, cluster-wide or of a namespace. */
export function readCiliumPolicy(manifest: Manifest, groups: CidrGroups, scope: Scope): PolicyRules {
  const more = kit.fieldOf(manifest.root, 'specs')
  const specs = [...(manifest.spec ? [manifest.spec] : []), ...kit.itemsOf(more)]
  if (specs.length === 0) scope.note(manifest.place, manifest.name, 'has no spec')
  if (more && scope.isStrict) scope.note(manifest.place, manifest.name, 'has specs, not one spec')
  const read = specs.map((spec) => readSpec(spec, manifest, groups, scope))
  const closes = (direction: Direction) => widest(read.map((one) => one.closes[direction]))
  return {
    rules: read.flatMap(({ rules }) => rules),
    closes: { outbound: closes('outbound'), inbound: closes('inbound') },
  }
}

/** The most that any of them covers. */
export const widest = (found: readonly Coverage[]): Coverage =>
  found.includes('whole') ? 'whole' : found.includes('part') ? 'part' : 'none'

function readSpec(spec: LocatedJson, manifest: Manifest, groups: CidrGroups, scope: Scope): PolicyRules {
  checkFields(spec, [...POLICY_FIELDS, ...SECTIONS.flatMap(({ field, deny }) => [field, deny])], manifest, scope)
  const coverage = coverageOf(podsOf(spec, manifest, scope), scope.asked)
  const defaults = kit.fieldOf(spec, 'enableDefaultDeny')
  if (defaults && scope.isStrict) scope.note(lineOf(defaults, manifest), manifest.name, 'sets enableDefaultDeny')
  const sections = SECTIONS.map((section) => {
    const allowed = listOf(spec, section.field, manifest, scope)
    const denied = listOf(spec, section.deny, manifest, scope)
    const own = isGiven(spec, section.field)
      ? withoutClusterRules(allowed, 'cilium', section.direction, manifest, scope)
      : allowed
    const isClosing = kit.itemsOf(kit.fieldOf(spec, section.field)).length + denied.length > 0
    const stated = kit.fieldOf(defaults, section.field)
    const closes = stated?.kind === 'scalar' && typeof stated.value === 'boolean' ? stated.value : isClosing
    const read = (action: Action) => (item: LocatedJson) =>
      readItem(item, { section, action, manifest, coverage, groups }, scope)
    return {
      rules: [...denied.flatMap(read('deny')), ...own.flatMap(read('allow'))],
      closes: closes ? coverage : ('none' as const),
    }
  })
  return joinSections(sections)
}

function podsOf(spec: LocatedJson, manifest: Manifest, scope: Scope): Selection {
  const endpoints = kit.fieldOf(spec, 'endpointSelector')
  if (scope.isStrict) {
    const namespaces = scope.options.namespaces
    const expression = { key: `k8s:${NAMESPACE}`, operator: 'In', values: namespaces }
    const wanted = scope.options.pods === 'all' ? {} : { matchExpressions: [expression] }
    if (!isSame(endpoints, wanted))
      scope.note(manifest.place, manifest.name, `does not select the pods of ${namespaces}`)
  }
  // A policy for nodes does not apply to pods.
  if (!endpoints) {
    if (!kit.fieldOf(spec, 'nodeSelector')) scope.note(manifest.place, manifest.name, 'selects nothing')
    return noPod
  }
  const requirements = requirementsOf(endpoints)
  if (manifest.namespace === undefined) return selectionOf(requirements, NAMESPACE_KEYS)
  const own = inNamespaces([manifest.namespace])
  // pkg/k8s/apis/cilium.io/utils of Cilium: a namespaced policy applies to pods of its namespace, even if it names another.
  const others = requirements?.filter((one) => selectionOf([one], NAMESPACE_KEYS)(manifest.namespace) === 'none')
  if (others?.length && coverageOf(own, scope.asked) !== 'none')
    scope.note(manifest.place, manifest.name, 'names pods of another namespace, which Cilium replaces by its own')
  return allOf([
    own,
    selectionOf(
      requirements?.filter((one) => !others?.includes(one)),
      NAMESPACE_KEYS,
    ),
  ])
}

interface Context {
  readonly section: Section
  readonly action: Action
  readonly manifest: Manifest
  readonly coverage: Coverage
  readonly groups: CidrGroups
}

const PEERS = ['CIDR', 'CIDRSet', 'Endpoints', 'Entities', 'Services', 'FQDNs', 'Groups', 'Nodes', 'Requires']

function readItem(item: LocatedJson, context: Context, scope: Scope): FoundRule[] {
  const { section, action, manifest, coverage, groups } = context
  const at: At = { name: manifest.name, place: lineOf(item, manifest) }
  const peers = PEERS.map((peer) => `${section.end}${peer}`)
  checkFields(item, [...peers, 'toPorts', 'icmps', 'authentication'], at, scope)
  const given = peers.filter((peer) => fieldNames(item).includes(peer))
  const hasServices = isGiven(item, 'toPorts') || isGiven(item, 'icmps')
  // An entry that only denies all other traffic.
  if (given.length === 0 && !hasServices && !scope.isStrict) return []
  const found = given.map((peer) => peerOf(peer.slice(section.end.length), kit.fieldOf(item, peer), at, groups, scope))
  if (scope.isStrict && !isOneGroup(given, item, section))
    scope.note(at.place, at.name, 'has another remote side than one group of CIDRs')
  const peer: Peer = {
    addresses: given.length === 0 ? kit.everything() : kit.union(found.map(({ addresses }) => addresses)),
    hasPods: found.some(({ hasPods }) => hasPods),
    isPart: given.length > 1 || found.some(({ isPart }) => isPart) || isGiven(item, 'authentication'),
  }
  const services = servicesOf(item, at, scope)
  const name = groupNames(item, section, kit.textOf).join(', ') || manifest.name
  return rulesOf({ name, place: at.place, direction: section.direction, action, services, peer, coverage }, scope)
}

function isOneGroup(given: readonly string[], item: LocatedJson, { end }: Section): boolean {
  const list = kit.fieldOf(item, `${end}CIDRSet`)
  return given.length === 1 && list?.kind === 'list' && list.items.length === 1
}

const groupNames = (
  item: LocatedJson,
  { end }: Section,
  textOf: (value: LocatedJson | undefined) => string | undefined,
) => {
  const list = kit.fieldOf(item, `${end}CIDRSet`)
  return list?.kind === 'list' ? list.items.flatMap((one) => textOf(kit.fieldOf(one, 'cidrGroupRef')) ?? []) : []
}

function peerOf(kind: string, value: LocatedJson | undefined, at: At, groups: CidrGroups, scope: Scope): Peer {
  const items = kit.itemsOf(value)
  const nothing: Peer = { addresses: kit.empty, hasPods: false, isPart: false }
  const anything: Peer = { addresses: kit.everything(), hasPods: false, isPart: true }
  // Versions differ about what an empty list selects.
  if (items.length === 0) return anything
  if (kind === 'CIDR') return { ...nothing, addresses: addressesOf(items, at, scope) }
  if (kind === 'CIDRSet') {
    const blocks = items.map((item) => blockOf(item, at, groups, scope))
    return {
      ...nothing,
      addresses: kit.union(blocks.map(({ addresses }) => addresses)),
      isPart: blocks.some(({ isPart }) => isPart),
    }
  }
  if (kind === 'Entities') return entitiesOf(items, at, scope)
  if (kind === 'Endpoints' && !items.some((item) => mayBeOutside(item))) return { ...nothing, hasPods: true }
  return kind === 'Nodes' ? { ...nothing, hasPods: true } : anything
}

/**
 * True if a selector of endpoints can match more than pods. Labels that begin with `reserved:` stand for entities, such as the
 * world, and those with `cidr` and `fqdn` for addresses. A selector that only excludes namespaces also matches everything
 * outside them (https://github.com/cilium/cilium/issues/46949).
 */
function mayBeOutside(item: LocatedJson): boolean {
  if (/"(?:reserved|cidr|cidrgroup|fqdn)[:.]/.test(show(item))) return true
  const requirements = requirementsOf(item)
  const isAboutNamespaces = ({ key }: Requirement) => NAMESPACE_LABEL.test(key)
  const isNegative = ({ operator }: Requirement) => operator === 'NotIn' || operator === 'DoesNotExist'
  return requirements === undefined || (requirements.some(isAboutNamespaces) && requirements.every(isNegative))
}

const NAMESPACE_LABEL = /^(?:k8s[:.]|any[:.])?io\.(?:kubernetes\.pod\.namespace$|cilium\.k8s\.namespace\.labels\.)/

function blockOf(
  item: LocatedJson,
  at: At,
  groups: CidrGroups,
  scope: Scope,
): { addresses: PrefixSet; isPart: boolean } {
  const { isStrict, note } = scope
  const place = { name: at.name, place: lineOf(item, at) }
  checkFields(item, isStrict ? ['cidrGroupRef'] : ['cidr', 'except', 'cidrGroupRef', 'cidrGroupSelector'], place, scope)
  const [ref, selector, cidr] = ['cidrGroupRef', 'cidrGroupSelector', 'cidr'].map((name) => kit.fieldOf(item, name))
  const except = addressesOf(listOf(item, 'except', place, scope), place, scope)
  const group = groups.get(kit.textOf(ref) ?? '')
  if (ref && !group) note(place.place, kit.textOf(ref) ?? at.name, 'is a group that does not exist')
  const asked = selector && requirementsOf(selector)
  const chosen = [...groups.values()].filter(({ manifest }) => !asked || meets(manifest.labels, asked))
  const all = [
    ...(ref ? [group?.addresses ?? kit.empty] : []),
    ...(cidr ? [addressesOf([cidr], place, scope)] : []),
    ...(selector ? chosen.map(({ addresses }) => addresses) : []),
  ]
  const isOne = [ref, selector, cidr].filter((one) => one !== undefined).length === 1
  if (!isOne) note(place.place, at.name, `has ${show(item)}, not one of a CIDR and a group`)
  return { addresses: kit.union(all).subtract(except), isPart: selector !== undefined && asked === undefined }
}

const INSIDE = ['cluster', 'host', 'remote-node', 'kube-apiserver', 'ingress', 'init', 'health', 'unmanaged']

function entitiesOf(items: readonly LocatedJson[], at: At, { note }: Scope): Peer {
  const names = items.map((item) => kit.textOf(item) ?? '')
  for (const [index, name] of names.entries()) {
    const isKnown = [...INSIDE, 'all', 'world', 'world-ipv4', 'world-ipv6', 'none'].includes(name)
    if (!isKnown)
      note(lineOf(items[index], at), at.name, `has the entity ${show(items[index])}, which is not understood`)
  }
  const isThere = (...wanted: string[]) => wanted.some((name) => names.includes(name))
  const outside = [
    ...(isThere('all', 'world', 'world-ipv4') ? [kit.everything('ipv4')] : []),
    ...(isThere('all', 'world', 'world-ipv6') ? [kit.everything('ipv6')] : []),
  ]
  return { addresses: kit.union(outside), hasPods: isThere(...INSIDE), isPart: false }
}

const PORT_FIELDS = ['ports', 'rules', 'terminatingTLS', 'originatingTLS', 'serverNames', 'listener']

function servicesOf(item: LocatedJson, at: At, scope: Scope): readonly Service[] {
  const { isStrict } = scope
  const lists = listOf(item, 'toPorts', at, scope)
  const icmps = listOf(item, 'icmps', at, scope)
  if (icmps.length > 0) return [{ protocol: 'icmp', ports: kit.everyPort, isPart: true }]
  if (lists.length === 0) return everyService()
  const found = lists.flatMap((list): Service[] => {
    checkFields(list, isStrict ? ['ports'] : PORT_FIELDS, { ...at, place: lineOf(list, at) }, scope)
    const isPart = PORT_FIELDS.slice(1).some((name) => isGiven(list, name))
    const entries = listOf(list, 'ports', at, scope)
    const services =
      entries.length === 0 ? everyService() : entries.flatMap((entry) => servicesOfEntry(entry, at, scope))
    return services.map((service) => ({ ...service, isPart: service.isPart || isPart }))
  })
  return joined(found)
}

function servicesOfEntry(entry: LocatedJson, at: At, scope: Scope): Service[] {
  const { isStrict, note } = scope
  const place = { ...at, place: lineOf(entry, at) }
  checkFields(entry, ['port', 'endPort', 'protocol'], place, scope)
  const value = kit.fieldOf(entry, 'protocol')
  const isAny = !isStrict && (!value || kit.textOf(value)?.toUpperCase() === 'ANY')
  const protocol = isAny ? 'any' : value && protocolOf(value, scope)
  const port = kit.fieldOf(entry, 'port')
  if (!protocol) note(place.place, at.name, `has the protocol ${show(value)}, which is not understood`)
  if (port && kit.textOf(port) === undefined)
    note(place.place, at.name, `has the port ${show(port)}, which is not text`)
  // Port 0 means all ports.
  const ports = kit.textOf(port) === '0' && !isStrict ? kit.everyPort : portsOf(entry, place, scope)
  if (!protocol) return []
  return (isAny ? (['tcp', 'udp', 'other'] as const) : [protocol]).map((one) => serviceOf(one, ports))
}
