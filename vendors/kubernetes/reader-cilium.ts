import type { Action } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { withoutClusterRules } from './reader-cluster.ts'
import type { AddressSet, Manifest } from './reader-manifests.ts'
import {
  anyOf,
  type Item,
  type Peer,
  portsOf,
  protocolOf,
  rulesOf,
  SECTIONS,
  type Section,
  type SectionRules,
  type Service,
  serviceOf,
} from './reader-rules.ts'
import { addressesOf, type Scope, type Spot } from './reader-scope.ts'
import {
  coverageOf,
  meets,
  noPod,
  podsAround,
  type Requirement,
  requirementsOf,
  type Selection,
  selectionOf,
  shareOf,
} from './reader-selection.ts'

/** The groups of CIDRs of a cluster, by name. */
type CidrGroups = ReadonlyMap<string, AddressSet>

const POLICY_FIELDS = ['endpointSelector', 'nodeSelector', 'enableDefaultDeny', 'description', 'labels', 'log']
const NAMESPACE = 'io.kubernetes.pod.namespace'
const NAMESPACE_KEYS = [NAMESPACE, 'io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name'].flatMap((key) =>
  ['', 'k8s:', 'any:'].map((source) => `${source}${key}`),
)

/** A policy of Cilium, cluster-wide or of a namespace. */
export function readCiliumPolicy(manifest: Manifest, groups: CidrGroups, scope: Scope): SectionRules[] {
  const [spot, spec] = [manifest.spotIn(scope), manifest.specIn(scope)]
  const more = spot.at('specs')
  const specs = [...(spec.value ? [spec] : []), ...more.items.map(({ value }) => spot.about(value))]
  if (specs.length === 0) spot.note('has no spec')
  if (more.value && spot.isStrict) spot.note('has specs, not one spec')
  return specs.flatMap((one) => readSpec(one, manifest, groups))
}

function readSpec(spec: Spot, manifest: Manifest, groups: CidrGroups): SectionRules[] {
  spec.onlyFields([...POLICY_FIELDS, ...SECTIONS.flatMap(({ field }) => [field, `${field}Deny`])])
  const coverage = coverageOf(podsOf(spec, manifest), spec.scope.namespaces)
  const defaults = spec.at('enableDefaultDeny')
  if (defaults.value && spec.isStrict) defaults.note('sets enableDefaultDeny')
  return SECTIONS.map((section): SectionRules => {
    const { field, direction } = section
    const [allowed, denied] = [spec.list(field), spec.list(`${field}Deny`)]
    const own = spec.isGiven(field) ? withoutClusterRules(allowed, 'cilium', direction, spec) : allowed
    const stated = defaults.at(field).value
    const isClosing = allowed.length + denied.length > 0
    const closes = stated?.kind === 'scalar' && typeof stated.value === 'boolean' ? stated.value : isClosing
    const rulesIn = (items: readonly Spot[], action: Action) =>
      rulesOf(items, section, coverage, (item) => readItem(item, section, action, groups))
    const rules = [...rulesIn(denied, 'deny'), ...rulesIn(own, 'allow')]
    return { direction, rules, closes: closes ? coverage : 'none' }
  })
}

function podsOf(spec: Spot, manifest: Manifest): Selection {
  const { namespace } = manifest
  const { namespaces, context } = spec.scope
  const endpoints = spec.at('endpointSelector')
  if (spec.isStrict) {
    const expression = { key: `k8s:${NAMESPACE}`, operator: 'In', values: context.options.namespaces }
    const wanted = context.options.pods === 'all' ? {} : { matchExpressions: [expression] }
    if (!endpoints.is(wanted)) spec.note(`does not select the pods of ${context.options.namespaces}`)
  }
  // A policy for nodes does not apply to pods.
  if (!endpoints.value) {
    if (!spec.at('nodeSelector').value) spec.note('selects nothing')
    return noPod
  }
  const requirements = requirementsOf(endpoints.value)
  const own = podsAround(manifest)
  if (namespace === undefined) return [...own, ...selectionOf(requirements, NAMESPACE_KEYS)]
  // pkg/k8s/apis/cilium.io/utils of Cilium: a namespaced policy applies to pods of its namespace, even if it names another.
  const others = requirements?.filter((one) => shareOf(selectionOf([one], NAMESPACE_KEYS), namespace) === 'none')
  if (others?.length && coverageOf(own, namespaces) !== 'none')
    spec.note('names pods of another namespace, which Cilium replaces by its own')
  const left = requirements?.filter((one) => !others?.includes(one))
  return [...own, ...selectionOf(left, NAMESPACE_KEYS)]
}

const PEERS = ['CIDR', 'CIDRSet', 'Endpoints', 'Entities', 'Services', 'FQDNs', 'Groups', 'Nodes', 'Requires']

function readItem(item: Spot, { end }: Section, action: Action, groups: CidrGroups): Item | undefined {
  const peers = PEERS.map((peer) => `${end}${peer}`)
  item.onlyFields([...peers, 'toPorts', 'icmps', 'authentication'])
  const given = peers.filter((peer) => item.at(peer).value)
  const hasServices = item.isGiven('toPorts') || item.isGiven('icmps')
  // An entry that only denies all other traffic.
  if (given.length === 0 && !hasServices && !item.isStrict) return undefined
  const found = anyOf(given.map((peer) => peerOf(peer.slice(end.length), item.at(peer), groups)))
  const blocks = item.at(`${end}CIDRSet`).items
  if (item.isStrict && (given.length !== 1 || blocks.length !== 1))
    item.note('has another remote side than one group of CIDRs')
  const name = blocks.flatMap((one) => one.at('cidrGroupRef').text ?? []).join(', ') || item.name
  const isPart = found.isPart || given.length > 1 || item.isGiven('authentication')
  return { name, action, services: servicesOf(item), peer: { ...found, isPart } }
}

