import type { Action, Direction, FoundRule, LocatedJson } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { withoutClusterRules } from './reader-cluster.ts'
import type { AddressSet, Manifest } from './reader-manifests.ts'
import {
  anyOf,
  everyService,
  joinSections,
  type Peer,
  type PolicyRules,
  portsOf,
  protocolOf,
  rulesOf,
  SECTIONS,
  type Section,
  type Service,
  serviceOf,
} from './reader-rules.ts'
import { fieldNames, isGiven, isSame, type Scope, type Spot, show } from './reader-scope.ts'
import {
  allOf,
  type Coverage,
  coverageOf,
  meets,
  noPod,
  podsAround,
  type Requirement,
  requirementsOf,
  type Selection,
  selectionOf,
  widest,
} from './reader-selection.ts'

/** The groups of CIDRs of a cluster, by name. */
export type CidrGroups = ReadonlyMap<string, AddressSet>

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
  const spot = manifest.spotIn(scope)
  const more = kit.fieldOf(manifest.root, 'specs')
  const specs = [...(manifest.spec ? [manifest.spec] : []), ...kit.itemsOf(more)]
  if (specs.length === 0) spot.note('has no spec')
  if (more && scope.isStrict) spot.note('has specs, not one spec')
  const read = specs.map((spec) => readSpec(spec, manifest, groups, spot))
  const closes = (direction: Direction) => widest(read.map((one) => one.closes[direction]))
  return {
    rules: read.flatMap(({ rules }) => rules),
    closes: { outbound: closes('outbound'), inbound: closes('inbound') },
  }
}

function readSpec(spec: LocatedJson, manifest: Manifest, groups: CidrGroups, spot: Spot): PolicyRules {
  spot.onlyFields(spec, [...POLICY_FIELDS, ...SECTIONS.flatMap(({ field, deny }) => [field, deny])])
  const coverage = coverageOf(podsOf(spec, manifest, spot), spot.scope.namespaces)
  const defaults = kit.fieldOf(spec, 'enableDefaultDeny')
  if (defaults && spot.isStrict) spot.note('sets enableDefaultDeny', defaults)
  return joinSections((section) => {
    const { field, deny, direction } = section
    const [allowed, denied] = [spot.list(spec, field), spot.list(spec, deny)]
    const own = isGiven(spec, field) ? withoutClusterRules(allowed, 'cilium', direction, spot) : allowed
    const stated = kit.fieldOf(defaults, field)
    const isClosing = allowed.length + denied.length > 0
    const closes = stated?.kind === 'scalar' && typeof stated.value === 'boolean' ? stated.value : isClosing
    const read = (action: Action) => (item: LocatedJson) =>
      readItem(item, { section, action, coverage, groups }, spot.at(item))
    return {
      rules: [...denied.flatMap(read('deny')), ...own.flatMap(read('allow'))],
      closes: closes ? coverage : 'none',
    }
  })
}

function podsOf(spec: LocatedJson, manifest: Manifest, spot: Spot): Selection {
  const { namespace } = manifest
  const { namespaces, options } = spot.scope
  const endpoints = kit.fieldOf(spec, 'endpointSelector')
  if (spot.isStrict) {
    const expression = { key: `k8s:${NAMESPACE}`, operator: 'In', values: options.namespaces }
    const wanted = options.pods === 'all' ? {} : { matchExpressions: [expression] }
    if (!isSame(endpoints, wanted)) spot.note(`does not select the pods of ${options.namespaces}`)
  }
  // A policy for nodes does not apply to pods.
  if (!endpoints) {
    if (!kit.fieldOf(spec, 'nodeSelector')) spot.note('selects nothing')
    return noPod
  }
  const requirements = requirementsOf(endpoints)
  const own = podsAround(manifest)
  if (namespace === undefined) return allOf([own, selectionOf(requirements, NAMESPACE_KEYS)])
  // pkg/k8s/apis/cilium.io/utils of Cilium: a namespaced policy applies to pods of its namespace, even if it names another.
  const others = requirements?.filter((one) => selectionOf([one], NAMESPACE_KEYS)(namespace) === 'none')
  if (others?.length && coverageOf(own, namespaces) !== 'none')
    spot.note('names pods of another namespace, which Cilium replaces by its own')
  const left = requirements?.filter((one) => !others?.includes(one))
  return allOf([own, selectionOf(left, NAMESPACE_KEYS)])
}

interface Context {
  readonly section: Section
  readonly action: Action
  readonly coverage: Coverage
  readonly groups: CidrGroups
}

const PEERS = ['CIDR', 'CIDRSet', 'Endpoints', 'Entities', 'Services', 'FQDNs', 'Groups', 'Nodes', 'Requires']

function readItem(item: LocatedJson, { section, action, coverage, groups }: Context, spot: Spot): FoundRule[] {
  const { end, direction } = section
  const peers = PEERS.map((peer) => `${end}${peer}`)
  spot.onlyFields(item, [...peers, 'toPorts', 'icmps', 'authentication'])
  const given = peers.filter((peer) => fieldNames(item).includes(peer))
  const hasServices = isGiven(item, 'toPorts') || isGiven(item, 'icmps')
  // An entry that only denies all other traffic.
  if (given.length === 0 && !hasServices && !spot.isStrict) return []
  const found = anyOf(given.map((peer) => peerOf(peer.slice(end.length), kit.fieldOf(item, peer), groups, spot)))
  const list = kit.fieldOf(item, `${end}CIDRSet`)
  const blocks = kit.itemsOf(list)
  if (spot.isStrict && (given.length !== 1 || blocks.length !== 1))
    spot.note('has another remote side than one group of CIDRs')
  const names = blocks.flatMap((one) => kit.textOf(kit.fieldOf(one, 'cidrGroupRef')) ?? [])
  const name = names.join(', ') || spot.name
  const isPart = found.isPart || given.length > 1 || isGiven(item, 'authentication')
  return rulesOf(
    { name, direction, action, services: servicesOf(item, spot), peer: { ...found, isPart }, coverage },
    spot,
  )
}

