import type { LocatedJson } from 'tagwall/reader'
import type { RawRule } from './reader-fields.ts'
import type { Resource } from './reader-resources.ts'
import { checkFields, fieldOf, type Scope } from './reader-scope.ts'

const RULE = 'azurerm_network_security_rule'
const GROUP = 'azurerm_network_security_group'
const ADMIN_RULE = 'azurerm_network_manager_admin_rule'
const FIELDS = {
  wanted: [
    ...['name', 'description', 'resource_group_name', 'network_security_group_name', 'priority', 'direction', 'access'],
    ...['protocol', 'source_port_range'],
  ],
  optional: [
    ...['destination_port_range', 'destination_port_ranges'],
    ...['source', 'destination'].flatMap((end) =>
      ['address_prefix', 'address_prefixes', 'application_security_group_ids'].map((field) => `${end}_${field}`),
    ),
  ],
}

/** The rules of one network security group. */
export interface Group {
  readonly name: string
  readonly part: string
  readonly line: number
  readonly rules: RawRule[]
}

/** The security groups that resources are about, each with its rules, each rule once. */
export function groupsOf(resources: readonly Resource[], scope: Scope): Group[] {
  const groups = new Map<string, Group>()
  for (const resource of resources.filter(({ type }) => type === ADMIN_RULE))
    scope.note(resource, resource.label, 'is a security admin rule, which comes before security groups and is not read')
  const nameIn = namesBy(resources, scope)
  const groupAt = ({ values, part, line }: Resource, name: string) => {
    const key = `${nameIn(fieldOf(values, 'resource_group_name'))}/${name}`.toLowerCase()
    const group = groups.get(key) ?? { name, part, line, rules: [] }
    groups.set(key, group)
    return group
  }
  for (const resource of resources.filter(({ type }) => type === RULE)) {
    const { values, line, label } = resource
    if (scope.isStrict) checkRule(resource, scope)
    const group = groupAt(resource, nameIn(fieldOf(values, 'network_security_group_name')))
    const rule = { ...resource, name: scope.kit.textOf(fieldOf(values, 'name')) ?? label, line }
    if (group.rules.some(({ name }) => isSame(name, rule.name)))
      scope.note(resource, rule.name, `is the name of another rule of ${group.name}, which the service refuses`)
    group.rules.push(rule)
  }
  // The provider prints every rule of a group in the group too, as it read them before it changed them.
  for (const resource of resources.filter(({ type }) => type === GROUP)) {
    const group = groupAt(resource, nameIn(fieldOf(resource.values, 'name')))
    const own = new Set(group.rules.map(({ name }) => name.toLowerCase()))
    for (const rule of inlineRules(resource, scope)) if (!own.has(rule.name.toLowerCase())) group.rules.push(rule)
  }
  return [...groups.values()]
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

function checkRule(resource: Resource, scope: Scope): void {
  const { values, label, line } = resource
  const { kit, options, note } = scope
  checkFields(values, FIELDS, resource, label, scope)
  const expected = {
    name: label,
    network_security_group_name: options.nsgName,
    resource_group_name: options.resourceGroup,
  }
  for (const [field, text] of Object.entries(expected)) {
    const value = kit.fieldOf(values, field)
    if (kit.textOf(value) !== text)
      note({ ...resource, line: value?.line ?? line }, label, `has another ${field} than ${text}`)
  }
}

/** A configuration may name a group by a reference to its resource. */
function namesBy(resources: readonly Resource[], { kit }: Scope): (value: LocatedJson | undefined) => string {
  const names = new Map(
    resources
      .filter(({ type, isConfiguration }) => type === GROUP && isConfiguration)
      .map(({ label, values }) => [`\${${GROUP}.${label}.name}`, kit.textOf(kit.fieldOf(values, 'name'))]),
  )
  return (value) => {
    const text = kit.textOf(value) ?? ''
    return names.get(text) ?? text
  }
}

/** The blocks `security_rule` of a group. */
function inlineRules({ values, part, isConfiguration }: Resource, { kit }: Scope): RawRule[] {
  const blocks = fieldOf(values, 'security_rule')
  return (blocks?.kind === 'list' ? blocks.items : blocks ? [blocks] : []).map((block) => {
    const name = kit.textOf(kit.fieldOf(block, 'name')) ?? '(no name)'
    return { name, part, line: block.line, values: block, isConfiguration }
  })
}

/** The group to read: the one that is asked for, the only one, or the option's. Each has priorities of its own. */
export function chosenGroup(groups: readonly Group[], { narrow, options, note, isStrict }: Scope): Group | undefined {
  const { nsg } = narrow
  const asked = nsg === undefined ? groups : groups.filter(({ name }) => isSame(name, nsg))
  const own = asked.length > 1 && !isStrict ? asked.filter(({ name }) => isSame(name, String(options.nsgName))) : asked
  const [first, ...others] = own.length > 0 ? own : asked
  for (const other of others)
    note(other, other.name, `is another security group than ${first?.name}; ask for one with --narrow nsg=NAME`)
  return first
}
