import type { Action, Direction, FoundRule, LocatedJson, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Entity, entityOf, type NetworkSet } from './reader-calico-entity.ts'
import { type At, checkFields, lineOf, listOf } from './reader-checks.ts'
import { withoutClusterRules } from './reader-cluster.ts'
import { expressionOf } from './reader-expression.ts'
import type { Manifest } from './reader-manifests.ts'
import { joinSections, type PolicyRules, protocolOf, rulesOf, type Service, serviceOf } from './reader-rules.ts'
import {
  allOf,
  type Coverage,
  coverageOf,
  inNamespaces,
  noPod,
  type Selection,
  selectionOf,
  somePods,
} from './reader-selection.ts'
import { isGiven, isSame, type Scope, show } from './reader-values.ts'

const SECTIONS = [
  { field: 'egress', type: 'Egress', direction: 'outbound', local: 'source', remote: 'destination' },
  { field: 'ingress', type: 'Ingress', direction: 'inbound', local: 'destination', remote: 'source' },
] as const satisfies readonly { field: string; type: string; direction: Direction; local: string; remote: string }[]

type Section = (typeof SECTIONS)[number]

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
export function readCalicoPolicy(manifest: Manifest, sets: readonly NetworkSet[], scope: Scope): PolicyRules {
  const { spec, name, place } = manifest
  const { options, isStrict, note } = scope
  checkFields(spec, isStrict ? STRICT_FIELDS : POLICY_FIELDS, manifest, scope)
  const order = kit.fieldOf(spec, 'order')
  if (isStrict && kit.numberOf(order) !== options.order)
    note(place, name, `has the order ${show(order)}, not ${options.order}`)
  if (order && kit.numberOf(order) === undefined)
    note(place, name, `has the order ${show(order)}, which is not a number`)
  const tier = kit.fieldOf(spec, 'tier')
  if (tier && kit.textOf(tier) !== 'default') note(place, name, `is in the tier ${show(tier)}, which is not followed`)
  const coverage = coverageOf(podsOf(manifest, scope), scope.asked)
  const types = typesOf(manifest, scope)
  const sections = SECTIONS.map((section): { rules: FoundRule[]; closes: Coverage } => {
    const items = listOf(spec, section.field, manifest, scope)
    if (!types.includes(section.type)) {
      if (items.length > 0) note(place, name, `has ${section.field} rules without the type ${section.type}`)
      return { rules: [], closes: 'none' }
    }
    const own = withoutClusterRules(items, 'calico', section.direction, manifest, scope)
    const rules = own.flatMap((item) => readItem(item, { section, manifest, coverage, sets }, scope))
    return { rules, closes: coverage }
  })
  return joinSections(sections)
}

function typesOf({ spec, name, place }: Manifest, scope: Scope): readonly string[] {
  const given = listOf(spec, 'types', { name, place }, scope)
  // Calico's default types.
  if (given.length === 0 && !scope.isStrict) {
    const [egress, ingress] = [isGiven(spec, 'egress'), isGiven(spec, 'ingress')]
    return [...(ingress || !egress ? ['Ingress'] : []), ...(egress ? ['Egress'] : [])]
  }
  const texts = given.map((item) => kit.textOf(item) ?? show(item))
  const isFine =
    texts.length > 0 && texts.every((text, at) => ['Egress', 'Ingress'].includes(text) && texts.indexOf(text) === at)
  if (!isFine) scope.note(place, name, `has the types ${texts.join(', ')}, which are not understood`)
  return texts
}

const OF_NAMESPACES = ['projectcalico.org/name', 'kubernetes.io/metadata.name']
const OF_PODS = ['projectcalico.org/namespace']

