import type { FoundRule, LocatedJson, Place } from 'tagwall/reader'
import type { Scope } from '../_azure/scope.ts'
import { type RuleReader, securityRules } from '../_azure/security-rule.ts'
import { show } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import { checkResource, fieldOf, itemsIn, keyOfMap, type Resource, textIn } from './reader-resources.ts'

export const RULE = 'azurerm_network_security_rule'
export const GROUP = 'azurerm_network_security_group'
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

/** One network security group, and the resources that hold its rules. */
interface Group extends Place {
  readonly name: string
  readonly resources: Resource[]
}

/** The security groups of the resources. */
export function groupsOf(resources: readonly Resource[]): Group[] {
  const groups = new Map<string, Group>()
  const nameIn = namesBy(resources)
  for (const type of [RULE, GROUP])
    for (const resource of resources.filter((one) => one.type === type)) {
      const { values, part, line } = resource
      const name = nameIn(fieldOf(values, type === RULE ? 'network_security_group_name' : 'name'))
      const key = `${nameIn(fieldOf(values, 'resource_group_name'))}/${name}`.toLowerCase()
      const group = groups.get(key) ?? { name, part, line, resources: [] }
      groups.set(key, group)
      group.resources.push(resource)
    }
  return [...groups.values()]
}

/** The rules of the group to read. */
export function groupRules(resources: readonly Resource[], scope: Scope): FoundRule[] {
  if (scope.isStrict) for (const resource of resources) if (resource.type === RULE) checkRule(resource, scope)
  const group = chosenGroup(groupsOf(resources), scope)
  const form = { beside: scope.isStrict ? BESIDE : [...BESIDE, ...META], groupNames }
  return group ? securityRules(form)(itemsIn(group.resources, GROUP, 'security_rule'), scope) : []
}

function checkRule(resource: Resource, scope: Scope): void {
  const { nsgName, resourceGroup } = scope.options
  const values = { name: resource.label, network_security_group_name: nsgName, resource_group_name: resourceGroup }
  checkResource(resource, FIELDS, values, scope)
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
function chosenGroup(groups: readonly Group[], { narrow, options, note, isStrict }: Scope): Group | undefined {
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
