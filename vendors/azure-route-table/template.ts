import type { LocatedJson, ReaderKit } from 'tagwall/reader'
import type { Scope } from './scope.ts'
import { fieldOf, itemsOf, textOf } from './values.ts'

// What a proof asks of a template, beside its routes.

const TABLE_NAME = "[parameters('routeTableName')]"
const ROUTE_NAME = /^\[concat\(parameters\('routeTableName'\), '\/([A-Za-z0-9_.-]+)'\)\]$/
const WAITS =
  /^\[resourceId\('Microsoft\.Network\/routeTables\/routes', parameters\('routeTableName'\), '([\w.-]+)'\)\]$/

/** Notes what is not as tagwall writes it. */
export function checkTemplate(root: LocatedJson, scope: Scope, kit: ReaderKit): void {
  const isWhole = scope.options.form === 'template'
  const parameters = fieldOf(root, 'parameters')
  const own = isWhole ? ['routeTableName', 'location'] : ['routeTableName']
  for (const { line, text, reason } of kit.templateFaults(root, own)) scope.note(line, text, reason)
  if (isWhole && !fieldOf(parameters, 'location')) scope.note(root.line, 'the parameters', 'have no location')
  const name = textOf(fieldOf(fieldOf(parameters, 'routeTableName'), 'defaultValue'))
  if (name !== scope.options.tableName)
    scope.note(root.line, name ?? 'the table', `is not the table ${scope.options.tableName}`)
  checkOrder(root, scope)
}

/** Notes what a resource has that tagwall does not write, or lacks. */
export function checkResource(resource: LocatedJson, isTable: boolean, scope: Scope): void {
  const name = textOf(fieldOf(resource, 'name')) ?? ''
  const own = isTable ? ['location'] : ['dependsOn']
  onlyFields(resource, ['type', 'apiVersion', 'name', 'properties', ...own], name, scope)
  const version = textOf(fieldOf(resource, 'apiVersion'))
  if (version !== scope.options.apiVersion)
    scope.note(resource.line, name, `has the apiVersion ${version}, not ${scope.options.apiVersion}`)
  if (isTable !== (scope.options.form === 'template'))
    scope.note(resource.line, name, `does not belong into the form ${scope.options.form}`)
  if (isTable ? name !== TABLE_NAME : !ROUTE_NAME.test(name))
    scope.note(resource.line, name, "is not the table that the template's parameter names, or a route of it")
  if (isTable && textOf(fieldOf(resource, 'location')) !== "[parameters('location')]")
    scope.note(resource.line, name, 'has no location')
}

/** Routes of one table change one after the other, and a deployment fails when a resource waits for one that is not in it. */
function checkOrder(root: LocatedJson, scope: Scope): void {
  const resources = itemsOf(fieldOf(root, 'resources'))
  if (fieldOf(root, 'resources')?.kind !== 'list') scope.note(root.line, 'the resources', 'are no list')
  let previous: string | undefined
  for (const resource of resources) {
    const list = fieldOf(resource, 'dependsOn')
    const [first, ...others] = itemsOf(list)
    const waitsFor = WAITS.exec(textOf(first) ?? '')?.[1]
    if (list?.kind === 'object' || others.length > 0 || waitsFor !== previous || (list && !first))
      scope.note(resource.line, 'dependsOn', 'does not name the route before it')
    previous = ROUTE_NAME.exec(textOf(fieldOf(resource, 'name')) ?? '')?.[1]
  }
}

/** Notes the fields of an object that are not allowed. */
export function onlyFields(
  object: LocatedJson | undefined,
  allowed: readonly string[],
  what: string,
  scope: Scope,
): void {
  if (object?.kind !== 'object') {
    if (object) scope.note(object.line, what, 'is not an object')
    return
  }
  for (const [key, { line }] of object.fields)
    if (!allowed.includes(key)) scope.note(line, what, `has the field "${key}", which is not understood`)
}
