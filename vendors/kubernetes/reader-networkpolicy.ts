import { kit } from '../_kit/kit.ts'
import type { Manifest } from './reader-manifests.ts'
import {
  anyOf,
  type Item,
  type Peer,
  portsOf,
  protocolOf,
  type Section,
  type SectionRules,
  type Service,
  sectionsOfTypes,
  serviceOf,
} from './reader-rules.ts'
import { addressesOf, type Scope, type Spot } from './reader-scope.ts'
import { coverageOf, podsAround, requirementsOf, selectionOf } from './reader-selection.ts'

/** A NetworkPolicy of Kubernetes, which only allows. */
export function readNetworkPolicy(manifest: Manifest, scope: Scope): SectionRules[] {
  const { namespace } = scope.context.options
  const spec = manifest.specIn(scope)
  spec.onlyFields(['podSelector', 'policyTypes', 'egress', 'ingress'])
  const pods = spec.at('podSelector')
  if (spec.isStrict && (manifest.namespace !== namespace || !pods.is({})))
    spec.note(`does not select the pods of ${namespace}`)
  const selection = selectionOf(pods.value ? requirementsOf(pods.value) : [], [])
  const coverage = coverageOf([...podsAround(manifest), ...selection], scope.namespaces)
  const usual = ['Ingress', ...(spec.isGiven('egress') ? ['Egress'] : [])]
  return sectionsOfTypes(spec, { form: 'networkpolicy', given: spec.list('policyTypes'), usual, coverage }, readItem)
}

function readItem(item: Spot, { end }: Section): Item {
  item.onlyFields([end, 'ports'])
  const peers = item.list(end)
  if (item.isStrict && peers.length === 0) item.note('has a rule for every address')
  const peer = anyOf(peers.map(peerOf))
  const entries = item.list('ports')
  if (item.isStrict && entries.length === 0 && item.at('ports').value) item.note('has an empty list of ports')
  const services = entries.length === 0 ? [serviceOf('any', kit.everyPort)] : entries.flatMap(serviceAt)
  return { name: item.name, action: 'allow', services: kit.joinServices(services), peer }
}

function peerOf(peer: Spot): Peer {
  peer.onlyFields(['ipBlock', 'podSelector', 'namespaceSelector'])
  const block = peer.at('ipBlock')
  const hasPods = ['podSelector', 'namespaceSelector'].some((field) => peer.at(field).value)
  if (!block.value && !hasPods) peer.note('has an empty peer')
  if (block.value && hasPods) peer.note('has a peer of both addresses and pods')
  block.onlyFields(['cidr'], ['except'])
  const cidr = block.at('cidr')
  if (block.value && !cidr.value) peer.note('has a block without a CIDR')
  const addresses = addressesOf(cidr.value ? [cidr] : []).subtract(block.addresses('except'))
  return { addresses, hasPods, isPart: false }
}

function serviceAt(entry: Spot): Service[] {
  const { isStrict } = entry
  entry.onlyFields(['protocol', 'port', 'endPort'])
  const protocol = protocolOf(entry, isStrict ? undefined : 'tcp')
  const port = entry.at('port')
  if (isStrict && port.number === undefined) entry.note(`has the port ${port.shown}, which is not a number`)
  const isWhole = !port.value && !entry.at('endPort').value && !isStrict
  const ports = isWhole ? kit.everyPort : portsOf(entry)
  return protocol ? [serviceOf(protocol, ports)] : []
}
