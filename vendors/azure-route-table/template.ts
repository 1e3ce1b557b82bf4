import type { LocatedJson } from 'tagwall/reader'
import { checkTemplate, checkVersion, defaultOf, fieldOf, isOfType, itemsOf, textIn } from '../_azure/arm.ts'
import { onlyFields, type Scope } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'

// The checks of a template in a proof, apart from its routes.

const TABLE_NAME = "[parameters('routeTableName')]"
const ROUTE_NAME = /^\[concat\(parameters\('routeTableName'\), '\/([A-Za-z0-9_.-]+)'\)\]$/
const WAITS =
  /^\[resourceId\('Microsoft\.Network\/routeTables\/routes', parameters\('routeTableName'\), '([\w.-]+)'\)\]$/

/** Notes differences from the templates that tagwall writes. */
export function checkTableTemplate(root: LocatedJson, scope: Scope): void {
  const { options, note } = scope
  const isWhole = options.form === 'template'
  checkTemplate(root, isWhole ? ['routeTableName', 'location'] : ['routeTableName'], scope)
  if (isWhole && !fieldOf(fieldOf(root, 'parameters'), 'location'))
    note(root.line, 'the parameters', 'have no location')
  const name = defaultOf(root, 'routeTableName')
  if (name !== options.tableName) note(root.line, name ?? 'the table', `is not the table ${options.tableName}`)
  checkOrder(root, scope)
}

/** Notes the fields of a resource that tagwall never writes, and missing ones. */
export function checkResource(resource: LocatedJson, _: string, __: LocatedJson, scope: Scope): void {
  const { options, note } = scope
  const name = textIn(resource, 'name') ?? ''
  const isTable = isOfType(resource, 'Microsoft.Network/routeTables')
  const own = isTable ? 'location' : 'dependsOn'
  onlyFields(resource, ['type', 'apiVersion', 'name', 'properties', own], name, scope)
  checkVersion(resource, name, scope)
  if (isTable !== (options.form === 'template'))
    note(resource.line, name, `does not belong into the form ${options.form}`)
  if (isTable ? name !== TABLE_NAME : !ROUTE_NAME.test(name))
    note(resource.line, name, "is not the table that the template's parameter names, or a route of it")
  if (isTable && textIn(resource, 'location') !== "[parameters('location')]")
    note(resource.line, name, 'has no location')
}

/** Routes of one table change one after the other, and a deployment fails when a resource waits for one outside the template. */
function checkOrder(root: LocatedJson, { note }: Scope): void {
  const resources = fieldOf(root, 'resources')
  if (resources?.kind !== 'list') note(root.line, 'the resources', 'are no list')
  let previous: string | undefined
  for (const resource of itemsOf(resources)) {
    const list = fieldOf(resource, 'dependsOn')
    const [first, ...others] = itemsOf(list)
    const waitsFor = WAITS.exec(kit.textOf(first) ?? '')?.[1]
    if (list?.kind === 'object' || others.length > 0 || waitsFor !== previous || (list && !first))
      note(resource.line, 'dependsOn', 'does not name the route before it')
    previous = ROUTE_NAME.exec(textIn(resource, 'name') ?? '')?.[1]
  }
}
