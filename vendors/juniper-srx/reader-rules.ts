import type { FoundRule, ReaderContext, Value } from 'tagwall/reader'
import { DIRECTIONS, type End, kit, openRule } from '../_kit/kit.ts'
import { endOf, rulesOfPolicy, zonesAsked } from '../_policies/rules.ts'
import type { Addresses } from './reader-objects.ts'
import type { Node } from './reader-tree.ts'

/** A policy and the zones that it is between. */
export interface Policy {
  readonly name: string
  readonly node: Node
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly isGlobal: boolean
}

const SIDES = ['source-address', 'destination-address']
const ZONES = ['from-zone', 'to-zone']
const KNOWN = new Set([...SIDES, ...SIDES.map((side) => `${side}-excluded`), 'application'])

/** The rules that a policy is, in each direction and for each protocol. */
export function rulesOf(policy: Policy, addresses: Addresses, context: ReaderContext): FoundRule[] {
  const { name, node, from, to, isGlobal } = policy
  const proves = context.purpose === 'prove'
  const { place } = node
  const note = (text: string, reason: string, at = place): FoundRule[] => {
    addresses.notes.add(at, text, reason)
    return []
  }
  const zones = kit.directionsBetween({ from, to }, zonesAsked(context), proves && isGlobal)
  if (zones.length === 0) return []
  const valuesOf = (field: string): Value[] =>
    node.entries('match', field).map(([text, { place }]) => ({ text, place }))
  const missing = [...SIDES, 'application'].filter((field) => valuesOf(field).length === 0)
  if (missing.length > 0) return note(name, `has no ${missing.join(', ')}`)
  const action = actionOf(node)
  if (!action) return note(name, 'has no action, or more than one')
  const limits = limitsOf(policy)
  for (const { text, place, isUnknown } of limits)
    if (proves || isUnknown) note(`${name} ${text}`, 'is an unsupported condition', place)
  const endAt = (end: End, zone: string | undefined) =>
    endOf(valuesOf(`${end}-address`), {
      isNegated: node.at('match', `${end}-address-excluded`) !== undefined,
      everything: kit.everything(),
      isObject: (value) => addresses.isLocalObject(value, zone),
      isOwn: () => false,
      sideOf: (some) => addresses.of(some, zone),
    })
  const [fromZone, toZone] = isGlobal ? [] : [from[0], to[0]]
  const ends = { source: endAt('source', fromZone), destination: endAt('destination', toZone) }
  const services = addresses.applications.of(valuesOf('application'))
  return rulesOfPolicy({ name, place, action, zones, ends, services, isPart: limits.length > 0 }, context)
}

function actionOf(node: Node): FoundRule['action'] | undefined {
  const said = node.words('then').filter((word) => /^(?:permit|deny|reject)$/.test(word))
  if (said.length !== 1) return undefined
  return said[0] === 'permit' ? 'allow' : 'deny'
}

/** The fields that limit a policy to some of the connections between its addresses. */
function limitsOf({ node, isGlobal }: Policy): (Value & { isUnknown: boolean })[] {
  const among = (path: readonly string[], isFine: (word: string, child: Node) => boolean) =>
    node
      .entries(...path)
      .filter(([word, child]) => !isFine(word, child) && !isEmptied(child))
      .map(([text, { place, isUnknown }]) => ({ text, place, isUnknown: isUnknown || text === 'apply-groups' }))
  const isAny = (child: Node) => child.words().every((word) => word === 'any' || word === 'none')
  return [
    ...among([], (word) => /^(?:match|then|description)$/.test(word)),
    ...among(
      ['match'],
      (word, child) => KNOWN.has(word) || (isGlobal && ZONES.includes(word)) || (!child.isUnknown && isAny(child)),
    ),
    ...among(['then'], (word) => /^(?:permit|deny|reject|log|count)$/.test(word)),
    ...among(['then', 'permit'], (word) => /^(?:application-services|tcp-options|services-offload)$/.test(word)),
  ]
}

/** True if all that a statement said is inactive. */
const isEmptied = (node: Node) => node.children.size > 0 && node.words().length === 0

/** Rules that no policy decides about. */
export function defaultRules(root: Node): FoundRule[] {
  const permit = root.at('security', 'policies', 'default-policy', 'permit-all')
  return permit ? DIRECTIONS.map((direction) => openRule(direction, 'default-policy', permit.place)) : []
}
