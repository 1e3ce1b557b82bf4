import type { Direction, FoundRule, LocatedJson } from 'tagwall/reader'
import { type At, addressesOf, checkFields, lineOf, listOf } from './reader-checks.ts'
import { withoutClusterRules } from './reader-cluster.ts'
import {
  everyService,
  joined,
  type Peer,
  portsOf,
  protocolOf,
  rulesOf,
  type Said,
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
import type { Thing } from './reader-things.ts'
import { fieldOf, isGiven, isSame, type Scope, show } from './reader-values.ts'

const SECTIONS = [
  { field: 'egress', type: 'Egress', direction: 'outbound', end: 'to' },
  { field: 'ingress', type: 'Ingress', direction: 'inbound', end: 'from' },
] as const satisfies readonly { field: string; type: string; direction: Direction; end: string }[]

type Section = (typeof SECTIONS)[number]

/** A NetworkPolicy of Kubernetes, which only allows. */
export function readNetworkPolicy(thing: Thing, scope: Scope): Said {
  const { spec, name, place } = thing
  const { kit, options, isStrict, note } = scope
  checkFields(spec, ['podSelector', 'policyTypes', 'egress', 'ingress'], thing, scope)
  const pods = fieldOf(spec, 'podSelector')
  if (!thing.namespace && !isStrict) note(place, name, 'has no namespace')
  if (isStrict && (thing.namespace !== options.namespace || !isSame(pods, {})))
    note(place, name, `is not about the pods of ${options.namespace}`)
  const requirements = pods && requirementsOf(pods, kit)
  const own = thing.namespace ? inNamespaces([thing.namespace]) : somePods
  const coverage = coverageOf(allOf([own, selectionOf(requirements ?? (pods ? undefined : []), [])]), scope.asked)
  const types = typesOf(spec, thing, scope)
  const said = SECTIONS.map((section): { rules: FoundRule[]; closes: Coverage } => {
    const items = listOf(spec, section.field, thing, scope)
    if (!types.includes(section.type)) {
      if (items.length > 0) note(place, name, `has ${section.field} rules without the type ${section.type}`)
      return { rules: [], closes: 'none' }
    }
    const own = withoutClusterRules(items, 'networkpolicy', section.direction, thing, scope)
    return { rules: own.flatMap((item) => readItem(item, section, thing, coverage, scope)), closes: coverage }
  })
  return {
    rules: said.flatMap(({ rules }) => rules),
    closes: { outbound: said[0]?.closes ?? 'none', inbound: said[1]?.closes ?? 'none' },
  }
}

/** What a policy is about: as it says, else ingress, and egress where it has rules for that. */
function typesOf(spec: LocatedJson | undefined, thing: Thing, scope: Scope): readonly string[] {
  const given = listOf(spec, 'policyTypes', thing, scope)
  if (given.length === 0) {
    if (scope.isStrict) scope.note(thing.place, thing.name, 'does not say which directions it is about')
    return ['Ingress', ...(isGiven(spec, 'egress') ? ['Egress'] : [])]
  }
  const texts = given.map((item) => scope.kit.textOf(item) ?? show(item))
  for (const [index, text] of texts.entries()) {
    const isFine = ['Egress', 'Ingress'].includes(text) && texts.indexOf(text) === index
    if (!isFine) scope.note(lineOf(given[index], thing), thing.name, `has the type ${text}, which is not understood`)
  }
  return texts
}

function readItem(item: LocatedJson, section: Section, thing: Thing, coverage: Coverage, scope: Scope): FoundRule[] {
  const { kit, isStrict, note } = scope
  const at: At = { name: thing.name, place: lineOf(item, thing) }
  checkFields(item, [section.end, 'ports'], at, scope)
  const peers = listOf(item, section.end, at, scope)
  if (isStrict && peers.length === 0) note(at.place, at.name, 'has a rule about every address')
  const found = peers.map((peer) => peerOf(peer, at, scope))
  const peer: Peer = {
    addresses: peers.length === 0 ? kit.everything() : kit.union(found.map(({ addresses }) => addresses)),
    hasPods: found.some(({ hasPods }) => hasPods),
    isPart: false,
  }
  const entries = listOf(item, 'ports', at, scope)
  if (isStrict && entries.length === 0 && fieldOf(item, 'ports')) note(at.place, at.name, 'has an empty list of ports')
  const services =
    entries.length === 0
      ? everyService(kit)
      : joined(
          entries.flatMap((entry) => serviceAt(entry, at, scope)),
          scope,
        )
  return rulesOf({ ...at, direction: section.direction, action: 'allow', services, peer, coverage }, scope)
}

function peerOf(peer: LocatedJson, at: At, scope: Scope): Peer {
  const { note } = scope
  const here: At = { ...at, place: lineOf(peer, at) }
  checkFields(peer, ['ipBlock', 'podSelector', 'namespaceSelector'], here, scope)
  const block = fieldOf(peer, 'ipBlock')
  const hasPods = fieldOf(peer, 'podSelector') !== undefined || fieldOf(peer, 'namespaceSelector') !== undefined
  if (!block && !hasPods) note(here.place, at.name, 'has a peer that says nothing')
  if (block && hasPods) note(here.place, at.name, 'has a peer of both addresses and pods')
  checkFields(block, scope.isStrict ? ['cidr'] : ['cidr', 'except'], here, scope)
  const cidr = fieldOf(block, 'cidr')
  if (block && !cidr) note(here.place, at.name, 'has a block without a CIDR')
  const addresses = addressesOf(cidr ? [cidr] : [], here, scope)
  return {
    addresses: addresses.subtract(addressesOf(listOf(block, 'except', here, scope), here, scope)),
    hasPods,
    isPart: false,
  }
}

function serviceAt(entry: LocatedJson, at: At, scope: Scope): Service[] {
  const { kit, isStrict, note } = scope
  const here: At = { ...at, place: lineOf(entry, at) }
  checkFields(entry, ['protocol', 'port', 'endPort'], here, scope)
  const value = fieldOf(entry, 'protocol')
  const protocol = value ? protocolOf(value, scope) : isStrict ? undefined : 'tcp'
  const port = fieldOf(entry, 'port')
  if (!protocol) note(here.place, at.name, `has the protocol ${show(value)}, which is not understood`)
  const isWhole = !port && !fieldOf(entry, 'endPort') && !isStrict
  if (isStrict && kit.numberOf(port) === undefined)
    note(here.place, at.name, `has the port ${show(port)}, which is no number`)
  const ports = isWhole ? kit.everyPort : portsOf(entry, here, scope)
  return protocol ? [serviceOf(protocol, ports, kit)] : []
}
