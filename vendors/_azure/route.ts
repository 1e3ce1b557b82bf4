import type { AddressList, Place, Prefix, PrefixSet } from 'tagwall/reader'
import { repeated, show } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import { type Raw, type Scope, TAG } from './scope.ts'

/** The prefix or tag of a route, and whether its next hop is that of the options. */
interface Route extends Place {
  readonly name: string
  readonly isOurs: boolean
  readonly to: Prefix | { readonly tag: string }
}

/** The name of a route that has none. */
export const NAMELESS = '(no name)'

const HOPS = ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None']
/** Next hops that only effective routes have. */
const SYSTEM_HOPS = ['VirtualNetworkServiceEndpoint', 'VNetPeering', 'VNetGlobalPeering', 'InterfaceEndpoint']
/** The shortest prefixes that a tag may have: a shorter route to another next hop never wins over the tag. */
const SHORTEST = { ipv4: 8, ipv6: 16 }

/**
 * The addresses and tags that routes send to the next hop of the options: the longest prefix wins. The file lacks the prefixes of a tag, so a route
 * to another next hop that may be longer is a note for its own addresses.
 */
export function routedAddresses(raws: readonly Raw[], scope: Scope): Omit<AddressList, 'part'> {
  const routes = raws.flatMap((raw) => readRoute(raw, scope))
  refuseTwice(raws, routes, scope)
  const tags = routes.flatMap(({ isOurs, to }) => (isOurs && 'tag' in to ? [to.tag] : []))
  for (const route of routes.filter(({ isOurs }) => !isOurs)) {
    const { to } = route
    if ('tag' in to) noteElsewhere(route, { addresses: kit.empty, tags: [to.tag] }, scope)
    else if (tags.length > 0 && to.length >= SHORTEST[to.family])
      noteElsewhere(route, { addresses: kit.setOf([to]), tags: [] }, scope)
  }
  const prefixes = routes.flatMap(({ isOurs, to }) => ('tag' in to ? [] : [{ range: kit.rangeOf(to), isOut: !isOurs }]))
  return { addresses: kit.byNarrowest(prefixes), tags }
}

function noteElsewhere(route: Route, remote: { addresses: PrefixSet; tags: string[] }, { note }: Scope): void {
  const about = [{ direction: 'outbound', protocol: 'any', ports: kit.everyPort, remote } as const]
  note(route, route.name, 'leads to another next hop, and may be the longer prefix', { about })
}

function refuseTwice(raws: readonly Raw[], routes: readonly Route[], { note, spelling }: Scope): void {
  const keyOf = ({ to }: Route) =>
    'tag' in to ? to.tag.toLowerCase() : `${kit.rangeOf(to).first}/${to.length} ${to.family}`
  for (const [route, { name }] of repeated(routes, keyOf))
    if (name !== route.name)
      note(route, route.name, `has the same ${spelling.nameOf('addressPrefix')} as ${name}, which the service refuses`)
  for (const [raw] of repeated(raws, ({ name }) => (name === NAMELESS ? undefined : name.toLowerCase())))
    note(raw, raw.name, 'has the name of another route, which the service refuses')
}

/** The routes of one entry: an effective route has several prefixes. An unknown entry becomes a note. */
function readRoute(raw: Raw, scope: Scope): Route[] {
  const { name, fields, part } = raw
  const { spelling, isStrict, note } = scope
  if (fields.kind !== 'object') {
    note(raw, name, 'is not an object')
    return []
  }
  // An effective route whose next hop does not answer.
  if (kit.isSame(kit.textOf(spelling.fieldOf(fields, 'state')), 'Invalid')) return []
  const { isOurs, family } = hopOf(raw, scope)
  const field = spelling.nameOf('addressPrefix')
  const written = spelling.fieldOf(fields, 'addressPrefix')
  const values = written?.kind === 'list' && !isStrict ? written.items : written ? [written] : []
  if (values.length === 0) note(raw, name, `has no ${field}`)
  return values.flatMap((value): Route[] => {
    const text = kit.textOf(value) ?? ''
    const at = { part, line: value.line }
    const route = { name, isOurs, part, line: raw.line }
    if (TAG.test(text)) return [{ ...route, to: { tag: text } }]
    const prefix = isStrict && !text.includes('/') ? 'the /length is missing' : kit.prefixOrReason(text)
    if (typeof prefix === 'string') {
      note(at, name, `has no prefix or service tag as ${field}: ${prefix}`)
      return []
    }
    if (family && family !== prefix.family)
      note(at, name, 'leads to an appliance of the other address family; give the target that family')
    return [{ ...route, to: prefix }]
  })
}

/** Compares the next hop of a route with that of the options; `family` is that of an appliance's address. */
function hopOf(raw: Raw, scope: Scope): { isOurs: boolean; family: Prefix['family'] | undefined } {
  const { spelling, options, isStrict, note } = scope
  const { name, fields } = raw
  const written = spelling.fieldOf(fields, 'nextHopType')
  const type = kit.textOf(written)
  const hops = isStrict ? HOPS : [...HOPS, ...SYSTEM_HOPS]
  if (!hops.some((hop) => (isStrict ? hop === type : kit.isSame(hop, type))))
    note(raw, name, `has the ${spelling.nameOf('nextHopType')} ${show(written)}, which is not understood`)
  const isAppliance = kit.isSame(type, 'VirtualAppliance')
  const address = spelling.fieldOf(fields, 'nextHopIpAddress')
  // Effective routes have a list.
  const text = kit.textOf(address?.kind === 'list' && !isStrict ? address.items[0] : address)
  const at = isAppliance ? kit.addressOf(text ?? '') : undefined
  if (isAppliance && !at) note(raw, name, 'has no address as the next hop')
  if (!isAppliance && (isStrict ? address : address?.kind === 'scalar' && text))
    note(raw, name, 'has an address as the next hop, which only an appliance has')
  const own = String(options.appliance)
  const asked = kit.addressOf(own)
  const isOurs =
    own === ''
      ? kit.isSame(type, String(options.nextHop))
      : at !== undefined && at.family === asked?.family && at.address === asked.address
  if (isStrict && !isOurs) note(raw, name, `does not lead to ${own || options.nextHop}`)
  return { isOurs, family: at?.family }
}
