import type { Action, FoundRule, LocatedJson, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Entity, entityOf } from './reader-calico-entity.ts'
import type { AddressSet, Manifest } from './reader-manifests.ts'
import {
  type PolicyRules,
  protocolOf,
  rulesOf,
  type Section,
  type Service,
  sectionsOfTypes,
  serviceOf,
  typesOf,
} from './reader-rules.ts'
import { isGiven, isSame, type Scope, type Spot, show } from './reader-scope.ts'
import {
  allOf,
  type Coverage,
  coverageOf,
  expressionOf,
  inNamespaces,
  noPod,
  type Selection,
  selectionOf,
  somePods,
} from './reader-selection.ts'

const POLICY_FIELDS = [
  ...['tier', 'order', 'selector', 'namespaceSelector', 'serviceAccountSelector', 'types', 'egress', 'ingress'],
  ...['doNotTrack', 'preDNAT', 'applyOnForward', 'performanceHints'],
]
const STRICT_FIELDS = ['order', 'selector', 'namespaceSelector', 'types', 'egress', 'ingress']

/** The order of a Calico policy: lower numbers come first, policies without a number last. */
export function orderOf(manifest: Manifest): number {
  const order = kit.fieldOf(manifest.spec, 'order')
  return order?.kind === 'scalar' && typeof order.value === 'number' ? order.value : Number.POSITIVE_INFINITY
}

/** A policy of Calico, cluster-wide or of a namespace. */
export function readCalicoPolicy(manifest: Manifest, sets: readonly AddressSet[], scope: Scope): PolicyRules {
  const { spec } = manifest
  const { options, isStrict } = scope
  const spot = manifest.spotIn(scope)
  spot.onlyFields(spec, isStrict ? STRICT_FIELDS : POLICY_FIELDS)
  const order = kit.fieldOf(spec, 'order')
  if (isStrict && kit.numberOf(order) !== options.order) spot.note(`has the order ${show(order)}, not ${options.order}`)
  if (order && kit.numberOf(order) === undefined) spot.note(`has the order ${show(order)}, which is not a number`)
  const tier = kit.fieldOf(spec, 'tier')
  if (tier && kit.textOf(tier) !== 'default') spot.note(`is in the tier ${show(tier)}, which is not followed`)
  const coverage = coverageOf(podsOf(manifest, spot), scope.namespaces)
  const hasEgress = isGiven(spec, 'egress')
  const usual = [...(isGiven(spec, 'ingress') || !hasEgress ? ['Ingress'] : []), ...(hasEgress ? ['Egress'] : [])]
  return sectionsOfTypes(
    spec,
    typesOf(spec, 'types', usual, spot),
    { form: 'calico', coverage, spot },
    (item, section) => readItem(item, { section, manifest, coverage, sets }, spot.at(item)),
  )
}

const OF_NAMESPACES = ['projectcalico.org/name', 'kubernetes.io/metadata.name']
const OF_PODS = ['projectcalico.org/namespace']

function podsOf({ spec, namespace }: Manifest, spot: Spot): Selection {
  const given = kit.fieldOf(spec, 'namespaceSelector')
  if (spot.isStrict) {
    const { pods, namespaces } = spot.scope.options as { pods: string; namespaces: readonly string[] }
    const names = namespaces.map((one) => `"${one}"`).join(', ')
    const wanted = pods === 'all' ? 'all()' : `projectcalico.org/name in { ${names} }`
    if (!isSame(given, wanted)) spot.note(`does not select the pods of ${namespaces}`)
    if (kit.fieldOf(spec, 'selector')) spot.note('has a selector of pods')
  }
  // These policies apply to the interfaces of hosts.
  if (['doNotTrack', 'preDNAT'].some((field) => isGiven(spec, field))) return noPod
  const accounts =
    isGiven(spec, 'serviceAccountSelector') && kit.textOf(kit.fieldOf(spec, 'serviceAccountSelector')) !== 'all()'
  return allOf([
    ...(namespace === undefined ? [] : [inNamespaces([namespace])]),
    chosenBy(kit.textOf(given) ?? '', OF_NAMESPACES),
    chosenBy(kit.textOf(kit.fieldOf(spec, 'selector')) ?? '', OF_PODS),
    ...(accounts ? [somePods] : []),
  ])
}

