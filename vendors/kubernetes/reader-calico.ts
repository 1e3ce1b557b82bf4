import type { Action, Direction, PortRange, PrefixSet } from 'tagwall/reader'
import { kit, valueIn } from '../_kit/kit.ts'
import type { AddressSet, Manifest } from './reader-manifests.ts'
import {
  type Item,
  type Peer,
  protocolOf,
  type SectionRules,
  type Service,
  sectionsOfTypes,
  serviceOf,
} from './reader-rules.ts'
import { fieldNames, type Scope, type Spot } from './reader-scope.ts'
import {
  coverageOf,
  expressionOf,
  meets,
  noPod,
  podsAround,
  type Selection,
  selectionOf,
  somePods,
} from './reader-selection.ts'

const FIELDS = ['order', 'selector', 'namespaceSelector', 'types', 'egress', 'ingress']
const OTHER_FIELDS = 'tier serviceAccountSelector doNotTrack preDNAT applyOnForward performanceHints'.split(' ')

/** A policy of Calico, cluster-wide or of a namespace. */
export function readCalicoPolicy(manifest: Manifest, sets: readonly AddressSet[], scope: Scope): SectionRules[] {
  const { options } = scope.context
  const spec = manifest.specIn(scope)
  spec.onlyFields(FIELDS, OTHER_FIELDS)
  const order = spec.at('order')
  if (spec.isStrict && order.number !== options.order) spec.note(`has the order ${order.shown}, not ${options.order}`)
  if (order.value && order.number === undefined) spec.note(`has the order ${order.shown}, which is not a number`)
  const tier = spec.at('tier')
  if (tier.value && tier.text !== 'default') spec.note(`is in the tier ${tier.shown}, which is not followed`)
  const coverage = coverageOf(podsOf(manifest, spec), scope.namespaces)
  const hasEgress = spec.isGiven('egress')
  const usual = [...(spec.isGiven('ingress') || !hasEgress ? ['Ingress'] : []), ...(hasEgress ? ['Egress'] : [])]
  const { namespace } = manifest
  return sectionsOfTypes(spec, { form: 'calico', given: spec.list('types'), usual, coverage }, (item, { direction }) =>
    readItem(item, direction, { sets, namespace }),
  )
}

const OF_NAMESPACES = ['projectcalico.org/name', 'kubernetes.io/metadata.name']
const OF_PODS = ['projectcalico.org/namespace']

function podsOf(manifest: Manifest, spec: Spot): Selection {
  const given = spec.at('namespaceSelector')
  if (spec.isStrict) {
    const { pods, namespaces } = spec.scope.context.options as { pods: string; namespaces: readonly string[] }
    const names = namespaces.map((one) => `"${one}"`).join(', ')
    const wanted = pods === 'all' ? 'all()' : `projectcalico.org/name in { ${names} }`
    if (!given.is(wanted)) spec.note(`does not select the pods of ${namespaces}`)
    if (spec.at('selector').value) spec.note('has a selector of pods')
  }
  // These policies apply to the interfaces of hosts.
  if (spec.isGiven('doNotTrack') || spec.isGiven('preDNAT')) return noPod
  const accounts = spec.isGiven('serviceAccountSelector') && spec.at('serviceAccountSelector').text !== 'all()'
  return [
    ...podsAround(manifest),
    ...podsBy(given.text ?? '', OF_NAMESPACES),
    ...podsBy(spec.at('selector').text ?? '', OF_PODS),
    ...(accounts ? somePods : []),
  ]
}

function podsBy(text: string, namespaceKeys: readonly string[]): Selection {
  const expression = expressionOf(text)
  return expression?.isGlobal ? noPod : selectionOf(expression?.requirements, namespaceKeys)
}

const ACTIONS: Readonly<Record<string, Action | 'Log'>> = { Allow: 'allow', Deny: 'deny', Log: 'Log' }
const LIMITS = ['notProtocol', 'icmp', 'notICMP', 'http']

function readItem(item: Spot, direction: Direction, named: Named): Item | undefined {
  const { isStrict } = item
  item.onlyFields(['action', 'protocol', 'ipVersion', 'source', 'destination'], [...LIMITS, 'metadata'])
  const action = valueIn(ACTIONS, item.at('action').text ?? '')
  if (action === 'Log' && !isStrict) return undefined
  if (!action || action === 'Log') return item.note(`has the action ${item.at('action').shown}, which is not followed`)
  const [source, destination] = [entityOf(item.at('source'), named), entityOf(item.at('destination'), named)]
  // An end with more than its ports limits the pods. Ports of the source are other ones than those of the service.
  const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
  if (isStrict && (local.isLimited || source.ports || !remote.isLimited))
    item.note('has other sides than a set of addresses')
  const isPart = LIMITS.some((name) => item.isGiven(name)) || local.isLimited || source.ports !== undefined
  const services = servicesOf(item, destination.ports).map((one) => ({ ...one, isPart: one.isPart || isPart }))
  const addresses = remote.peer.addresses.intersect(versionOf(item))
  const name = remote.names.join(', ') || item.name
  return { name, action, services, peer: { ...remote.peer, addresses } }
}

/** The addresses of the IP version that a rule names. */
function versionOf(item: Spot): PrefixSet {
  const version = item.at('ipVersion')
  if (!version.value) return kit.everything()
  if (version.number === 4) return kit.everything('ipv4')
  if (version.number !== 6) version.note(`has the ipVersion ${version.shown}, not 4 or 6`)
  return kit.everything('ipv6')
}