function peerOf(kind: string, { items }: Spot, groups: CidrGroups): Peer {
  const nothing: Peer = { addresses: kit.empty, hasPods: false, isPart: false }
  const anything: Peer = { addresses: kit.everything(), hasPods: false, isPart: true }
  // Versions differ about what an empty list selects.
  if (items.length === 0) return anything
  if (kind === 'CIDR') return { ...nothing, addresses: addressesOf(items) }
  if (kind === 'CIDRSet') return anyOf(items.map((item) => blockOf(item, groups)))
  if (kind === 'Entities') return entitiesOf(items)
  if (kind === 'Endpoints' && !items.some(mayBeOutside)) return { ...nothing, hasPods: true }
  return kind === 'Nodes' ? { ...nothing, hasPods: true } : anything
}

/**
 * True if a selector of endpoints can match more than pods. Labels that begin with `reserved:` stand for entities, such as the
 * world, and those with `cidr` and `fqdn` for addresses. A selector that only excludes namespaces also matches everything
 * outside them (https://github.com/cilium/cilium/issues/46949).
 */
function mayBeOutside({ value, shown }: Spot): boolean {
  if (/"(?:reserved|cidr|cidrgroup|fqdn)[:.]/.test(shown)) return true
  const requirements = value && requirementsOf(value)
  const isAboutNamespaces = ({ key }: Requirement) => NAMESPACE_LABEL.test(key)
  const isNegative = ({ operator }: Requirement) => operator === 'NotIn' || operator === 'DoesNotExist'
  return requirements === undefined || (requirements.some(isAboutNamespaces) && requirements.every(isNegative))
}

const NAMESPACE_LABEL = /^(?:k8s[:.]|any[:.])?io\.(?:kubernetes\.pod\.namespace$|cilium\.k8s\.namespace\.labels\.)/

function blockOf(item: Spot, groups: CidrGroups): Peer {
  item.onlyFields(['cidrGroupRef'], ['cidr', 'except', 'cidrGroupSelector'])
  const [ref, selector, cidr] = [item.at('cidrGroupRef'), item.at('cidrGroupSelector'), item.at('cidr')]
  const except = item.addresses('except')
  const group = groups.get(ref.text ?? '')
  if (ref.value && !group) item.note('is a group that does not exist', ref.text)
  const asked = selector.value && requirementsOf(selector.value)
  const chosen = [...groups.values()].filter(({ manifest }) => !asked || meets(manifest.labels, asked))
  const all = [
    ...(group ? [group.addresses] : []),
    ...(cidr.value ? [addressesOf([cidr])] : []),
    ...(selector.value ? chosen.map(({ addresses }) => addresses) : []),
  ]
  const isOne = [ref, selector, cidr].filter(({ value }) => value !== undefined).length === 1
  if (!isOne) item.note(`has ${item.shown}, not one of a CIDR and a group`)
  const isPart = selector.value !== undefined && asked === undefined
  return { addresses: kit.union(all).subtract(except), hasPods: false, isPart }
}

const INSIDE = ['cluster', 'host', 'remote-node', 'kube-apiserver', 'ingress', 'init', 'health', 'unmanaged']
const ENTITIES = [...INSIDE, 'all', 'world', 'world-ipv4', 'world-ipv6', 'none']

function entitiesOf(items: readonly Spot[]): Peer {
  for (const item of items)
    if (!ENTITIES.includes(item.text ?? '')) item.note(`has the entity ${item.shown}, which is not understood`)
  const isThere = (...wanted: string[]) => items.some(({ text = '' }) => wanted.includes(text))
  const outside = [
    ...(isThere('all', 'world', 'world-ipv4') ? [kit.everything('ipv4')] : []),
    ...(isThere('all', 'world', 'world-ipv6') ? [kit.everything('ipv6')] : []),
  ]
  return { addresses: kit.union(outside), hasPods: isThere(...INSIDE), isPart: false }
}

/** The fields of an entry of ports that allow only some of the traffic to these. */
const LIMITS = ['rules', 'terminatingTLS', 'originatingTLS', 'serverNames', 'listener']

function servicesOf(item: Spot): readonly Service[] {
  const [lists, icmps] = [item.list('toPorts'), item.list('icmps')]
  if (icmps.length > 0) return [{ protocol: 'icmp', ports: kit.everyPort, isPart: true }]
  if (lists.length === 0) return [serviceOf('any', kit.everyPort)]
  const found = lists.flatMap((list): Service[] => {
    list.onlyFields(['ports'], LIMITS)
    const isPart = LIMITS.some((name) => list.isGiven(name))
    const entries = list.list('ports')
    const services = entries.length === 0 ? [serviceOf('any', kit.everyPort)] : entries.flatMap(servicesAt)
    return services.map((service) => ({ ...service, isPart: service.isPart || isPart }))
  })
  return kit.joinServices(found)
}

function servicesAt(entry: Spot): Service[] {
  const { isStrict } = entry
  entry.onlyFields(['port', 'endPort', 'protocol'])
  const port = entry.at('port')
  const isAny = !isStrict && entry.at('protocol').text?.toUpperCase() === 'ANY'
  const protocol = isAny ? 'any' : protocolOf(entry, isStrict ? undefined : 'any')
  if (port.value && port.text === undefined) entry.note(`has the port ${port.shown}, which is not text`)
  // Port 0 means all ports.
  const ports = port.text === '0' && !isStrict ? kit.everyPort : portsOf(entry)
  if (!protocol) return []
  return (protocol === 'any' ? (['tcp', 'udp', 'other'] as const) : [protocol]).map((one) => serviceOf(one, ports))
}
