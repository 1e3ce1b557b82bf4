import type { Action, FoundRule, LocatedJson, PortRange, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { AddressSet, Manifest } from './reader-manifests.ts'
import {
  type Peer,
  type PolicyRules,
  protocolOf,
  rulesOf,
  type Section,
  type Service,
  sectionsOfTypes,
  serviceOf,
} from './reader-rules.ts'
import { fieldNames, isGiven, isSame, type Scope, type Spot, show } from './reader-scope.ts'
import {
  allOf,
  type Coverage,
  coverageOf,
  expressionOf,
  meets,
  noPod,
  podsAround,
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
  return sectionsOfTypes({ form: 'calico', spec, usual, coverage, spot }, (item, section) =>
    readItem(item, { section, manifest, coverage, sets }, spot.at(item)),
  )
}

const OF_NAMESPACES = ['projectcalico.org/name', 'kubernetes.io/metadata.name']
const OF_PODS = ['projectcalico.org/namespace']

function podsOf(manifest: Manifest, spot: Spot): Selection {
  const { spec } = manifest
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
    podsAround(manifest),
    podsBy(kit.textOf(given) ?? '', OF_NAMESPACES),
    podsBy(kit.textOf(kit.fieldOf(spec, 'selector')) ?? '', OF_PODS),
    ...(accounts ? [somePods] : []),
  ])
}

function podsBy(text: string, namespaceKeys: readonly string[]): Selection {
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

/** The source or destination of a rule. */
interface Entity {
  readonly peer: Peer
  /** True if the entity has fields other than ports. */
  readonly isLimited: boolean
  readonly ports: { readonly ranges: readonly PortRange[]; readonly isPart: boolean } | undefined
  /** The names of its sets. */
  readonly names: readonly string[]
}

const ENTITY_FIELDS =
  'nets notNets selector notSelector namespaceSelector ports notPorts serviceAccounts services'.split(' ')
const STRICT_ENTITY_FIELDS = ['selector', 'namespaceSelector', 'ports']

/** The API server, and DNS. */
const CLUSTER_SERVICES = [
  { name: 'kubernetes', namespace: 'default' },
  { name: 'kube-dns', namespace: 'kube-system' },
]

/** The sets that selectors can match by label: those of this namespace, or of the whole cluster. */
interface Named {
  readonly sets: readonly AddressSet[]
  readonly namespace: string | undefined
}

/** The addresses and pods at one side of a rule. */
function entityOf(value: LocatedJson | undefined, named: Named, spot: Spot): Entity {
  spot.onlyFields(value, spot.isStrict ? STRICT_ENTITY_FIELDS : ENTITY_FIELDS)
  const given = fieldNames(value).filter((name) => isGiven(value, name))
  const isLimited = given.some((name) => !['ports', 'notPorts'].includes(name))
  const nets = given.includes('nets') ? spot.addressesIn(value, 'nets') : kit.everything()
  const { names, ...chosen } = chosenBy(value, given, named, spot)
  const peer: Peer = {
    addresses: nets.intersect(chosen.addresses).subtract(spot.addressesIn(value, 'notNets')),
    hasPods: chosen.hasPods,
    isPart: chosen.isPart || given.includes('notSelector') || (given.includes('nets') && chosen.hasPods),
  }
  return { peer, isLimited, ports: portsOf(value, given, spot), names }
}

/** Labels that sets have of their namespace, which the files may lack, and their kind, which older versions of Calico do not add. */
const UNSURE = /^pcns\.|^projectcalico\.org\/kind$/

/** The labels of a set; Calico adds its namespace. */
const labelsOf = ({ labels, namespace }: Manifest): ReadonlyMap<string, string> =>
  namespace === undefined ? labels : new Map([...labels, ['projectcalico.org/namespace', namespace]])

function chosenBy(
  value: LocatedJson | undefined,
  given: readonly string[],
  { sets, namespace: own }: Named,
  spot: Spot,
): Peer & { readonly names: readonly string[] } {
  const anything = { addresses: kit.everything(), hasPods: false, isPart: false, names: [] }
  // Service accounts belong to pods. A service can have any address behind it, but these two lead to the cluster.
  if (given.includes('services')) {
    const isOfCluster = CLUSTER_SERVICES.some((one) => isSame(kit.fieldOf(value, 'services'), one))
    return isOfCluster ? { ...anything, addresses: kit.empty, hasPods: true } : { ...anything, isPart: true }
  }
  const asks = given.includes('selector') || given.includes('namespaceSelector')
  if (!asks) return given.includes('serviceAccounts') ? { ...anything, addresses: kit.empty, hasPods: true } : anything
  const [text = '', namespaces = ''] = ['selector', 'namespaceSelector'].map((name) =>
    kit.textOf(kit.fieldOf(value, name)),
  )
  const [expression, where] = [expressionOf(text), expressionOf(namespaces)]
  if (spot.isStrict && (namespaces !== 'global()' || expression?.requirements.length !== 1))
    spot.note(`has the selector ${show(value)}, which may match more than one set`)
  if (!expression || !where) return { ...anything, isPart: true }
  const isIn = (namespace: string | undefined) => {
    if (namespaces !== '') return (namespace === undefined) === where.isGlobal
    // A namespaced policy without a namespace selector matches its own namespace, a global policy everything.
    return own === undefined || namespace === own
  }
  const asked = expression.requirements.filter(({ key }) => !UNSURE.test(key))
  const found = sets.filter(({ manifest }) => isIn(manifest.namespace) && meets(labelsOf(manifest), asked))
  if (spot.isStrict && found.length !== 1)
    spot.note(`has the selector ${text}, which matches ${found.length === 0 ? 'no set' : `${found.length} sets`}`)
  return {
    addresses: kit.union(found.map(({ addresses }) => addresses)),
    hasPods: !where.isGlobal,
    // The labels of namespaces, which the files may lack, decide which sets match.
    isPart: found.length > 0 && (where.requirements.length > 0 || asked.length < expression.requirements.length),
    names: found.map(({ manifest }) => manifest.name),
  }
}

function portsOf(value: LocatedJson | undefined, given: readonly string[], spot: Spot): Entity['ports'] {
  if (!given.includes('ports') && !given.includes('notPorts')) return undefined
  let isPart = given.includes('notPorts')
  const ranges = spot.list(value, 'ports').flatMap((item): readonly PortRange[] => {
    const written = item.kind === 'scalar' ? item.value : ''
    const text = `${written}`
    const range = kit.portRange(text, { between: ':' })
    if (range && (!spot.isStrict || typeof written === (text.includes(':') ? 'string' : 'number'))) return [range]
    // A name is known to the pods only.
    if (/^(?=.*[a-z])[a-z0-9_.-]{1,128}$/i.test(text) && !spot.isStrict) {
      isPart = true
      return kit.everyPort
    }
    spot.note(`has the port ${show(item)}, which is not understood`, item)
    return []
  })
  return { ranges: ranges.length > 0 ? kit.joinPorts(ranges) : kit.everyPort, isPart }
}
