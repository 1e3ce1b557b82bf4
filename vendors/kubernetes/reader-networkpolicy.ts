import type { Direction, FoundRule, LocatedJson } from 'tagwall/reader'
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
  requirementsOf,
  selectionOf,
  somePods,
} from './reader-selection.ts'
import { isGiven, isSame, type Scope, show } from './reader-values.ts'

const SECTIONS = [
  { field: 'egress', type: 'Egress', direction: 'outbound', end: 'to' },
  { field: 'ingress', type: 'Ingress', direction: 'inbound', end: 'from' },
] as const satisfies readonly { field: string; type: string; direction: Direction; end: string }[]

type Section = (typeof SECTIONS)[number]

/** A NetworkPolicy of Kubernetes, which only allows. */
export function readNetworkPolicy(manifest: Manifest, scope: Scope): PolicyRules {
  const { spec, name, place } = manifest
  const { options, isStrict, note } = scope
  checkFields(spec, ['podSelector', 'policyTypes', 'egress', 'ingress'], manifest, scope)
  const pods = kit.fieldOf(spec, 'podSelector')
  if (!manifest.namespace && !isStrict) note(place, name, 'has no namespace')
  if (isStrict && (manifest.namespace !== options.namespace || !isSame(pods, {})))
    note(place, name, `does not select the pods of ${options.namespace}`)
  const requirements = pods && requirementsOf(pods)
  const own = manifest.namespace ? inNamespaces([manifest.namespace]) : somePods
  const coverage = coverageOf(allOf([own, selectionOf(requirements ?? (pods ? undefined : []), [])]), scope.asked)
  const types = typesOf(spec, manifest, scope)
  const sections = SECTIONS.map((section): { rules: FoundRule[]; closes: Coverage } => {
    const items = listOf(spec, section.field, manifest, scope)
    if (!types.includes(section.type)) {
      if (items.length > 0) note(place, name, `has ${section.field} rules without the type ${section.type}`)
      return { rules: [], closes: 'none' }
    }
    const own = withoutClusterRules(items, 'networkpolicy', section.direction, manifest, scope)
    return { rules: own.flatMap((item) => readItem(item, section, manifest, coverage, scope)), closes: coverage }
  })
  return joinSections(sections)
}

/** The policy types: as given, else ingress, and egress if the policy has egress rules. */
function typesOf(spec: LocatedJson | undefined, manifest: Manifest, scope: Scope): readonly string[] {
  const given = listOf(spec, 'policyTypes', manifest, scope)
  if (given.length === 0) {
    if (scope.isStrict) scope.note(manifest.place, manifest.name, 'does not name its directions')
    return ['Ingress', ...(isGiven(spec, 'egress') ? ['Egress'] : [])]
  }
  const texts = given.map((item) => kit.textOf(item) ?? show(item))
  for (const [index, text] of texts.entries()) {
    const isFine = ['Egress', 'Ingress'].includes(text) && texts.indexOf(text) === index
    if (!isFine)
      scope.note(lineOf(given[index], manifest), manifest.name, `has the type ${text}, which is not understood`)
  }
  return texts
}

function readItem(
  item: LocatedJson,
  section: Section,
  manifest: Manifest,
  coverage: Coverage,
  scope: Scope,
): FoundRule[] {
  const { isStrict, note } = scope
  const at: At = { name: manifest.name, place: lineOf(item, manifest) }
  checkFields(item, [section.end, 'ports'], at, scope)
  const peers = listOf(item, section.end, at, scope)
  if (isStrict && peers.length === 0) note(at.place, at.name, 'has a rule for every address')
  const found = peers.map((peer) => peerOf(peer, at, scope))
  const peer: Peer = {
    addresses: peers.length === 0 ? kit.everything() : kit.union(found.map(({ addresses }) => addresses)),
    hasPods: found.some(({ hasPods }) => hasPods),
    isPart: false,
  }
  const entries = listOf(item, 'ports', at, scope)
  if (isStrict && entries.length === 0 && kit.fieldOf(item, 'ports'))
    note(at.place, at.name, 'has an empty list of ports')
  const services =
    entries.length === 0 ? everyService() : joined(entries.flatMap((entry) => serviceAt(entry, at, scope)))
  return rulesOf({ ...at, direction: section.direction, action: 'allow', services, peer, coverage }, scope)
}

function peerOf(peer: LocatedJson, at: At, scope: Scope): Peer {
  const { note } = scope
  const here: At = { ...at, place: lineOf(peer, at) }
  checkFields(peer, ['ipBlock', 'podSelector', 'namespaceSelector'], here, scope)
  const block = kit.fieldOf(peer, 'ipBlock')
  const hasPods = kit.fieldOf(peer, 'podSelector') !== undefined || kit.fieldOf(peer, 'namespaceSelector') !== undefined
  if (!block && !hasPods) note(here.place, at.name, 'has an empty peer')
  if (block && hasPods) note(here.place, at.name, 'has a peer of both addresses and pods')
  checkFields(block, scope.isStrict ? ['cidr'] : ['cidr', 'except'], here, scope)
  const cidr = kit.fieldOf(block, 'cidr')
  if (block && !cidr) note(here.place, at.name, 'has a block without a CIDR')
  const addresses = addressesOf(cidr ? [cidr] : [], here, scope)
  return {
    addresses: addresses.subtract(addressesOf(listOf(block, 'except', here, scope), here, scope)),
    hasPods,
    isPart: false,
  }
}

function serviceAt(entry: LocatedJson, at: At, scope: Scope): Service[] {
  const { isStrict, note } = scope
  const here: At = { ...at, place: lineOf(entry, at) }
  checkFields(entry, ['protocol', 'port', 'endPort'], here, scope)
  const value = kit.fieldOf(entry, 'protocol')
  const protocol = value ? protocolOf(value, scope) : isStrict ? undefined : 'tcp'
  const port = kit.fieldOf(entry, 'port')
  if (!protocol) note(here.place, at.name, `has the protocol ${show(value)}, which is not understood`)
  const isWhole = !port && !kit.fieldOf(entry, 'endPort') && !isStrict
  if (isStrict && kit.numberOf(port) === undefined)
    note(here.place, at.name, `has the port ${show(port)}, which is not a number`)
  const ports = isWhole ? kit.everyPort : portsOf(entry, here, scope)
  return protocol ? [serviceOf(protocol, ports)] : []
}
