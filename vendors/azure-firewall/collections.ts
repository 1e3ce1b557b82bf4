import type { Action, Direction, FoundRule, Item, LocatedJson } from 'tagwall/reader'
import { fieldOf, NAME, textIn } from '../_azure/arm.ts'
import {
  type FindGroup,
  type FirewallForm,
  type IpGroup,
  networkRules,
  priorityOf,
  protocolsOf,
  sideOf,
  textsOf,
  wholeOf,
} from '../_azure/firewall-rule.ts'
import { ACTIONS, type ReadOnce, readOnce, type Scope } from '../_azure/scope.ts'
import { PRIVATE } from '../_azure/tag-sides.ts'
import { kit } from '../_kit/kit.ts'
import { type Resource, scopeFor } from './resources.ts'

/** The IP groups of a firewall by their names in small letters, and the network rules of earlier readings by their JSON. */
export interface Known {
  readonly groups: Map<string, IpGroup>
  /** A rule holds while the groups that it names are the same. */
  readonly kept: WeakMap<LocatedJson, ReadOnce<readonly FoundRule[]> & { groups: Map<string, IpGroup | undefined> }>
}

/** The network rules of some rule collection groups, in the order in which the firewall tries them. */
export function rulesIn(resources: readonly Resource[], known: Known, outer: Scope): FoundRule[] {
  const seen = new Map<number, Resource>()
  const first = resources.find(({ policy }) => policy !== undefined)
  const ordered = resources.flatMap((resource) => {
    const scope = scopeFor(resource, outer)
    const { policy = first?.policy, name, line, fields } = resource
    const group = priorityOf(fields, line, name, scope)
    if (policy !== undefined && !kit.isSame(first?.policy, policy))
      scope.note(
        line,
        name,
        `is of the policy ${policy}, not ${first?.policy}; the files do not show which of them comes first`,
      )
    else if (seen.has(group))
      scope.note(line, name, `has the same priority as ${seen.get(group)?.name}, so their order is not known`)
    seen.set(group, resource)
    if (scope.isStrict && group !== scope.options.groupPriority)
      scope.note(line, name, `does not have the priority ${scope.options.groupPriority}`)
    return collectionsOf(resource, group, known, scope)
  })
  ordered.sort((a, b) => a.group - b.group || a.priority - b.priority)
  return ordered.flatMap(({ rules }) => rules)
}

/** The collections of a group by priority, each behind its rules. */
export function collectionItems({ name: group, fields }: Resource): Item[] {
  const collections = kit.itemsOf(fieldOf(fields, 'ruleCollections')).map((collection) => {
    const name = `${group}/${textIn(collection, 'name')}`
    return { name, collection, priority: kit.numberOf(fieldOf(collection, 'priority')) ?? 0 }
  })
  return collections
    .toSorted((a, b) => a.priority - b.priority)
    .flatMap(({ name: list, collection }): Item[] => [
      ...kit.itemsOf(fieldOf(collection, 'rules')).map((rule): Item => {
        return {
          kind: 'rule',
          name: textIn(rule, 'name') ?? '(no name)',
          list,
          fields: kit.fieldsByPath(rule, ['name']),
        }
      }),
      { kind: 'chain', name: list, fields: kit.fieldsByPath(collection, ['name', 'rules']) },
    ])
}

function collectionsOf({ fields, line, name: owner }: Resource, group: number, known: Known, scope: Scope) {
  const list = fieldOf(fields, 'ruleCollections')
  if (list?.kind !== 'list') scope.note(line, owner, 'has no list of rule collections')
  const taken = new Map<number, { readonly name: string; readonly action: Action | undefined }>()
  const names = new Set<string>()
  return kit.itemsOf(list).map((collection) => {
    const name = textIn(collection, 'name') ?? '(no name)'
    const priority = priorityOf(collection, collection.line, name, scope)
    const action = actionOf(collection, scope)
    const other = taken.get(priority)
    // The order does not matter among rules that all allow, or all deny.
    if (other && other.action !== action)
      scope.note(collection.line, name, `has the same priority as ${other.name}, so their order is not known`)
    taken.set(priority, { name, action })
    checkName(collection, names, scope)
    // Addresses are translated before any network rule is tried, in whichever group.
    const isFirst = kit.isSame(textIn(collection, 'ruleCollectionType'), NAT)
    return { group: isFirst ? 0 : group, priority, rules: rulesOf(collection, name, action, known, scope) }
  })
}

const NAT = 'FirewallPolicyNatRuleCollection'
const FILTER = 'FirewallPolicyFilterRuleCollection'

function actionOf(collection: LocatedJson, { isStrict }: Scope): Action | undefined {
  const written = textIn(fieldOf(collection, 'action'), 'type')
  const word = Object.keys(ACTIONS).find((one) => (isStrict ? one === written : kit.isSame(one, written)))
  return word === undefined ? undefined : ACTIONS[word]
}