function peerOf(kind: string, value: LocatedJson | undefined, groups: CidrGroups, spot: Spot): Peer {
  const items = kit.itemsOf(value)
  const nothing: Peer = { addresses: kit.empty, hasPods: false, isPart: false }
  const anything: Peer = { addresses: kit.everything(), hasPods: false, isPart: true }
  // Versions differ about what an empty list selects.
  if (items.length === 0) return anything
  if (kind === 'CIDR') return { ...nothing, addresses: spot.addresses(items) }
  if (kind === 'CIDRSet') return anyOf(items.map((item) => blockOf(item, groups, spot.at(item))))
  if (kind === 'Entities') return entitiesOf(items, spot)
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

function blockOf(item: LocatedJson, groups: CidrGroups, spot: Spot): Peer {
  const fields = spot.isStrict ? ['cidrGroupRef'] : ['cidr', 'except', 'cidrGroupRef', 'cidrGroupSelector']
  spot.onlyFields(item, fields)
  const [ref, selector, cidr] = ['cidrGroupRef', 'cidrGroupSelector', 'cidr'].map((name) => kit.fieldOf(item, name))
  const except = spot.addressesIn(item, 'except')
  const group = groups.get(kit.textOf(ref) ?? '')
  if (ref && !group) spot.note('is a group that does not exist', undefined, kit.textOf(ref))
  const asked = selector && requirementsOf(selector)
  const chosen = [...groups.values()].filter(({ manifest }) => !asked || meets(manifest.labels, asked))
  const all = [
    ...(ref ? [group?.addresses ?? kit.empty] : []),
    ...(cidr ? [spot.addresses([cidr])] : []),
    ...(selector ? chosen.map(({ addresses }) => addresses) : []),
  ]
  const isOne = [ref, selector, cidr].filter((one) => one !== undefined).length === 1
  if (!isOne) spot.note(`has ${show(item)}, not one of a CIDR and a group`)
  const isPart = selector !== undefined && asked === undefined
  return { addresses: kit.union(all).subtract(except), hasPods: false, isPart }
}

const INSIDE = ['cluster', 'host', 'remote-node', 'kube-apiserver', 'ingress', 'init', 'health', 'unmanaged']

function entitiesOf(items: readonly LocatedJson[], spot: Spot): Peer {
  const names = items.map((item) => kit.textOf(item) ?? '')
  for (const [index, name] of names.entries())
    if (![...INSIDE, 'all', 'world', 'world-ipv4', 'world-ipv6', 'none'].includes(name))
      spot.note(`has the entity ${show(items[index])}, which is not understood`, items[index])
  const isThere = (...wanted: string[]) => wanted.some((name) => names.includes(name))
  const outside = [
    ...(isThere('all', 'world', 'world-ipv4') ? [kit.everything('ipv4')] : []),
    ...(isThere('all', 'world', 'world-ipv6') ? [kit.everything('ipv6')] : []),
  ]
  return { addresses: kit.union(outside), hasPods: isThere(...INSIDE), isPart: false }
}

const PORT_FIELDS = ['ports', 'rules', 'terminatingTLS', 'originatingTLS', 'serverNames', 'listener']

function servicesOf(item: LocatedJson, spot: Spot): readonly Service[] {
  const lists = spot.list(item, 'toPorts')
  const icmps = spot.list(item, 'icmps')
  if (icmps.length > 0) return [{ protocol: 'icmp', ports: kit.everyPort, isPart: true }]
  if (lists.length === 0) return everyService()
  const found = lists.flatMap((list): Service[] => {
    spot.at(list).onlyFields(list, spot.isStrict ? ['ports'] : PORT_FIELDS)
    const isPart = PORT_FIELDS.slice(1).some((name) => isGiven(list, name))
    const entries = spot.list(list, 'ports')
    const services = entries.length === 0 ? everyService() : entries.flatMap((one) => servicesAt(one, spot.at(one)))
    return services.map((service) => ({ ...service, isPart: service.isPart || isPart }))
  })
  return kit.joinServices(found)
}

function servicesAt(entry: LocatedJson, spot: Spot): Service[] {
  const { isStrict } = spot
  spot.onlyFields(entry, ['port', 'endPort', 'protocol'])
  const value = kit.fieldOf(entry, 'protocol')
  const isAny = !isStrict && (!value || kit.textOf(value)?.toUpperCase() === 'ANY')
  const protocol = isAny ? 'any' : value && protocolOf(value, spot)
  const port = kit.fieldOf(entry, 'port')
  if (!protocol) spot.note(`has the protocol ${show(value)}, which is not understood`)
  if (port && kit.textOf(port) === undefined) spot.note(`has the port ${show(port)}, which is not text`)
  // Port 0 means all ports.
  const ports = kit.textOf(port) === '0' && !isStrict ? kit.everyPort : portsOf(entry, spot)
  if (!protocol) return []
  return (isAny ? (['tcp', 'udp', 'other'] as const) : [protocol]).map((one) => serviceOf(one, ports))
}