function servicesOf(item: Spot, ports: ReturnType<typeof portsOf>): readonly Service[] {
  const named = item.at('protocol')
  const protocol = protocolOf(item, 'any')
  if (!protocol) return []
  if (protocol === 'icmp') {
    // Each protocol belongs to one IP version.
    const wanted = named.text?.toUpperCase() === 'ICMPV6' || named.number === 58 ? 6 : 4
    const version = item.at('ipVersion').number
    if (item.isStrict && version !== wanted) item.note(`has no ipVersion ${wanted} beside its protocol`)
    return [{ protocol, ports: kit.everyPort, isPart: version !== wanted }]
  }
  if (ports && protocol === 'any') {
    item.note('has ports without a protocol')
    return []
  }
  return [{ ...serviceOf(protocol, ports?.ranges), isPart: ports?.isPart ?? false }]
}

const OTHER_SIDES = ['nets', 'notNets', 'notSelector', 'notPorts', 'serviceAccounts', 'services']

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

/** The source or destination of a rule: its addresses and pods, and the names of its sets. */
function entityOf(entity: Spot, named: Named) {
  entity.onlyFields(['selector', 'namespaceSelector', 'ports'], OTHER_SIDES)
  // Fields other than ports.
  const isLimited = fieldNames(entity.value).some(
    (name) => entity.isGiven(name) && !['ports', 'notPorts'].includes(name),
  )
  const hasNets = entity.isGiven('nets')
  const nets = hasNets ? entity.addresses('nets') : kit.everything()
  const { names, ...chosen } = chosenBy(entity, named)
  const peer: Peer = {
    addresses: nets.intersect(chosen.addresses).subtract(entity.addresses('notNets')),
    hasPods: chosen.hasPods,
    isPart: chosen.isPart || entity.isGiven('notSelector') || (hasNets && chosen.hasPods),
  }
  return { peer, isLimited, ports: portsOf(entity), names }
}

/** Labels that sets have of their namespace, which the files may lack, and their kind, which older versions of Calico do not add. */
const UNSURE = /^pcns\.|^projectcalico\.org\/kind$/

/** The labels of a set; Calico adds its namespace. */
const labelsOf = ({ labels, namespace }: Manifest): ReadonlyMap<string, string> =>
  namespace === undefined ? labels : new Map([...labels, ['projectcalico.org/namespace', namespace]])

function chosenBy(entity: Spot, { sets, namespace: own }: Named): Peer & { readonly names: readonly string[] } {
  const anything = { addresses: kit.everything(), hasPods: false, isPart: false, names: [] }
  const ofCluster = { ...anything, addresses: kit.empty, hasPods: true }
  // Service accounts belong to pods. A service can have any address behind it, but these two lead to the cluster.
  if (entity.isGiven('services')) {
    const services = entity.at('services')
    return CLUSTER_SERVICES.some((one) => services.is(one)) ? ofCluster : { ...anything, isPart: true }
  }
  if (!entity.isGiven('selector') && !entity.isGiven('namespaceSelector'))
    return entity.isGiven('serviceAccounts') ? ofCluster : anything
  const [text = '', namespaces = ''] = ['selector', 'namespaceSelector'].map((name) => entity.at(name).text)
  const [expression, where] = [expressionOf(text), expressionOf(namespaces)]
  if (entity.isStrict && (namespaces !== 'global()' || expression?.requirements.length !== 1))
    entity.note(`has the selector ${entity.shown}, which may match more than one set`)
  if (!expression || !where) return { ...anything, isPart: true }
  const isIn = (namespace: string | undefined) => {
    if (namespaces !== '') return (namespace === undefined) === where.isGlobal
    // A namespaced policy without a namespace selector matches its own namespace, a global policy everything.
    return own === undefined || namespace === own
  }
  const asked = expression.requirements.filter(({ key }) => !UNSURE.test(key))
  const found = sets.filter(({ manifest }) => isIn(manifest.namespace) && meets(labelsOf(manifest), asked))
  if (entity.isStrict && found.length !== 1)
    entity.note(`has the selector ${text}, which matches ${found.length === 0 ? 'no set' : `${found.length} sets`}`)
  return {
    addresses: kit.union(found.map(({ addresses }) => addresses)),
    hasPods: !where.isGlobal,
    // The labels of namespaces, which the files may lack, decide which sets match.
    isPart: found.length > 0 && (where.requirements.length > 0 || asked.length < expression.requirements.length),
    names: found.map(({ manifest }) => manifest.name),
  }
}

function portsOf(entity: Spot) {
  if (!entity.isGiven('ports') && !entity.isGiven('notPorts')) return undefined
  let isPart = entity.isGiven('notPorts')
  const ranges = entity.list('ports').flatMap((item): readonly PortRange[] => {
    const { scalar, isStrict } = item
    const range = kit.portRange(scalar, { between: ':' })
    const isAsWritten = scalar.includes(':') ? item.text !== undefined : item.number !== undefined
    if (range && (!isStrict || isAsWritten)) return [range]
    // A name is known to the pods only.
    if (/^(?=.*[a-z])[a-z0-9_.-]{1,128}$/i.test(scalar) && !isStrict) {
      isPart = true
      return kit.everyPort
    }
    item.note(`has the port ${item.shown}, which is not understood`)
    return []
  })
  return { ranges: ranges.length > 0 ? kit.joinPorts(ranges) : kit.everyPort, isPart }
}
