import type { LocatedJson, Place } from 'tagwall/reader'
import { NAMELESS } from '../_azure/route.ts'
import type { Raw, Scope, Spelling } from '../_azure/scope.ts'
import { checkFields, scopeIn } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'

/** A field with a value; undefined for null and for an empty text or list, which Terraform prints for unset fields. */
export function fieldOf(object: LocatedJson | undefined, name: string): LocatedJson | undefined {
  const value = kit.fieldOf(object, name)
  const isEmpty = value?.kind === 'list' ? value.items.length === 0 : value?.kind === 'scalar' && value.value === ''
  return isEmpty ? undefined : value
}

/** The text of a field. */
export const textIn = (object: LocatedJson | undefined, name: string) => kit.textOf(kit.fieldOf(object, name))

/** The provider's names of fields: `source_port_range` for `sourcePortRange`. */
export const TERRAFORM: Spelling = {
  nameOf,
  fieldOf: (object, field) => fieldOf(object, nameOf(field)),
}

function nameOf(field: string): string {
  const named = field
    .replace(/SecurityGroups$/, 'SecurityGroupIds')
    .replace(/^nextHopIpAddress$/, 'nextHopInIpAddress')
    .replace(/^ipProtocols$/, 'protocols')
  return named.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** In a proof: notes the fields that the templates do not write, and those that differ from the values of the options. */
export function checkResource(
  resource: Resource,
  fields: Parameters<typeof checkFields>[1],
  wanted: Readonly<Record<string, unknown>>,
  scope: Scope,
): void {
  const { values, label, part, line } = resource
  checkFields(values, fields, label, scopeIn(scope, part))
  for (const [field, value] of Object.entries(wanted)) {
    const found = kit.fieldOf(values, field)
    if (found?.kind !== 'scalar' || found.value !== value)
      scope.note({ part, line: found?.line ?? line }, label, `has another ${field} than ${value}`)
  }
}

/** The blocks of one name, which are an object or a list of objects. */
export function blocksIn(object: LocatedJson | undefined, name: string): readonly LocatedJson[] {
  const blocks = fieldOf(object, name)
  return blocks?.kind === 'list' ? blocks.items : blocks ? [blocks] : []
}

/**
 * The items of one collection: those that are resources of their own, and those in the blocks of a resource of `type`. There the provider also prints
 * the former, as they were before the change.
 */
export function itemsIn(resources: readonly Resource[], type: string, block: string): Raw[] {
  const alone = resources
    .filter((one) => one.type !== type)
    .map(({ values, label, part, line }): Raw => {
      return { name: kit.textOf(fieldOf(values, 'name')) ?? label, part, line, fields: values }
    })
  const names = new Set(alone.map(({ name }) => name.toLowerCase()))
  const within = resources
    .filter((one) => one.type === type)
    .flatMap(({ values, part }) =>
      blocksIn(values, block).map((fields): Raw => {
        return { name: textIn(fields, 'name') ?? NAMELESS, part, line: fields.line, fields }
      }),
    )
  return [...alone, ...within.filter(({ name }) => !names.has(name.toLowerCase()))]
}

const OF_MAP = /^\$\{([A-Za-z_][\w.-]*)\["([\w.-]+)"\]\}$/

/** The name of a local object by the map of the options that leads to its ID: `${local.groups["nodes"]}`. */
export function keyOfMap(text: string, { options }: Scope): string | undefined {
  const [, map, key] = OF_MAP.exec(text) ?? []
  return map === options.localGroups ? key : undefined
}

/** The types of resources that are read. */
const READ =
  /^azurerm_(?:network_security_(?:rule|group)|ip_group(?:_cidr)?|firewall_policy(?:_rule_collection_group)?|route(?:_table)?)$/
/** Collections of a classic firewall. */
export const CLASSIC = /^azurerm_firewall_(?:network|application|nat)_rule_collection$/
/** Rules that come before those of security groups. */
const ADMIN_RULE = 'azurerm_network_manager_admin_rule'
/** Any resource of Azure in a form of its own, which is not read. */
const ANY_RESOURCE = /^azapi_(?:resource|update_resource|resource_action|data_plane_resource)$/
/** Deployments of templates, which are not read. */
const TEMPLATE = /^azurerm_(?:(?:resource_group|subscription|management_group|tenant)_)?template_deployment$/

/** True for the types that are read or reported. All others of a state are ignored. */
const isKnown = (type: string) =>
  type === ADMIN_RULE || [READ, CLASSIC, ANY_RESOURCE, TEMPLATE].some((known) => known.test(type))

/** A resource of a configuration, a state or a plan. */
export interface Resource extends Place {
  readonly type: string
  /** Its name in Terraform. */
  readonly label: string
  readonly values: LocatedJson
  /** Written by people, so a text may hold an expression; a state and a plan hold values. */
  readonly isConfiguration: boolean
}

/** The resources of a file in any form of Terraform; undefined for other files. */
export function resourcesOf(root: LocatedJson, scope: Scope): Resource[] | undefined {
  const shown = fieldOf(root, 'planned_values') ?? fieldOf(root, 'values')
  const wanted = (resources: readonly Resource[]) =>
    scope.isStrict ? [...resources] : resources.filter(({ type }) => isKnown(type))
  if (shown && kit.fieldOf(root, 'format_version')) {
    const errored = kit.fieldOf(root, 'errored')
    if (errored?.kind === 'scalar' && errored.value === true)
      scope.note(root.line, 'the plan', 'ended with an error, so it may lack resources')
    return wanted(moduleResources(fieldOf(shown, 'root_module'), scope))
  }
  const listed = fieldOf(root, 'resources')
  if (listed?.kind === 'list' && kit.fieldOf(root, 'terraform_version')) return wanted(stateResources(listed, scope))
  const configured = fieldOf(root, 'resource')
  const modules = fieldOf(root, 'module')
  if (configured && modules && !scope.isStrict)
    scope.note(modules.line, 'module', 'has resources that are not read; audit the JSON of a plan')
  return configured && wanted(configuredResources(configured, scope))
}

/** `terraform show -json`: the resources of a module and of those within it. */
function moduleResources(module: LocatedJson | undefined, scope: Scope): Resource[] {
  const own = managedIn(kit.fieldOf(module, 'resources')).flatMap((item) => {
    const type = textIn(item, 'type') ?? ''
    const label = textIn(item, 'address') ?? textIn(item, 'name') ?? type
    return resourceOf(type, label, item, 'values', scope)
  })
  const within = kit.itemsOf(kit.fieldOf(module, 'child_modules'))
  return [...own, ...within.flatMap((child) => moduleResources(child, scope))]
}

/** Data sources show resources that others manage; Terraform neither creates nor removes them. */
const managedIn = (list: LocatedJson | undefined) => kit.itemsOf(list).filter((item) => textIn(item, 'mode') !== 'data')

/** A state file, version 4. */
function stateResources(list: LocatedJson, scope: Scope): Resource[] {
  return managedIn(list).flatMap((item) => {
    const type = textIn(item, 'type') ?? ''
    const label = textIn(item, 'name') ?? type
    return kit
      .itemsOf(kit.fieldOf(item, 'instances'))
      .flatMap((one) => resourceOf(type, label, one, 'attributes', scope))
  })
}

function resourceOf(type: string, label: string, item: LocatedJson, field: string, { part, note }: Scope): Resource[] {
  const [values, { line }] = [kit.fieldOf(item, field), item]
  if (values?.kind === 'object') return [{ part, line, type, label, values, isConfiguration: false }]
  if (isKnown(type)) note(line, label, 'has no values')
  return []
}

/** A configuration in JSON. */
function configuredResources(types: LocatedJson, scope: Scope): Resource[] {
  const resources: Resource[] = []
  for (const [type, labels] of fieldsOf(types, 'resource', scope))
    for (const [label, body] of fieldsOf(labels, type, scope))
      for (const values of blocksOf(body, label, scope)) {
        const resource = { part: scope.part, line: values.line, type, label, values, isConfiguration: true }
        if (isKnown(type)) checkBody(resource, scope)
        resources.push(resource)
      }
  return resources
}

const fieldsOf = (value: LocatedJson, name: string, scope: Scope) =>
  blocksOf(value, name, scope).flatMap(({ fields }) => [...fields])

/** A block may be an object, or a list of objects. */
function blocksOf(value: LocatedJson, name: string, { isStrict, note }: Scope) {
  if (isStrict && value.kind !== 'object') note(value.line, name, 'is not an object')
  const items = value.kind === 'list' ? value.items : [value]
  return items.flatMap((item) => {
    if (item.kind === 'object') return [item]
    if (!isStrict) note(item.line, name, 'holds an entry other than an object')
    return []
  })
}

/** Notes the blocks and meta-arguments that are not read: they multiply or change a resource. */
function checkBody({ label, values }: Resource, { note }: Scope): void {
  for (const field of ['count', 'for_each', 'dynamic', 'provisioner']) {
    const value = fieldOf(values, field)
    if (value) note(value.line, label, `has a ${field}, which is not read`)
  }
}

/** The Azure types that decide about the traffic of each kind of resources. */
const NETWORK: Readonly<Record<string, string>> = {
  nsg: 'networkSecurityGroups|networkManagers',
  firewall: 'azureFirewalls|firewallPolicies|ipGroups',
  'ip-groups': 'ipGroups',
  'route-table': 'routeTables',
}
const EVERY_KIND = Object.values(NETWORK).join('|')
const DEPLOYMENT = /Microsoft\.Resources\/(?:deployments|deploymentStacks|templateSpecs)/i

/** Notes the resources that may hold rules of such a kind (without one, of any kind) in an unread form. */
export function noteForeign(resources: readonly Resource[], kind: string | undefined, { note }: Scope): void {
  const types = new RegExp(`Microsoft\\.Network/(?:${NETWORK[kind ?? ''] ?? EVERY_KIND})(?![A-Za-z])`, 'i')
  const isAbout = (text: string | undefined) =>
    text === undefined || text.includes('${') || types.test(text) || DEPLOYMENT.test(text)
  for (const resource of resources) {
    const { type, label, values } = resource
    if (type === ADMIN_RULE)
      note(resource, label, 'is a security admin rule, which comes before security groups and is not read')
    if (CLASSIC.test(type) && (kind ?? 'firewall') === 'firewall')
      note(resource, label, 'is a collection of a classic firewall, which is not read')
    const azure = textIn(values, 'type')
    if (ANY_RESOURCE.test(type) && isAbout(azure))
      note(resource, label, `is of the type ${azure ?? '(unknown)'} by azapi, which is not read`)
    const template = kit.textOf(fieldOf(values, 'template_content') ?? fieldOf(values, 'template_body'))
    if (TEMPLATE.test(type) && isAbout(template)) note(resource, label, 'deploys a template, which is not read')
  }
}

/** The name at the end of an ID, or a name as it is. */
export const nameIn = (id: string) => id.split('/').at(-1) as string

/** The resources of one policy or table, by its ID or name: the one that is asked for, or else that of the first. Those of others become notes. */
export function ofOne(
  resources: readonly Resource[],
  idOf: (resource: Resource) => string,
  [key, what]: readonly [narrow: string, what: string],
  { narrow, note }: Scope,
): readonly Resource[] {
  const asked = narrow[key]
  const all = resources.filter((one) => asked === undefined || kit.isSame(nameIn(idOf(one)), asked))
  const own = all.filter((one) => kit.isSame(idOf(one), idOf(all[0] as Resource)))
  for (const one of all)
    if (!own.includes(one)) note(one, one.label, `is of another ${what}; ask for one with --narrow ${key}=NAME`)
  return own
}
