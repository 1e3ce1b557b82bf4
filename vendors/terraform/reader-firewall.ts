import type { AddressList, Direction, FoundRule, LocatedJson, Place } from 'tagwall/reader'
import {
  type FindGroup,
  type FirewallForm,
  groupAddresses,
  networkRules,
  objectsOf,
  type IpGroup as PlainGroup,
  priorityOf,
  type Side,
} from '../_azure/firewall-rule.ts'
import { ACTIONS, type Scope } from '../_azure/scope.ts'
import { checkFields, repeated, scopeIn, wordIn } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import { blocksIn, checkResource, fieldOf, keyOfMap, nameIn, ofOne, type Resource, textIn } from './reader-resources.ts'

export const IP_GROUP = 'azurerm_ip_group'
const MEMBER = 'azurerm_ip_group_cidr'
const IP_GROUP_FIELDS = ['name', 'resource_group_name', 'location', 'cidrs']

/** An IP group, and how others refer to it. */
export interface IpGroup extends PlainGroup, Place {
  readonly label: string
  readonly id: string | undefined
}

/** The IP groups of a file, with the addresses that other resources add to them. */
function ipGroupsOf(resources: readonly Resource[], scope: Scope): IpGroup[] {
  const { note, isStrict, options } = scope
  const members = resources.filter(({ type }) => type === MEMBER)
  const ownerOf = ({ values }: Resource) => kit.textOf(fieldOf(values, 'ip_group_id'))
  const groups = resources
    .filter(({ type }) => type === IP_GROUP)
    .map((resource): IpGroup => {
      const { values, label, part, line } = resource
      if (isStrict) {
        const wanted = { name: `${options.namePrefix}${label}`, resource_group_name: options.resourceGroup }
        checkResource(resource, { wanted: IP_GROUP_FIELDS }, { ...wanted, location: options.location }, scope)
      }
      const name = kit.textOf(fieldOf(values, 'name')) ?? label
      const id = kit.textOf(fieldOf(values, 'id'))
      const refuse = (line: number, reason: string) => note({ part, line }, name, reason)
      const own = members.filter((member) => refersTo(ownerOf(member), { id, label }))
      const at = { ...scopeIn(scope, part), refuse }
      const addresses = kit.union([
        groupAddresses(values, 'cidrs', at),
        ...own.map((member) => groupAddresses(listOf(member), 'cidr', at)),
      ])
      if (addresses.isEmpty)
        note(resource, name, 'has no addresses, and the firewall then skips the rules that name it')
      return { label, name, id, addresses, part, line }
    })
  for (const member of members) {
    if (!groups.some((group) => refersTo(ownerOf(member), group)))
      note(member, member.label, 'adds an address to an IP group outside the file')
    // A plan lacks what only the change will tell.
    if (!fieldOf(member.values, 'cidr')) note(member, member.label, 'adds an address that the file lacks')
  }
  return groups
}

/** The one address of a member as a list. */
function listOf({ values }: Resource): LocatedJson {
  const cidr = fieldOf(values, 'cidr')
  const { line } = values
  return { kind: 'object', line, fields: new Map([['cidr', { kind: 'list', line, items: cidr ? [cidr] : [] }]]) }
}

/** True if a text is the ID of a group, or an expression for it. */
export const refersTo = (text: string | undefined, { id, label }: Pick<IpGroup, 'id' | 'label'>): boolean =>
  kit.isSame(text, id) || text === `\${${IP_GROUP}.${label}.id}`

/** The groups as lists. An audit looks at those that the option's names begin, if there are any. */
export function ipGroupLists(resources: readonly Resource[], scope: Scope): AddressList[] {
  const { options, isStrict, note } = scope
  const groups = ipGroupsOf(resources, scope)
  const prefix = String(options.namePrefix)
  const own = groups.filter(({ name }) => name.startsWith(prefix))
  const read = isStrict || own.length === 0 ? groups : own
  for (const group of groups)
    if (!read.includes(group))
      note(group, group.name, `is an IP group whose name does not begin with ${prefix}`, { isHarmless: true })
  const setOf = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name)
  return read.map(({ label, name, part, addresses }) => ({ part, name: isStrict ? label : setOf(name), addresses }))
}

export const COLLECTION_GROUP = 'azurerm_firewall_policy_rule_collection_group'
const POLICY = 'azurerm_firewall_policy'

const COLLECTION_GROUP_FIELDS = ['name', 'firewall_policy_id', 'priority', 'network_rule_collection']
const UNREAD = {
  nat_rule_collection: 'translates addresses, which is not read',
  application_rule_collection: 'has application rules, which allow by name and are not read',
}

