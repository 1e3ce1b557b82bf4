import type { AddressFamily, AddressList } from 'tagwall/reader'
import { ledBy, type Route } from './reader-lead.ts'
import type { Resource } from './reader-resources.ts'
import { checkFields, fieldOf, type Scope, show, type Where } from './reader-scope.ts'

export const TABLE = 'azurerm_route_table'
export const ROUTE = 'azurerm_route'

const TABLE_FIELDS = ['name', 'resource_group_name', 'location', 'bgp_route_propagation_enabled', 'route']
const ROUTE_FIELDS = ['name', 'address_prefix', 'next_hop_type', 'next_hop_in_ip_address']
const HOPS = ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None']
const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** What the routes of one table lead to the next hop of the options; no list where there is no table. */
export function routeLists(resources: readonly Resource[], scope: Scope): AddressList[] {
  const tables = resources.filter(({ type }) => type === TABLE || type === ROUTE)
  const { narrow, note } = scope
  const asked = narrow.routeTable
  const isAsked = (resource: Resource) => asked === undefined || isSame(tableOf(resource, scope), asked)
  const [first, ...others] = tables.filter(isAsked)
  if (!first) return []
  const name = tableOf(first, scope)
  const own = [first, ...others].filter((resource) => isSame(tableOf(resource, scope), name))
  for (const resource of others)
    if (!own.includes(resource))
      note(resource, resource.label, 'is of another route table; ask for one with --narrow routeTable=NAME')
  if (scope.isStrict) checkTable(first, own.length, scope)
  // The provider prints every route of a table in the table too.
  const alone = own.filter(({ type }) => type === ROUTE).flatMap((resource) => routesOf(resource, scope))
  const names = new Set(alone.map((route) => route.name.toLowerCase()))
  const inTable = own.filter(({ type }) => type === TABLE).flatMap((resource) => routesOf(resource, scope))
  const routes = [...inTable.filter((route) => !names.has(route.name.toLowerCase())), ...alone]
  return [{ part: first.part, ...ledBy(routes, scope) }]
}

/** The names of the route tables of a file. */
export const tablesOf = (resources: readonly Resource[], scope: Scope): string[] => [
  ...new Set(resources.filter(({ type }) => type === TABLE || type === ROUTE).map((one) => tableOf(one, scope))),
]

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/** A configuration may name a table by a reference to its resource. */
function tableOf({ type, values, label }: Resource, { kit }: Scope): string {
  const name = kit.textOf(fieldOf(values, type === TABLE ? 'name' : 'route_table_name')) ?? label
  return /^\$\{azurerm_route_table\.([\w-]+)\.name\}$/.exec(name)?.[1] ?? name
}

function checkTable(resource: Resource, count: number, scope: Scope): void {
  const { kit, options, note } = scope
  const { values, label } = resource
  checkFields(values, { wanted: TABLE_FIELDS }, resource, label, scope)
  if (count > 1) note(resource, label, 'is not the only table')
  const expected = {
    name: options.tableName,
    resource_group_name: options.resourceGroup,
    location: options.location,
  }
  for (const [field, wanted] of Object.entries(expected)) {
    const value = kit.fieldOf(values, field)
    if (kit.textOf(value) !== wanted) note(resource, label, `has another ${field} than ${wanted}`)
  }
  const bgp = kit.fieldOf(values, 'bgp_route_propagation_enabled')
  if (bgp?.kind !== 'scalar' || bgp.value !== options.bgpPropagation)
    note(resource, label, `has another bgp_route_propagation_enabled than ${options.bgpPropagation}`)
  if (label !== options.tableName) note(resource, label, `is not ${options.tableName}`)
}

function routesOf(resource: Resource, scope: Scope): Route[] {
  const { values, part, type } = resource
  const list = type === ROUTE ? values : fieldOf(values, 'route')
  const items = list?.kind === 'list' ? list.items : list ? [list] : []
  return items.flatMap((item): Route[] => {
    const where = { part, line: item.line }
    const name = scope.kit.textOf(scope.kit.fieldOf(item, 'name')) ?? '(no name)'
    checkFields(item, { wanted: ROUTE_FIELDS }, where, name, scope)
    const { isOurs, family } = hopOf(item, where, name, scope)
    const written = fieldOf(item, 'address_prefix')
    const text = scope.kit.textOf(written) ?? ''
    checkName(name, text, where, scope)
    const route = { name, isOurs, part, line: item.line }
    if (TAG.test(text)) return [{ ...route, to: { tag: text } }]
    const prefix = scope.isStrict && !text.includes('/') ? 'is not a CIDR' : scope.kit.prefixOrReason(text)
    if (typeof prefix !== 'string') {
      if (family && family !== prefix.family)
        scope.note(where, name, 'leads to an appliance of the other address family; give the target that family')
      return [{ ...route, to: prefix }]
    }
    scope.note(where, name, `leads ${show(written)}, which is no prefix and no service tag`)
    return []
  })
}

/** When proving: the name is made of the prefix, so that it stays when other routes come and go. */
function checkName(name: string, text: string, where: Where, { isStrict, options, note }: Scope): void {
  const wanted = `${options.routePrefix}${text.replaceAll('/', '_').replaceAll(':', '-')}`
  if (isStrict && name !== wanted) note(where, name, `has another name than ${wanted}`)
}

/** Whether a route leads to the next hop of the options, and the family of an appliance. */
function hopOf(
  item: Resource['values'],
  where: Where,
  name: string,
  scope: Scope,
): { readonly isOurs: boolean; readonly family: AddressFamily | undefined } {
  const { kit, options, note, isStrict } = scope
  const written = fieldOf(item, 'next_hop_type')
  const type = kit.textOf(written) ?? ''
  const address = (isStrict ? kit.fieldOf : fieldOf)(item, 'next_hop_in_ip_address')
  const isNull = address?.kind === 'scalar' && address.value === null
  const text = isNull ? undefined : kit.textOf(address)
  if (address && !isNull && !text) note(where, name, `has ${show(address)} as the address of the next hop`)
  const isKnown = HOPS.some((hop) => (isStrict ? hop === type : isSame(hop, type)))
  if (!isKnown) note(where, name, `has the next_hop_type ${show(written)}, which is not understood`)
  const isAppliance = isSame(type, 'VirtualAppliance')
  const at = isAppliance ? kit.addressOf(text ?? '') : undefined
  if (isAppliance && !at) note(where, name, 'has no address as the next hop')
  if (!isAppliance && text !== undefined)
    note(where, name, 'has an address as the next hop, which only an appliance has')
  const own = String(options.appliance)
  const asked = kit.addressOf(own)
  const isOurs =
    own === ''
      ? isSame(type, String(options.nextHop))
      : at !== undefined && at.family === asked?.family && at.address === asked.address
  if (isStrict && !isOurs) note(where, name, `does not lead to ${own || options.nextHop}`)
  return { isOurs, family: at?.family }
}