function podsOf({ spec, namespace, name, place }: Manifest, scope: Scope): Selection {
  const { options, isStrict, note } = scope
  const given = kit.fieldOf(spec, 'namespaceSelector')
  if (isStrict) {
    const namespaces = options.namespaces as readonly string[]
    const wanted =
      options.pods === 'all'
        ? 'all()'
        : `projectcalico.org/name in { ${namespaces.map((one) => `"${one}"`).join(', ')} }`
    if (!isSame(given, wanted)) note(place, name, `does not select the pods of ${namespaces}`)
    if (kit.fieldOf(spec, 'selector')) note(place, name, 'has a selector of pods')
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
  readonly sets: readonly NetworkSet[]
}

const ACTIONS: Readonly<Record<string, Action | 'Log'>> = { Allow: 'allow', Deny: 'deny', Log: 'Log' }
const RULE_FIELDS = ['action', 'protocol', 'ipVersion', 'source', 'destination']
const MORE_FIELDS = ['notProtocol', 'icmp', 'notICMP', 'http', 'metadata']

function readItem(item: LocatedJson, { section, manifest, coverage, sets }: Context, scope: Scope): FoundRule[] {
  const { isStrict, note } = scope
  const at: At = { name: manifest.name, place: lineOf(item, manifest) }
  checkFields(item, isStrict ? RULE_FIELDS : [...RULE_FIELDS, ...MORE_FIELDS], at, scope)
  const action = ACTIONS[kit.textOf(kit.fieldOf(item, 'action')) ?? '']
  if (action === 'Log' && !isStrict) return []
  if (!action || action === 'Log') {
    note(at.place, at.name, `has the action ${show(kit.fieldOf(item, 'action'))}, which is not followed`)
    return []
  }
  const end = (which: 'local' | 'remote') => {
    const value = kit.fieldOf(item, section[which])
    return entityOf(value, { ...at, place: lineOf(value, at) }, { sets, namespace: manifest.namespace }, scope)
  }
  const [local, remote] = [end('local'), end('remote')]
  // An end with more than its ports limits the pods. Ports of the source are other ones than those of the service.
  const [source, destination] = section.direction === 'outbound' ? [local, remote] : [remote, local]
  if (isStrict && (local.isLimited || source.ports || remote.isAny))
    note(at.place, at.name, 'has other sides than a set of addresses')
  const isPart =
    [...MORE_FIELDS.slice(0, -1)].some((name) => isGiven(item, name)) || local.isLimited || source.ports !== undefined
  const services = servicesOf(item, destination, at, scope).map((one) => ({ ...one, isPart: one.isPart || isPart }))
  const addresses = remote.peer.addresses.intersect(versionOf(item, at, scope))
  const name = remote.names.join(', ') || manifest.name
  return rulesOf(
    {
      name,
      place: at.place,
      direction: section.direction,
      action,
      services,
      peer: { ...remote.peer, addresses },
      coverage,
    },
    scope,
  )
}

/** The addresses of the IP version that a rule names. */
function versionOf(item: LocatedJson, at: At, { note }: Scope): PrefixSet {
  const version = kit.fieldOf(item, 'ipVersion')
  if (!version) return kit.everything()
  if (kit.numberOf(version) === 4) return kit.everything('ipv4')
  if (kit.numberOf(version) !== 6) note(lineOf(version, at), at.name, `has the ipVersion ${show(version)}, not 4 or 6`)
  return kit.everything('ipv6')
}

function servicesOf(item: LocatedJson, destination: Entity, at: At, scope: Scope): readonly Service[] {
  const { isStrict, note } = scope
  const value = kit.fieldOf(item, 'protocol')
  const protocol = value ? protocolOf(value, scope) : 'any'
  if (!protocol) note(at.place, at.name, `has the protocol ${show(value)}, which is not understood`)
  const { ports } = destination
  if (!protocol) return []
  if (protocol === 'icmp') {
    // Each protocol belongs to one IP version.
    const wanted = kit.textOf(value)?.toUpperCase() === 'ICMPV6' || kit.numberOf(value) === 58 ? 6 : 4
    const version = kit.numberOf(kit.fieldOf(item, 'ipVersion'))
    if (isStrict && version !== wanted) note(at.place, at.name, `has no ipVersion ${wanted} beside its protocol`)
    return [{ protocol, ports: kit.everyPort, isPart: version !== wanted }]
  }
  if (!ports) return [{ protocol, ports: kit.everyPort, isPart: false }]
  if (protocol === 'any') {
    note(at.place, at.name, 'has ports without a protocol')
    return []
  }
  return [{ ...serviceOf(protocol, ports.ranges), isPart: ports.isPart }]
}
