import type { LocatedJson } from 'tagwall/reader'
import { checkCondition, DEPLOYMENT, fieldOf, isOfType, itemsOf, propertiesOf, rawItem, textIn } from '../_azure/arm.ts'
import { NAMELESS } from '../_azure/route.ts'
import { onlyFields, type Raw, type Scope, unknownFields } from '../_azure/scope.ts'
import { checkResource } from './template.ts'

/** The routes of one table. */
export interface RawTable {
  /** Undefined in a form without a name. */
  readonly name: string | undefined
  readonly line: number
  readonly routes: readonly Raw[]
}

const TABLE = 'Microsoft.Network/routeTables'
const ROUTE = `${TABLE}/routes`
const OWN = ['addressPrefix', 'nextHopType', 'nextHopIpAddress']
/** Fields that the service adds to a printed route; none of them affects where the route leads. */
const PRINTED = [
  ...['name', 'id', 'etag', 'type', 'kind', 'provisioningState', 'resourceGroup', 'hasBgpOverride'],
  // Of effective routes.
  ...['source', 'state', 'disableBgpRoutePropagation'],
]

/** The tables that a file holds, whatever form it has. */
export function tablesOf(root: LocatedJson, scope: Scope): RawTable[] {
  if (fieldOf(root, 'resources')) return tablesOfTemplate(root, scope)
  if (scope.isStrict) scope.note(root.line, 'the JSON', 'is not a template')
  const listed = fieldOf(root, 'value')
  if (listed?.kind === 'list') return tablesOf(listed, scope)
  if (isTable(root)) return [tableOf(root, scope)]
  if (root.kind === 'list' && root.items.length > 0 && root.items.every(isTable))
    return root.items.map((item) => tableOf(item, scope))
  if (root.kind === 'list' && root.items.every(isRoute))
    return [{ name: undefined, line: root.line, routes: root.items.map((item) => rawRoute(item, scope)) }]
  scope.note(root.line, 'the JSON', 'holds no routes: neither a table, nor a template, nor a list of routes')
  return []
}

const isTable = (value: LocatedJson) => fieldOf(propertiesOf(value), 'routes')?.kind === 'list'
const isRoute = (value: LocatedJson) => fieldOf(propertiesOf(value), 'nextHopType') !== undefined

function tableOf(value: LocatedJson, scope: Scope): RawTable {
  const fields = propertiesOf(value)
  const routes = fieldOf(fields, 'routes')
  if (routes?.kind !== 'list' && !fieldOf(fields, 'copy'))
    scope.note(routes?.line ?? value.line, 'the table', 'has no list of routes')
  if (scope.isStrict) checkTable(fields, scope)
  return {
    name: textIn(value, 'name'),
    line: value.line,
    routes: (routes?.kind === 'list' ? routes.items : []).map((item) => rawRoute(item, scope)),
  }
}

function checkTable(fields: LocatedJson, scope: Scope): void {
  onlyFields(fields, ['disableBgpRoutePropagation', 'routes'], 'the table', scope)
  const bgp = fieldOf(fields, 'disableBgpRoutePropagation')
  if (bgp?.kind !== 'scalar' || bgp.value !== scope.options.disableBgp)
    scope.note(fields.line, 'the table', `does not have disableBgpRoutePropagation ${scope.options.disableBgp}`)
}

const rawRoute = (value: LocatedJson, scope: Scope) => rawItem(value, 'route', scope, textIn(value, 'name') ?? NAMELESS)

/** Notes the unknown fields of a route. */
export function checkRoute({ name, fields }: Raw, scope: Scope): void {
  if (scope.isStrict) onlyFields(fields, OWN, name, scope)
  else
    for (const { key, value } of unknownFields(fields, (one) => [...OWN, ...PRINTED].includes(one), scope))
      scope.note(value.line, name, `has the field "${key}", which is not understood`)
}

function tablesOfTemplate(root: LocatedJson, scope: Scope): RawTable[] {
  const tables: RawTable[] = []
  const alone: Raw[] = []
  for (const resource of itemsOf(fieldOf(root, 'resources'))) {
    const written = textIn(resource, 'name') ?? ''
    const isOfTable = isOfType(resource, TABLE)
    if (isOfTable || isOfType(resource, ROUTE)) {
      checkCondition(resource, written, scope)
      if (scope.isStrict) checkResource(resource, isOfTable, scope)
    }
    if (isOfTable) {
      tables.push(tableOf(resource, scope))
      for (const child of itemsOf(fieldOf(resource, 'resources')).filter((one) => isOfType(one, 'routes'))) {
        checkCondition(child, textIn(child, 'name') ?? '', scope)
        alone.push(rawRoute(child, scope))
      }
    } else if (isOfType(resource, ROUTE)) alone.push(rawItem(resource, 'route', scope, routeName(written)))
    else if (isOfType(resource, DEPLOYMENT))
      scope.note(resource.line, written, 'is a template inside the template, which is not read')
    else if (scope.isStrict)
      scope.note(resource.line, textIn(resource, 'type') ?? written, 'is neither a route table nor a route')
  }
  return withAlone(tables, alone, root)
}

/** `TABLE/ROUTE`, or the same as an expression: `[concat(parameters('t'), '/ROUTE')]`. */
const routeName = (written: string) => /\/([^/']*)(?:'\)\])?$/.exec(written)?.[1] ?? written

/** An exported template has each route twice, in its table and as a separate resource, which is deployed later. */
function withAlone(tables: readonly RawTable[], alone: readonly Raw[], root: LocatedJson): RawTable[] {
  if (alone.length === 0) return [...tables]
  const [first = { name: undefined, line: root.line, routes: [] }, ...others] = tables
  const names = new Set(alone.map(({ name }) => name.toLowerCase()))
  const kept = first.routes.filter(({ name }) => !names.has(name.toLowerCase()))
  return [{ ...first, routes: [...kept, ...alone] }, ...others]
}
