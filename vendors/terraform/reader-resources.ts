import type { LocatedJson } from 'tagwall/reader'
import { FIREWALL_TYPES, fieldOf, type Scope, type Where } from './reader-scope.ts'

/** A resource of a configuration, a state or a plan. */
export interface Resource extends Where {
  readonly type: string
  /** Its name in Terraform. */
  readonly label: string
  readonly values: LocatedJson
  /** Written by people, so that a text may hold an expression; a state and a plan hold values. */
  readonly isConfiguration: boolean
}

/** The resources that matter here. Everything else of a state is about something else. */
const TYPES = new Set([
  'azurerm_network_security_rule',
  'azurerm_network_security_group',
  'azurerm_ip_group',
  'azurerm_ip_group_cidr',
  ...FIREWALL_TYPES,
  'azurerm_route_table',
  'azurerm_route',
  'azurerm_network_manager_admin_rule',
])
const DEEPEST = 50

/** What a file holds, whatever form it has; undefined where it is none of Terraform's that has resources. */
export function resourcesOf(root: LocatedJson, part: string, scope: Scope): Resource[] | undefined {
  const { kit } = scope
  const shown = fieldOf(root, 'planned_values') ?? fieldOf(root, 'values')
  const wanted = (resources: readonly Resource[]) =>
    scope.isStrict ? [...resources] : resources.filter(({ type }) => TYPES.has(type))
  if (shown && kit.fieldOf(root, 'format_version')) {
    if (kit.fieldOf(root, 'errored')?.kind === 'scalar' && isTrue(kit.fieldOf(root, 'errored')))
      scope.note({ part, line: root.line }, 'the plan', 'ended with an error, so that it may lack resources')
    return wanted(moduleResources(fieldOf(shown, 'root_module'), part, scope))
  }
  const listed = fieldOf(root, 'resources')
  if (listed?.kind === 'list' && kit.fieldOf(root, 'terraform_version'))
    return wanted(stateResources(listed, part, scope))
  const configured = fieldOf(root, 'resource')
  return configured && wanted(configuredResources(configured, part, scope))
}

const isTrue = (value: LocatedJson | undefined) => value?.kind === 'scalar' && value.value === true

/** `terraform show -json`: the resources of a module and of those within it. */
function moduleResources(module: LocatedJson | undefined, part: string, scope: Scope, depth = 0): Resource[] {
  const { kit } = scope
  if (depth > DEEPEST) {
    scope.note({ part, line: module?.line ?? 1 }, 'a module', `lies deeper than ${DEEPEST} levels`)
    return []
  }
  const own = kit.itemsOf(kit.fieldOf(module, 'resources')).flatMap((item) => {
    const type = kit.textOf(kit.fieldOf(item, 'type')) ?? ''
    const label = kit.textOf(kit.fieldOf(item, 'address')) ?? kit.textOf(kit.fieldOf(item, 'name')) ?? type
    return resourceOf(type, label, kit.fieldOf(item, 'values'), { part, line: item.line }, scope)
  })
  const within = kit.itemsOf(kit.fieldOf(module, 'child_modules'))
  return [...own, ...within.flatMap((child) => moduleResources(child, part, scope, depth + 1))]
}

/** A state file, version 4. */
function stateResources(list: LocatedJson, part: string, scope: Scope): Resource[] {
  const { kit } = scope
  return kit.itemsOf(list).flatMap((item) => {
    const type = kit.textOf(kit.fieldOf(item, 'type')) ?? ''
    const label = kit.textOf(kit.fieldOf(item, 'name')) ?? type
    return kit
      .itemsOf(kit.fieldOf(item, 'instances'))
      .flatMap((instance) =>
        resourceOf(type, label, kit.fieldOf(instance, 'attributes'), { part, line: instance.line }, scope),
      )
  })
}

function resourceOf(
  type: string,
  label: string,
  values: LocatedJson | undefined,
  where: Where,
  { note }: Scope,
): Resource[] {
  if (values?.kind === 'object') return [{ ...where, type, label, values, isConfiguration: false }]
  if (TYPES.has(type)) note(where, label, 'has no values')
  return []
}

/** A configuration in JSON. A block may be an object, or a list of objects. */
function configuredResources(types: LocatedJson, part: string, scope: Scope): Resource[] {
  const blocks = (value: LocatedJson, name: string) => blocksOf(value, { part, line: value.line }, name, scope)
  return blocks(types, 'resource').flatMap((block) =>
    [...block.fields].flatMap(([type, labels]) =>
      blocks(labels, type).flatMap((named) =>
        [...named.fields].flatMap(([label, body]) =>
          blocks(body, label).map((values): Resource => {
            const resource = { part, line: values.line, type, label, values, isConfiguration: true }
            if (TYPES.has(type)) checkBody(resource, scope)
            return resource
          }),
        ),
      ),
    ),
  )
}

type Block = LocatedJson & { readonly kind: 'object' }

function blocksOf(value: LocatedJson, where: Where, name: string, { isStrict, note }: Scope): Block[] {
  if (isStrict && value.kind !== 'object') note(where, name, 'is not an object')
  const items = value.kind === 'list' ? value.items : [value]
  return items.flatMap((item) => {
    if (item.kind === 'object') return [item]
    if (!isStrict) note({ ...where, line: item.line }, name, 'holds something that is not an object')
    return []
  })
}

/** What makes a resource more, fewer or other than it says. */
function checkBody({ part, label, values }: Resource, { note }: Scope): void {
  for (const field of ['count', 'for_each', 'dynamic', 'provisioner']) {
    const value = fieldOf(values, field)
    if (value) note({ part, line: value.line }, label, `has a ${field}, which is not read`)
  }
}