function rulesOf(
  collection: LocatedJson,
  name: string,
  action: Action | undefined,
  known: Known,
  scope: Scope,
): FoundRule[] {
  const { isStrict, note } = scope
  const type = textIn(collection, 'ruleCollectionType')
  const list = fieldOf(collection, 'rules')
  if (list?.kind !== 'list' && !isStrict) note(list?.line ?? collection.line, name, 'has no list of rules')
  const rules = kit.itemsOf(list)
  if (kit.isSame(type, NAT) && !isStrict) return rules.flatMap((rule) => translation(rule, known.groups, scope))
  if (!kit.isSame(type, FILTER)) note(collection.line, name, `has the type ${type}, which is not understood`)
  if (!action) {
    const written = textIn(fieldOf(collection, 'action'), 'type')
    note(collection.line, name, `has the action ${written}, which is not understood`)
  }
  const names = new Set<string>()
  for (const rule of rules) checkName(rule, names, scope)
  return rules.flatMap((rule) => {
    const kind = textIn(rule, 'ruleType')
    if (kit.isSame(kind, 'ApplicationRule') && !isStrict) {
      const what = textIn(rule, 'name') ?? '(no name)'
      // It follows all network rules, so a denial does not affect them.
      if (action === 'deny')
        note(rule.line, what, 'denies hosts by name, after all network rules', { isHarmless: true })
      else note(rule.line, what, 'allows hosts by name, whose addresses are not in the file')
      return []
    }
    if (!kit.isSame(kind, 'NetworkRule'))
      note(rule.line, textIn(rule, 'name') ?? name, `has the ruleType ${kind}, which is not understood`)
    return action ? keptRules(rule, action, known, scope) : []
  })
}

/** The rules of a network rule, the same objects as before if nothing that they depend on has changed. */
function keptRules(rule: LocatedJson, action: Action, { groups, kept }: Known, scope: Scope): readonly FoundRule[] {
  let found = kept.get(rule)
  if (!found || ![...found.groups].every(([name, group]) => groups.get(name) === group)) {
    const named = new Map<string, IpGroup | undefined>()
    const form = formOf(groups, scope)
    const findGroup: FindGroup = (item) => {
      const side = form.findGroup(item)
      if (side) named.set(side.name.toLowerCase(), side.group)
      return side
    }
    const read = readOnce(scope, (own) =>
      networkRules(rule, action, { ...form, findGroup }, own).map((one) => Object.freeze(one)),
    )
    found = { ...read, groups: named }
    kept.set(rule, found)
  }
  for (const note of found.notes) scope.note(...note)
  return found.value
}

/** In a proof: notes a name that the service refuses, or a duplicate. */
function checkName(item: LocatedJson, seen: Set<string>, { isStrict, note }: Scope): void {
  const name = textIn(item, 'name') ?? ''
  if (isStrict && (!NAME.test(name) || seen.has(name.toLowerCase())))
    note(item.line, name || 'a rule or collection', 'has no valid, unique name')
  seen.add(name.toLowerCase())
}

/**
 * A DNAT rule admits the traffic that it translates, to a part of the local side. It becomes a note for ports of the policy, and always a rule,
 * because it may open other ports too.
 */
function translation(rule: LocatedJson, groups: Known['groups'], scope: Scope): FoundRule[] {
  const name = textIn(rule, 'name') ?? '(no name)'
  const form = formOf(groups, scope)
  const own = { ...scope, refuse: () => {} }
  const texts = textsOf(rule, 'destinationPorts', own).map(({ text }) => text)
  const portsOf = (all: readonly string[]) => {
    const ports = all.flatMap((text) => kit.portRange(text) ?? [])
    return all.includes('*') || ports.length === 0 ? kit.everyPort : kit.joinPorts(ports)
  }
  const port = fieldOf(rule, 'translatedPort')
  const both = portsOf([...texts, port?.kind === 'scalar' ? String(port.value) : ''])
  const everyone = { addresses: kit.everything(), tags: [] }
  const about = [{ direction: 'inbound', protocol: 'any', ports: both, remote: everyone } as const]
  scope.note(rule.line, name, 'translates addresses; the traffic that it admits is not compared', { about })
  const source = wholeOf(sideOf('source', rule, form.findGroup, own)) ?? kit.everything()
  const place = { part: scope.part, line: rule.line }
  return protocolsOf(rule, own).map((protocol) => ({
    name,
    place,
    direction: 'inbound',
    action: 'allow',
    protocol,
    ports: portsOf(texts),
    coverage: 'part',
    remote: { addresses: source, tags: [] },
  }))
}

/** The expression by which tagwall refers to an IP group of the same template. */
const REFERENCE = /^\[resourceId\('Microsoft\.Network\/ipGroups', '([\w.-]+)'\)\]$/

/** Network rules of a template, or as the service prints them. */
function formOf(groups: ReadonlyMap<string, IpGroup>, scope: Scope): FirewallForm {
  const near = scope.options.nearSide as readonly string[]
  return {
    fields: ['ruleType', 'name', 'description'],
    findGroup: groupFinder(groups, scope),
    directionsOf,
    near,
    own: kit.setOfTexts([...PRIVATE.split(' '), ...near.filter((text) => text !== '*')]) ?? kit.empty,
  }
}

function groupFinder(groups: ReadonlyMap<string, IpGroup>, { isStrict, evaluate }: Scope): FindGroup {
  return (item) => {
    const name = isStrict
      ? REFERENCE.exec(kit.textOf(item) ?? '')?.[1]
      : kit.textOf(evaluate(item))?.split(/[/ ]/).at(-1)
    return name === undefined ? undefined : { name, group: groups.get(name.toLowerCase()) }
  }
}

/** tagwall's rules name their direction in the description, so a proof knows the local side. */
function directionsOf(_ends: unknown, { isStrict, note }: Scope, rule: LocatedJson): readonly Direction[] {
  const stated = /^(outbound|inbound): /.exec(textIn(rule, 'description') ?? '')?.[1] as Direction | undefined
  if (isStrict && !stated) note(rule.line, textIn(rule, 'name') ?? 'a rule', 'does not say its direction')
  return stated ? [stated] : []
}
