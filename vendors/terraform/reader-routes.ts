import type { AddressList } from 'tagwall/reader'
import { routedAddresses } from '../_azure/route.ts'
import type { Raw, Scope } from '../_azure/scope.ts'
import { checkFields, scopeIn, show } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import { checkResource, fieldOf, itemsIn, ofOne, type Resource, textIn } from './reader-resources.ts'

export const TABLE = 'azurerm_route_table'
export const ROUTE = 'azurerm_route'

const TABLE_FIELDS = ['name', 'resource_group_name', 'location', 'bgp_route_propagation_enabled', 'route']
const ROUTE_FIELDS = ['name', 'address_prefix', 'next_hop_type', 'next_hop_in_ip_address']

/** The addresses that one table routes to the next hop of the options; no list without a table. */
export function routeLists(resources: readonly Resource[], scope: Scope): AddressList[] {
  const tables = resources.filter(({ type }) => type === TABLE || type === ROUTE)
  const own = ofOne(tables, tableOf, ['routeTable', 'route table'], scope)
  const [first] = own
  if (!first) return []
  if (scope.isStrict) checkTable(first, own.length, scope)
  const routes = itemsIn(own, TABLE, 'route')
  for (const route of routes) checkRoute(route, scope)
  return [{ part: first.part, ...routedAddresses(routes, scope) }]
}

/** The names of the route tables of a file. */
export const tablesOf = (resources: readonly Resource[]): string[] => [
  ...new Set(resources.filter(({ type }) => type === TABLE || type === ROUTE).map(tableOf)),
]

/** A configuration may name a table by a reference to its resource. */
function tableOf({ type, values, label }: Resource): string {
  const name = kit.textOf(fieldOf(values, type === TABLE ? 'name' : 'route_table_name')) ?? label
  return /^\$\{azurerm_route_table\.([\w-]+)\.name\}$/.exec(name)?.[1] ?? name
}

function checkTable(resource: Resource, count: number, scope: Scope): void {
  const { options, note } = scope
  const { label } = resource
  const values = {
    name: options.tableName,
    resource_group_name: options.resourceGroup,
    location: options.location,
    bgp_route_propagation_enabled: options.bgpPropagation,
  }
  checkResource(resource, { wanted: TABLE_FIELDS }, values, scope)
  if (count > 1) note(resource, label, 'is not the only table')
  if (label !== options.tableName) note(resource, label, `is not ${options.tableName}`)
}

function checkRoute({ name, fields, part, line }: Raw, outer: Scope): void {
  const scope = scopeIn(outer, part)
  checkFields(fields, { wanted: ROUTE_FIELDS, mayBeNull: true }, name, scope)
  if (!scope.isStrict) return
  // The name derives from the prefix, so other routes do not change it.
  const own = (textIn(fields, 'address_prefix') ?? '').replaceAll('/', '_').replaceAll(':', '-')
  const wanted = `${scope.options.routePrefix}${own}`
  if (name !== wanted) scope.note(line, name, `has another name than ${wanted}`)
  const address = kit.fieldOf(fields, 'next_hop_in_ip_address')
  if (address && !kit.textOf(address)) scope.note(line, name, `has ${show(address)} as the address of the next hop`)
}
