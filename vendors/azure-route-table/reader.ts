import type { Device, Item, LocatedJson, ReaderContext } from 'tagwall/reader'
import { checkTemplate, defaultOf, fieldOf, isOfType, itemsOf, propertiesOf, textIn } from '../_azure/arm.ts'
import { type CollectionKind, collectionDevice } from '../_azure/collections.ts'
import { routedAddresses } from '../_azure/route.ts'
import { onlyFields, type Raw, type Scope, unknownFields } from '../_azure/scope.ts'
import { bindKit, kit } from '../_kit/kit.ts'

/** Every JSON that holds the routes of one table: a template, a table or effective routes as the service prints them, a list. */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  return collectionDevice(TABLES, context)
}

const OWN = ['addressPrefix', 'nextHopType', 'nextHopIpAddress']
/** Fields that the service adds to a printed route; none of them affects where the route leads. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup', 'hasBgpOverride'],
  // Of effective routes.
  ...['source', 'state', 'disableBgpRoutePropagation'],
]

/** Route tables, which hold routes. */
const TABLES: CollectionKind = {
  type: 'Microsoft.Network/routeTables',
  name: 'table',
  item: 'route',
  fields: ['routes'],
  isMissing: 'holds no routes: neither a table, nor a template, nor a list of routes',
  isOther: 'is neither a route table nor a route',
  isItem: (value) => fieldOf(propertiesOf(value), 'nextHopType') !== undefined,
  checkFile: (root, _, scope) => checkTableTemplate(root, scope),
  checkFields: (fields, scope) => {
    if (!fieldOf(fields, 'routes') && !fieldOf(fields, 'copy'))
      scope.note(fields.line, 'the table', 'has no list of routes')
    if (!scope.isStrict) return
    onlyFields(fields, ['disableBgpRoutePropagation', 'routes'], 'the table', scope)
    const bgp = fieldOf(fields, 'disableBgpRoutePropagation')
    if (bgp?.kind !== 'scalar' || bgp.value !== scope.options.disableBgp)
      scope.note(fields.line, 'the table', `does not have disableBgpRoutePropagation ${scope.options.disableBgp}`)
  },
  readingOf: (routes, scope) => {
    for (const route of routes) checkRoute(route, scope)
    return { rules: [], lists: routes.length > 0 ? [{ part: scope.part, ...routedAddresses(routes, scope) }] : [] }
  },
  itemsOf: (routes) =>
    routes.map(({ name, fields }): Item => ({ kind: 'object', name, fields: kit.fieldsByPath(fields) })),
}

/** Notes the unknown fields of a route. */
function checkRoute({ name, fields }: Raw, scope: Scope): void {
  if (scope.isStrict) onlyFields(fields, OWN, name, scope)
  else
    for (const { key, value } of unknownFields(fields, new Set([...OWN, ...PRINTED]), scope))
      scope.note(value.line, name, `has the field "${key}", which is not understood`)
}

// The checks of a template in a proof, apart from its routes.

const TABLE_NAME = "[parameters('routeTableName')]"
const ROUTE_NAME = /^\[concat\(parameters\('routeTableName'\), '\/([A-Za-z0-9_.-]+)'\)\]$/

/** Notes differences from the templates that tagwall writes. */
function checkTableTemplate(root: LocatedJson, scope: Scope): void {
  const { options, note } = scope
  const isWhole = options.form === 'template'
  checkTemplate(root, isWhole ? ['routeTableName', 'location'] : ['routeTableName'], scope)
  const table = defaultOf(root, 'routeTableName')
  if (table !== options.tableName) note(root.line, table ?? 'the table', `is not the table ${options.tableName}`)
  for (const resource of itemsOf(fieldOf(root, 'resources'))) {
    const name = textIn(resource, 'name') ?? ''
    const isTable = isOfType(resource, TABLES.type)
    if (isTable !== isWhole) note(resource.line, name, `does not belong into the form ${options.form}`)
    if (isTable ? name !== TABLE_NAME : !ROUTE_NAME.test(name))
      note(resource.line, name, "is not the table that the template's parameter names, or a route of it")
  }
}
