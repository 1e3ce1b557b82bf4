import type { LocatedJson } from 'tagwall/reader'
import type { Scope } from './scope.ts'
import { checkResource, onlyFields } from './template.ts'
import { fieldOf, isSame, itemsOf, textOf } from './values.ts'

/** A route as it is written. */
export interface RawRoute {
  readonly name: string
  readonly part: string
  readonly line: number
  /** Its `properties`, or where the form is flat, the route itself. */
  readonly fields: LocatedJson
}

/** The routes of one table. */
export interface RawTable {
  /** Undefined in a form that does not say. */
  readonly name: string | undefined
  readonly line: number
  readonly routes: readonly RawRoute[]
}

const TABLE = 'Microsoft.Network/routeTables'
const ROUTE = `${TABLE}/routes`
const DEPLOYMENT = 'Microsoft.Resources/deployments'
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/

/** The tables that a file holds, whatever form it has. */
export function tablesOf(root: LocatedJson, scope: Scope): RawTable[] {
  if (fieldOf(root, 'resources')) return tablesOfTemplate(root, scope)
  if (scope.isStrict) scope.note(root.line, 'the JSON', 'is no template')
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

const isTable = (value: LocatedJson) => fieldOf(fieldOf(value, 'properties') ?? value, 'routes')?.kind === 'list'
const isRoute = (value: LocatedJson) => fieldOf(fieldOf(value, 'properties') ?? value, 'nextHopType') !== undefined

function tableOf(value: LocatedJson, scope: Scope): RawTable {
  const fields = fieldOf(value, 'properties') ?? value
  const routes = fieldOf(fields, 'routes')
  if (fieldOf(fields, 'copy')) scope.note(value.line, 'the table', 'depends on a loop, which is not read')
  else if (routes?.kind !== 'list') scope.note(routes?.line ?? value.line, 'the table', 'has no list of routes')
  if (scope.isStrict) checkTable(fields, scope)
  return {
    name: textOf(fieldOf(value, 'name')),
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

function rawRoute(value: LocatedJson, scope: Scope, name = textOf(fieldOf(value, 'name'))): RawRoute {
  if (scope.isStrict) {
    if (!NAME.test(name ?? '')) scope.note(value.line, name ?? 'a route', 'is no name that a route can have')
    // A resource of its own is checked as one.
    if (!fieldOf(value, 'type')) onlyFields(value, ['name', 'properties'], `route ${name}`, scope)
  }
  return {
    name: name ?? '(no name)',
    part: scope.part,
    line: value.line,
    fields: fieldOf(value, 'properties') ?? value,
  }
}

function tablesOfTemplate(root: LocatedJson, scope: Scope): RawTable[] {
  const resources = fieldOf(root, 'resources')
  const tables: RawTable[] = []
  const alone: RawRoute[] = []
  for (const resource of itemsOf(resources)) {
    const type = textOf(fieldOf(resource, 'type'))
    const written = textOf(fieldOf(resource, 'name')) ?? ''
    if (isSame(type, TABLE) || isSame(type, ROUTE)) {
      checkCondition(resource, written, scope)
      if (scope.isStrict) checkResource(resource, isSame(type, TABLE), scope)
    }
    if (isSame(type, TABLE)) {
      tables.push(tableOf(resource, scope))
      for (const child of itemsOf(fieldOf(resource, 'resources')))
        if (isSame(textOf(fieldOf(child, 'type')), 'routes')) {
          checkCondition(child, textOf(fieldOf(child, 'name')) ?? '', scope)
          alone.push(rawRoute(child, scope))
        }
    } else if (isSame(type, ROUTE)) alone.push(rawRoute(resource, scope, routeName(written)))
    else if (isSame(type, DEPLOYMENT))
      scope.note(resource.line, written, 'is a template inside the template, which is not read')
    else if (scope.isStrict) scope.note(resource.line, type ?? written, 'is no route table and no route')
  }
  return withAlone(tables, alone, root)
}

/** Loops and conditions decide whether a resource is there at all. */
function checkCondition(resource: LocatedJson, name: string, scope: Scope): void {
  if (['condition', 'copy'].some((field) => fieldOf(resource, field)))
    scope.note(resource.line, name, 'depends on a condition or a loop, which is not read')
}

/** `TABLE/ROUTE`, or the same as an expression: `[concat(parameters('t'), '/ROUTE')]`. */
const routeName = (written: string) => /\/([^/']*)(?:'\)\])?$/.exec(written)?.[1] ?? written

/** An exported template has each route twice, in its table and as a resource of its own, which is deployed later. */
function withAlone(tables: readonly RawTable[], alone: readonly RawRoute[], root: LocatedJson): RawTable[] {
  if (alone.length === 0) return [...tables]
  const [first = { name: undefined, line: root.line, routes: [] }, ...others] = tables
  const names = new Set(alone.map(({ name }) => name.toLowerCase()))
  const kept = first.routes.filter(({ name }) => !names.has(name.toLowerCase()))
  return [{ ...first, routes: [...kept, ...alone] }, ...others]
}