function chosenBy(text: string, namespaceKeys: readonly string[]): Selection {
  const expression = expressionOf(text)
  return expression?.isGlobal ? noPod : selectionOf(expression?.requirements, namespaceKeys)
}

interface Context {
  readonly section: Section
  readonly manifest: Manifest
  readonly coverage: Coverage
  readonly sets: readonly AddressSet[]
}

const ACTIONS: Readonly<Record<string, Action | 'Log'>> = { Allow: 'allow', Deny: 'deny', Log: 'Log' }
const RULE_FIELDS = ['action', 'protocol', 'ipVersion', 'source', 'destination']
const MORE_FIELDS = ['notProtocol', 'icmp', 'notICMP', 'http', 'metadata']

function readItem(item: LocatedJson, { section, manifest, coverage, sets }: Context, spot: Spot): FoundRule[] {
  const { isStrict } = spot
  spot.onlyFields(item, isStrict ? RULE_FIELDS : [...RULE_FIELDS, ...MORE_FIELDS])
  const action = ACTIONS[kit.textOf(kit.fieldOf(item, 'action')) ?? '']
  if (action === 'Log' && !isStrict) return []
  if (!action || action === 'Log') {
    spot.note(`has the action ${show(kit.fieldOf(item, 'action'))}, which is not followed`)
    return []
  }
  const end = (which: 'local' | 'remote') => {
    const value = kit.fieldOf(item, section[which])
    return entityOf(value, { sets, namespace: manifest.namespace }, spot.at(value))
  }
  const [local, remote] = [end('local'), end('remote')]
  // An end with more than its ports limits the pods. Ports of the source are other ones than those of the service.
  const { direction } = section
  const [source, destination] = direction === 'outbound' ? [local, remote] : [remote, local]
  if (isStrict && (local.isLimited || source.ports || !remote.isLimited))
    spot.note('has other sides than a set of addresses')
  const isPart =
    MORE_FIELDS.slice(0, -1).some((name) => isGiven(item, name)) || local.isLimited || source.ports !== undefined
  const services = servicesOf(item, destination, spot).map((one) => ({ ...one, isPart: one.isPart || isPart }))
  const addresses = remote.peer.addresses.intersect(versionOf(item, spot))
  const name = remote.names.join(', ') || manifest.name
  return rulesOf({ name, direction, action, services, peer: { ...remote.peer, addresses }, coverage }, spot)
}

/** The addresses of the IP version that a rule names. */
function versionOf(item: LocatedJson, spot: Spot): PrefixSet {
  const version = kit.fieldOf(item, 'ipVersion')
  if (!version) return kit.everything()
  if (kit.numberOf(version) === 4) return kit.everything('ipv4')
  if (kit.numberOf(version) !== 6) spot.note(`has the ipVersion ${show(version)}, not 4 or 6`, version)
  return kit.everything('ipv6')
}

function servicesOf(item: LocatedJson, { ports }: Entity, spot: Spot): readonly Service[] {
  const value = kit.fieldOf(item, 'protocol')
  const protocol = value ? protocolOf(value, spot) : 'any'
  if (!protocol) {
    spot.note(`has the protocol ${show(value)}, which is not understood`)
    return []
  }
  if (protocol === 'icmp') {
    // Each protocol belongs to one IP version.
    const wanted = kit.textOf(value)?.toUpperCase() === 'ICMPV6' || kit.numberOf(value) === 58 ? 6 : 4
    const version = kit.numberOf(kit.fieldOf(item, 'ipVersion'))
    if (spot.isStrict && version !== wanted) spot.note(`has no ipVersion ${wanted} beside its protocol`)
    return [{ protocol, ports: kit.everyPort, isPart: version !== wanted }]
  }
  if (!ports) return [{ protocol, ports: kit.everyPort, isPart: false }]
  if (protocol === 'any') {
    spot.note('has ports without a protocol')
    return []
  }
  return [{ ...serviceOf(protocol, ports.ranges), isPart: ports.isPart }]
}
