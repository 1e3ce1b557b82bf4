import type { FoundRule, LocatedJson } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Manifest } from './reader-manifests.ts'
import {
  anyOf,
  everyService,
  type Peer,
  type PolicyRules,
  portsOf,
  protocolOf,
  rulesOf,
  type Section,
  type Service,
  sectionsOfTypes,
  serviceOf,
} from './reader-rules.ts'
import { isGiven, isSame, type Scope, type Spot, show } from './reader-scope.ts'
import { allOf, type Coverage, coverageOf, podsAround, requirementsOf, selectionOf } from './reader-selection.ts'

/** A NetworkPolicy of Kubernetes, which only allows. */
export function readNetworkPolicy(manifest: Manifest, scope: Scope): PolicyRules {
  const { spec, namespace } = manifest
  const { options, isStrict } = scope
  const spot = manifest.spotIn(scope)
  spot.onlyFields(spec, ['podSelector', 'policyTypes', 'egress', 'ingress'])
  const pods = kit.fieldOf(spec, 'podSelector')
  if (isStrict && (namespace !== options.namespace || !isSame(pods, {})))
    spot.note(`does not select the pods of ${options.namespace}`)
  const requirements = pods && requirementsOf(pods)
  const selection = selectionOf(requirements ?? (pods ? undefined : []), [])
  const coverage = coverageOf(allOf([podsAround(manifest), selection]), scope.namespaces)
  const usual = ['Ingress', ...(isGiven(spec, 'egress') ? ['Egress'] : [])]
  return sectionsOfTypes({ form: 'networkpolicy', spec, usual, coverage, spot }, (item, section) =>
    readItem(item, section, coverage, spot.at(item)),
  )
}

function readItem(item: LocatedJson, { end, direction }: Section, coverage: Coverage, spot: Spot): FoundRule[] {
  spot.onlyFields(item, [end, 'ports'])
  const peers = spot.list(item, end)
  if (spot.isStrict && peers.length === 0) spot.note('has a rule for every address')
  const peer = anyOf(peers.map((one) => peerOf(one, spot.at(one))))
  const entries = spot.list(item, 'ports')
  if (spot.isStrict && entries.length === 0 && kit.fieldOf(item, 'ports')) spot.note('has an empty list of ports')
  const services =
    entries.length === 0 ? everyService() : kit.joinServices(entries.flatMap((one) => serviceAt(one, spot.at(one))))
  return rulesOf({ name: spot.name, direction, action: 'allow', services, peer, coverage }, spot)
}

function peerOf(peer: LocatedJson, spot: Spot): Peer {
  spot.onlyFields(peer, ['ipBlock', 'podSelector', 'namespaceSelector'])
  const block = kit.fieldOf(peer, 'ipBlock')
  const hasPods = kit.fieldOf(peer, 'podSelector') !== undefined || kit.fieldOf(peer, 'namespaceSelector') !== undefined
  if (!block && !hasPods) spot.note('has an empty peer')
  if (block && hasPods) spot.note('has a peer of both addresses and pods')
  spot.onlyFields(block, spot.isStrict ? ['cidr'] : ['cidr', 'except'])
  const cidr = kit.fieldOf(block, 'cidr')
  if (block && !cidr) spot.note('has a block without a CIDR')
  const addresses = spot.addresses(cidr ? [cidr] : []).subtract(spot.addressesIn(block, 'except'))
  return { addresses, hasPods, isPart: false }
}

function serviceAt(entry: LocatedJson, spot: Spot): Service[] {
  const { isStrict } = spot
  spot.onlyFields(entry, ['protocol', 'port', 'endPort'])
  const value = kit.fieldOf(entry, 'protocol')
  const protocol = value ? protocolOf(value, spot) : isStrict ? undefined : 'tcp'
  const port = kit.fieldOf(entry, 'port')
  if (!protocol) spot.note(`has the protocol ${show(value)}, which is not understood`)
  if (isStrict && kit.numberOf(port) === undefined) spot.note(`has the port ${show(port)}, which is not a number`)
  const isWhole = !port && !kit.fieldOf(entry, 'endPort') && !isStrict
  const ports = isWhole ? kit.everyPort : portsOf(entry, spot)
  return protocol ? [serviceOf(protocol, ports)] : []
}
