import type { Action, LocatedJson } from 'tagwall/reader'
import { type FirewallRule, firewallRules } from './reader-firewall-rule.ts'
import type { IpGroup } from './reader-ip-groups.ts'
import type { Resource } from './reader-resources.ts'
import { checkFields, FIREWALL_TYPES, fieldOf, type Ordered, type Scope, show, type Where } from './reader-scope.ts'

const [COLLECTION_GROUP, CLASSIC, POLICY] = FIREWALL_TYPES

const WANTED = ['name', 'firewall_policy_id', 'priority', 'network_rule_collection']
const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }

/** A rule, and what orders it: the priority of its group, then that of its collection. */
type Placed = FirewallRule & { readonly group: number; readonly priority: number }

/** The network rules of the collection groups of one policy, in the order in which they are tried. */
export function networkRules(resources: readonly Resource[], ipGroups: readonly IpGroup[], scope: Scope): Ordered[] {
  const { note } = scope
  for (const resource of resources) {
    if (resource.type === CLASSIC)
      note(resource, resource.label, 'is a collection of a classic firewall, which is not read')
    const base = resource.type === POLICY ? fieldOf(resource.values, 'base_policy_id') : undefined
    if (base)
      note(
        { ...resource, line: base.line },
        resource.label,
        'has a base policy, whose rules come first and are not told apart',
      )
  }
  const groups = chosenGroups(
    resources.filter(({ type }) => type === COLLECTION_GROUP),
    scope,
  )
  const rules = groups.flatMap((group) => rulesOfGroup(group, ipGroups, scope))
  const [first] = resources
  if (scope.isStrict && first && groups.length !== 1)
    note(first, 'the file', 'has other than one group of rule collections')
  refuseTwice(rules, scope)
  return [...rules]
    .sort((a, b) => a.group - b.group || a.priority - b.priority)
    .map(({ group: _, collection: __, ...rule }) => rule)
}

/** Two collections of one group with one priority have no order. */
function refuseTwice(rules: readonly Placed[], { note }: Scope): void {
  const taken = new Map<string, string>()
  for (const { group, priority, collection, place } of rules) {
    const key = `${group} ${priority}`
    const other = taken.get(key) ?? collection
    if (other !== collection) note(place, collection, `has the priority of the collection ${other}`)
    taken.set(key, other)
  }
}

/** The names of the policies that collection groups belong to, where the file says them. */
export function policiesOf(resources: readonly Resource[], { kit }: Scope): string[] {
  const ids = resources
    .filter(({ type }) => type === COLLECTION_GROUP)
    .map(({ values }) => fieldOf(values, 'firewall_policy_id'))
  return [...new Set(ids.flatMap((id) => kit.textOf(id)?.split('/').at(-1) ?? []))]
}

/** Those of one policy: the one that is asked for, or the only one. */
function chosenGroups(groups: readonly Resource[], { kit, narrow, note }: Scope): readonly Resource[] {
  const policyOf = ({ values }: Resource) => kit.textOf(fieldOf(values, 'firewall_policy_id')) ?? ''
  const asked = narrow.firewallPolicy
  const isAsked = (group: Resource) =>
    asked === undefined || policyOf(group).split('/').at(-1)?.toLowerCase() === asked.toLowerCase()
  const [first, ...others] = groups.filter(isAsked)
  const policy = first && policyOf(first).toLowerCase()
  return [first, ...others].flatMap((group) => {
    if (!group) return []
    if (policyOf(group).toLowerCase() === policy) return [group]
    note(group, group.label, 'is of another policy; ask for one with --narrow firewallPolicy=NAME')
    return []
  })
}

function rulesOfGroup(resource: Resource, ipGroups: readonly IpGroup[], scope: Scope): Placed[] {
  const { values, label } = resource
  const { isStrict, note, kit } = scope
  if (isStrict) checkGroup(resource, scope)
  for (const [field, reason] of [
    ['nat_rule_collection', 'translates addresses, which is not read'],
    ['application_rule_collection', 'has application rules, which allow by name and are not read'],
  ] as const) {
    const value = fieldOf(values, field)
    if (value) note({ ...resource, line: value.line }, label, reason)
  }
  const group = numberOf(fieldOf(values, 'priority'), resource, label, scope)
  const list = fieldOf(values, 'network_rule_collection')
  const collections = list?.kind === 'list' ? list.items : list ? [list] : []
  return collections.flatMap((collection) => {
    const where = { part: resource.part, line: collection.line }
    const name = kit.textOf(kit.fieldOf(collection, 'name')) ?? '(no name)'
    checkFields(collection, { wanted: ['name', 'priority', 'action', 'rule'] }, where, name, scope)
    if (!isStrict && fieldOf(collection, 'dynamic')) note(where, name, 'has a dynamic, which is not read')
    const priority = numberOf(kit.fieldOf(collection, 'priority'), where, name, scope)
    const written = kit.fieldOf(collection, 'action')
    const action = Object.hasOwn(ACTIONS, kit.textOf(written) ?? '') ? ACTIONS[kit.textOf(written) ?? ''] : undefined
    if (!action) note(where, name, `has the action ${show(written)}, which is not Allow or Deny`)
    const rules = kit.fieldOf(collection, 'rule')
    const blocks = rules?.kind === 'list' ? rules.items : rules ? [rules] : []
    if (isStrict && blocks.length !== 1) note(where, name, 'has other than one rule')
    const names = blocks.map((rule) => kit.textOf(kit.fieldOf(rule, 'name')))
    if (isStrict && names.some((own) => own !== name)) note(where, name, 'has a rule of another name')
    if (!action || group === undefined || priority === undefined) return []
    return blocks
      .flatMap((rule) => firewallRules(rule, { collection: name, action, part: resource.part, ipGroups }, scope))
      .map((rule) => ({ ...rule, group, priority }))
  })
}

function numberOf(
  value: LocatedJson | undefined,
  where: Where,
  name: string,
  { kit, note }: Scope,
): number | undefined {
  const number = kit.numberOf(value)
  if (number !== undefined && Number.isInteger(number) && number >= 100 && number <= 65000) return number
  note(where, name, `has the priority ${show(value)}, not one from 100 to 65000`)
  return undefined
}

function checkGroup(resource: Resource, scope: Scope): void {
  const { kit, options, note } = scope
  checkFields(resource.values, { wanted: WANTED }, resource, resource.label, scope)
  if (resource.label !== options.collectionGroup) note(resource, resource.label, `is not ${options.collectionGroup}`)
  const expected = {
    name: resource.label,
    firewall_policy_id: options.firewallPolicyId,
    priority: options.collectionGroupPriority,
  }
  for (const [field, wanted] of Object.entries(expected)) {
    const value = kit.fieldOf(resource.values, field)
    if ((kit.textOf(value) ?? kit.numberOf(value)) !== wanted)
      note({ ...resource, line: value?.line ?? resource.line }, resource.label, `has another ${field} than ${wanted}`)
  }
}