/** The network rules of the collection groups of one policy, in the order in which they are tried. */
export function firewallRules(resources: readonly Resource[], scope: Scope): FoundRule[] {
  const { note, isStrict } = scope
  for (const { part, type, label, values } of resources) {
    const base = type === POLICY ? fieldOf(values, 'base_policy_id') : undefined
    if (base) note({ part, line: base.line }, label, 'has a base policy, whose rules come first and are not identified')
  }
  const all = resources.filter(({ type }) => type === COLLECTION_GROUP)
  const groups = ofOne(all, policyOf, ['firewallPolicy', 'policy'], scope)
  const form = formOf(ipGroupsOf(resources, scope), scope)
  const rules = groups.flatMap((group) => rulesOfGroup(group, form, scopeIn(scope, group.part)))
  const [first] = resources
  if (isStrict && first && groups.length !== 1) note(first, 'the file', 'does not have one group of rule collections')
  // Two collections of one group with one priority have no order.
  for (const [{ place, collection }, first] of repeated(rules, ({ group, priority }) => `${group} ${priority}`))
    if (collection !== first.collection)
      note(place, collection, `has the priority of the collection ${first.collection}`)
  return rules
    .sort((a, b) => a.group - b.group || a.priority - b.priority)
    .map(({ group: _, priority: __, collection: ___, ...rule }) => rule)
}

const policyOf = ({ values }: Resource) => kit.textOf(fieldOf(values, 'firewall_policy_id')) ?? ''

/** The names of the policies that collection groups belong to, if the file has them. */
export function policiesOf(resources: readonly Resource[]): string[] {
  const ids = resources.filter(({ type }) => type === COLLECTION_GROUP).map(policyOf)
  return [...new Set(ids.filter(Boolean).map(nameIn))]
}

/** Each rule with the keys of its order: the priority of its group, then that of its collection. */
function rulesOfGroup(resource: Resource, form: FirewallForm, scope: Scope) {
  const { values, label, line } = resource
  if (scope.isStrict) checkGroup(resource, scope)
  for (const [field, reason] of Object.entries(UNREAD)) {
    const value = fieldOf(values, field)
    if (value) scope.note(value.line, label, reason)
  }
  const group = priorityOf(values, line, label, scope)
  return blocksIn(values, 'network_rule_collection').flatMap((collection) => {
    const name = textIn(collection, 'name') ?? '(no name)'
    const priority = priorityOf(collection, collection.line, name, scope)
    const rules = rulesOfCollection(collection, name, form, scope)
    return group && priority ? rules.map((rule) => ({ ...rule, group, priority, collection: name })) : []
  })
}

function rulesOfCollection(collection: LocatedJson, name: string, form: FirewallForm, scope: Scope) {
  const { isStrict, note } = scope
  const { line } = collection
  checkFields(collection, { wanted: ['name', 'priority', 'action', 'rule'] }, name, scope)
  if (!isStrict && fieldOf(collection, 'dynamic')) note(line, name, 'has a dynamic, which is not read')
  const action = wordIn(collection, 'action', ACTIONS, name, scope)
  const blocks = blocksIn(collection, 'rule')
  if (isStrict && blocks.length !== 1) note(line, name, 'does not have exactly one rule')
  if (isStrict && blocks.some((rule) => textIn(rule, 'name') !== name)) note(line, name, 'has a rule of another name')
  return action ? blocks.flatMap((rule) => networkRules(rule, action, form, scope)) : []
}

function checkGroup(resource: Resource, scope: Scope): void {
  const { options, note } = scope
  const { label } = resource
  const { firewallPolicyId, collectionGroupPriority } = options
  const values = { name: label, firewall_policy_id: firewallPolicyId, priority: collectionGroupPriority }
  checkResource(resource, { wanted: COLLECTION_GROUP_FIELDS }, values, scope)
  if (label !== options.collectionGroup) note(resource, label, `is not ${options.collectionGroup}`)
}

function formOf(ipGroups: readonly IpGroup[], scope: Scope): FirewallForm {
  return {
    fields: ['name', 'description'],
    findGroup: groupFinder(ipGroups, scope),
    directionsOf,
    near: ['*'],
    own: kit.setOfTexts(scope.options.localNetworks as string[]) ?? kit.empty,
  }
}

const ID = /^\/.*\/ipGroups\/([^/]+)$/i

/** A group of the file, or a local object outside it. */
function groupFinder(ipGroups: readonly IpGroup[], scope: Scope): FindGroup {
  return (item) => {
    const text = kit.textOf(item) ?? ''
    const group = ipGroups.find((one) => refersTo(text, one))
    const name = group?.name ?? keyOfMap(text, scope) ?? (scope.isStrict ? undefined : ID.exec(text)?.[1])
    return name === undefined ? undefined : { name, group }
  }
}

/** In a proof, the local side is the side without a group or tag of tagwall. Tags are destinations only. */
function directionsOf([source, destination]: readonly [Side, Side], scope: Scope): readonly Direction[] {
  if (!scope.isStrict) return []
  if (scope.options.mode === 'tags') return ['outbound']
  const isOurs = (side: Side) => side.tags.length > 0 || (side.groups.length > 0 && objectsOf(side, scope).length === 0)
  if (isOurs(source) === isOurs(destination)) return []
  return isOurs(destination) ? ['outbound'] : ['inbound']
}
