import type { LocatedJson, Place } from 'tagwall/reader'
import type { RuleForm, RuleReader } from '../_azure/rule-reader.ts'
import { type Raw, type Scope, show } from '../_azure/scope.ts'
import { kit } from '../_kit/kit.ts'
import type { Resource } from './reader-resources.ts'
import { blocksIn, checkFields, checkValues, fieldOf, keyOfMap, textIn } from './reader-scope.ts'

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
export interface Group extends Place {
  readonly name: string
  readonly rules: Raw[]
}

/** The security groups of the resources, each with its rules. */
export function groupsOf(resources: readonly Resource[], scope: Scope): Group[] {
  const groups = new Map<string, Group>()
  for (const resource of resources.filter(({ type }) => type === ADMIN_RULE))
    scope.note(resource, resource.label, 'is a security admin rule, which comes before security groups and is not read')
  const nameIn = namesBy(resources)
  const groupAt = ({ values, part, line }: Resource, name: string) => {
    const key = `${nameIn(fieldOf(values, 'resource_group_name'))}/${name}`.toLowerCase()
    const group = groups.get(key) ?? { name, part, line, rules: [] }
    groups.set(key, group)
    return group
  }
  for (const resource of resources.filter(({ type }) => type === RULE)) {
    const { values, part, line, label } = resource
    if (scope.isStrict) checkRule(resource, scope)
    const group = groupAt(resource, nameIn(fieldOf(values, 'network_security_group_name')))
    group.rules.push({ name: kit.textOf(fieldOf(values, 'name')) ?? label, part, line, fields: values })
  }
  // The provider also prints the rules of separate resources inside the group, as they were before the change.
  for (const resource of resources.filter(({ type }) => type === GROUP)) {
    const group = groupAt(resource, nameIn(fieldOf(resource.values, 'name')))
    const own = new Set(group.rules.map(({ name }) => name.toLowerCase()))
    for (const fields of blocksIn(resource.values, 'security_rule')) {
      const name = textIn(fields, 'name') ?? '(no name)'
      if (!own.has(name.toLowerCase())) group.rules.push({ name, part: resource.part, line: fields.line, fields })
    }
  }
  return [...groups.values()]
}

function checkRule(resource: Resource, scope: Scope): void {
  const { values, label } = resource
  const { nsgName, resourceGroup } = scope.options
  checkFields(values, FIELDS, resource, label, scope)
  const wanted = { name: label, network_security_group_name: nsgName, resource_group_name: resourceGroup }
  checkValues(values, wanted, resource, label, scope)
}

/** A configuration may name a group by a reference to its resource. */
function namesBy(resources: readonly Resource[]): (value: LocatedJson | undefined) => string {
  const names = new Map(
    resources
      .filter(({ type, isConfiguration }) => type === GROUP && isConfiguration)
      .map(({ label, values }) => [`\${${GROUP}.${label}.name}`, textIn(values, 'name')]),
  )
  return (value) => {
    const text = kit.textOf(value) ?? ''
    return names.get(text) ?? text
  }
}

/**
 * The group to read: the one that `narrow` or the options name, or else the first; the others become notes. A variable, the default of the option,
 * names no group. Each group has separate priorities.
 */
export function chosenGroup(groups: readonly Group[], { narrow, options, note, isStrict }: Scope): Group | undefined {
  const isNamed = (wanted: unknown) => (group: Group) => kit.isSame(group.name, String(wanted))
  const asked = narrow.nsg === undefined ? groups : groups.filter(isNamed(narrow.nsg))
  const own = isStrict ? [] : asked.filter(isNamed(options.nsgName))
  const isChosen = own.length > 0 && !String(options.nsgName).startsWith('${var.')
  const [first, ...others] = isChosen ? own : [...own, ...asked.filter((group) => !own.includes(group))]
  for (const other of others)
    note(other, other.name, `is another security group than ${first?.name}; ask for one with --narrow nsg=NAME`)
  return first
}

/** Fields that say nothing about traffic. */
const BESIDE = ['id', 'timeouts', 'name', 'description', 'resource_group_name', 'network_security_group_name']
/** Meta-arguments that neither multiply nor change a resource. */
const META = ['//', 'depends_on', 'lifecycle', 'provider']

const ID = /^\/.*\/applicationSecurityGroups\/([^/]+)$/i
const OF_RESOURCE = /^\$\{azurerm_application_security_group\.([\w-]+)\.id\}$/

/** Security rules as the provider has them. */
export const formOf = (isStrict: boolean): RuleForm => ({
  isBeside: (field) => BESIDE.includes(field) || (!isStrict && META.includes(field)),
  groupNames,
})

/** By the ID of an application security group, or by an expression that leads to it. */
function groupNames(list: LocatedJson, { scope, refuse }: RuleReader): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const text = kit.textOf(item) ?? ''
    const ofMap = keyOfMap(text, scope)
    const name = scope.isStrict ? ofMap : (ID.exec(text)?.[1] ?? ofMap ?? OF_RESOURCE.exec(text)?.[1])
    if (!name) refuse(item.line, `has ${show(item)} where the ID of an application security group is expected`)
    return name ?? []
  })
}
