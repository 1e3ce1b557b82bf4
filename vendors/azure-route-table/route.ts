import type { LocatedJson, Prefix, ReaderKit } from 'tagwall/reader'
import type { Scope } from './scope.ts'
import type { RawRoute } from './table.ts'
import { onlyFields } from './template.ts'
import { fieldOf, isSame, itemsOf, textOf } from './values.ts'

/** What a route leads, and whether to the next hop that the options name. */
export interface Route {
  readonly name: string
  readonly line: number
  readonly isOurs: boolean
  readonly to: Prefix | { readonly tag: string }
}

const OWN = ['addressPrefix', 'nextHopType', 'nextHopIpAddress']
/** What the service adds when it prints a route; none of it says where the route leads. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup', 'hasBgpOverride'],
  // Of effective routes.
  ...['source', 'state', 'disableBgpRoutePropagation'],
]
const HOPS = ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None']
/** What effective routes have beside these. */
const SYSTEM_HOPS = ['VirtualNetworkServiceEndpoint', 'VNetPeering', 'VNetGlobalPeering', 'InterfaceEndpoint']
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** The routes that a raw one stands for: effective routes have several prefixes. What is not understood is a note. */
export function readRoute(raw: RawRoute, scope: Scope, kit: ReaderKit): Route[] {
  const { name, line, fields } = raw
  if (fields.kind !== 'object') {
    scope.note(line, name, 'is not an object')
    return []
  }
  if (scope.isStrict) onlyFields(fields, OWN, name, scope)
  else checkPrinted(raw, scope)
  // An effective route whose next hop does not answer.
  if (isSame(textOf(fieldOf(fields, 'state')), 'Invalid')) return []
  const hop = hopOf(raw, scope, kit)
  const written = fieldOf(fields, 'addressPrefix')
  const values = written?.kind === 'list' && !scope.isStrict ? written.items : written ? [written] : []
  if (values.length === 0) scope.note(line, name, 'has no addressPrefix')
  return values.flatMap((value): Route[] => {
    const text = textOf(value) ?? ''
    if (TAG.test(text)) return [{ name, line, isOurs: hop.isOurs, to: { tag: text } }]
    const prefix = kit.prefixOrReason(text)
    if (typeof prefix === 'string' || (scope.isStrict && !text.includes('/'))) {
      const reason = typeof prefix === 'string' ? prefix : 'the /length is missing'
      scope.note(value.line, name, `leads what is no prefix and no service tag: ${reason}`)
      return []
    }
    if (hop.family && hop.family !== prefix.family)
      scope.note(value.line, name, 'leads to an appliance of the other address family; give the target that family')
    return [{ name, line, isOurs: hop.isOurs, to: prefix }]
  })
}

function checkPrinted({ name, fields }: RawRoute, scope: Scope): void {
  if (fields.kind !== 'object') return
  for (const [key, value] of fields.fields) {
    const usual = `${key.charAt(0).toLowerCase()}${key.slice(1)}`
    const isNull = value.kind === 'scalar' && value.value === null
    if (![...OWN, ...PRINTED].includes(usual) && !isNull)
      scope.note(value.line, name, `has the field "${key}", which is not understood`)
  }
}

interface Hop {
  readonly isOurs: boolean
  /** Of the address of an appliance. */
  readonly family: Prefix['family'] | undefined
}

function hopOf({ name, line, fields }: RawRoute, scope: Scope, kit: ReaderKit): Hop {
  const type = textOf(fieldOf(fields, 'nextHopType'))
  const address = addressOf(fields, scope)
  const known = scope.isStrict ? HOPS.includes(type ?? '') : [...HOPS, ...SYSTEM_HOPS].some((hop) => isSame(type, hop))
  if (!known) scope.note(line, name, `has the nextHopType ${type}, which is not understood`)
  const isAppliance = isSame(type, 'VirtualAppliance')
  const at = isAppliance ? kit.addressOf(address ?? '') : undefined
  if (isAppliance && !at) scope.note(line, name, 'has no address as the next hop')
  if (!isAppliance && address !== undefined && scope.isStrict)
    scope.note(line, name, 'has an address as the next hop, which only an appliance has')
  const own = String(scope.options.appliance)
  const asked = kit.addressOf(own)
  const isOurs =
    own === ''
      ? isSame(type, String(scope.options.nextHop))
      : at !== undefined && at.family === asked?.family && at.address === asked.address
  if (scope.isStrict && !isOurs) scope.note(line, name, `does not lead to ${own || scope.options.nextHop}`)
  return { isOurs, family: at?.family }
}

/** Effective routes have a list. */
function addressOf(fields: LocatedJson, { isStrict }: Scope): string | undefined {
  const written = fieldOf(fields, 'nextHopIpAddress')
  const text = written?.kind === 'list' && !isStrict ? textOf(itemsOf(written)[0]) : textOf(written)
  return text === '' ? undefined : text
}
