import { FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { formatService } from '../../compile/fit/collisions.ts'
import { allSets } from '../../compile/fit/limits.ts'
import type {
  FamilyDelta,
  Fitted,
  FittedRule,
  FittedSet,
  MemberGroup,
  RuleChanges,
  RuleDelta,
  RulesDelta,
  SetDelta,
} from '../../model/fitted.ts'
import { groupsByName, haveSameMembers } from '../../model/member-groups.ts'
import { tagSummary } from '../../model/naming.ts'
import type { ConcreteRule } from '../../model/ruleset.ts'
import { changedPrefixes, prefixesMissingIn } from '../../vendor/render/changed-prefixes.ts'

/**
 * The changes from `before` to `after`: fitted rulesets of one policy, for one vendor, with the same options. Objects and
 * groups are named after their content, so things of the same name are the same. `reworded`: rules and groups whose words on the device are not those of `before`.
 */
export function rulesDelta(before: Fitted, after: Fitted, reworded: ReadonlySet<string> = new Set()): RulesDelta {
  // A device may have a group for each family of a set: Web-v4.
  const isReworded = (name: string) => reworded.has(name) || [...reworded].some((item) => item.startsWith(`${name}-`))
  const [oldGroups, newGroups] = [groupsByName(before), groupsByName(after)]
  const prefixes = changedPrefixes(before.sets, after.sets)
  const hasLocals = before.locals.length + after.locals.length > 0
  const sets = setDeltas(before.sets, after.sets, isReworded)
  const locals = setDeltas(before.locals, after.locals, isReworded)
  const denied = setsOfDenials([...before.rules, ...after.rules])
  const growing = denialsFirst([...locals, ...sets], denied)
  const delta = {
    prefixes,
    // Most policies name no local addresses, and then these are the same.
    objects: hasLocals ? changedPrefixes(allSets(before), allSets(after)) : prefixes,
    sets,
    locals,
    // Denials grow before anything allows more, and shrink after nothing allows it any more.
    ...{ growing, shrinking: growing.toReversed() },
    groups: {
      added: absent(newGroups, oldGroups),
      grown: denialsFirst(moreMembers(newGroups, oldGroups), groupsOfDenials(after)),
      shrunk: denialsFirst(moreMembers(oldGroups, newGroups), groupsOfDenials(before)).reverse(),
      removed: absent(oldGroups, newGroups).reverse(),
    },
    services: {
      added: absent(servicesOf(after), servicesOf(before)),
      removed: absent(servicesOf(before), servicesOf(after)),
    },
    rules: ruleDeltas(before, after, isReworded),
    // From the last to the first, so that each packet meets the rule that decided about it until that rule goes itself.
    removedRules: absent(byName(before.rules), byName(after.rules)).reverse(),
  }
  const { services, rules, removedRules } = delta
  // A changed set changes its rules, except where the device resolves tags itself.
  const isEmpty = [...Object.values(services), delta.locals, rules, removedRules].every((list) => list.length === 0)
  return { before, after, isEmpty, ...delta }
}

function absent<Item>(these: ReadonlyMap<string, Item>, those: ReadonlyMap<string, unknown>): Item[] {
  return [...these].filter(([name]) => !those.has(name)).map(([, item]) => item)
}

const byName = <Item extends { readonly name: string }>(items: readonly Item[]) =>
  new Map(items.map((item) => [item.name, item]))

const servicesOf = ({ rules }: Fitted): ReadonlyMap<string, ConcreteRule> =>
  new Map(rules.map(({ rule }) => [formatService(rule), rule]))

/** The groups on both sides, with the members that only `these` have. */
function moreMembers(these: ReadonlyMap<string, MemberGroup>, those: ReadonlyMap<string, MemberGroup>): MemberGroup[] {
  return [...these.values()].flatMap((group): MemberGroup[] => {
    const other = those.get(group.name)
    // Most groups stay as they are.
    if (!other || haveSameMembers(group, other)) return []
    const known = new Set([...other.prefixes.map(formatPrefix), ...other.groups])
    const prefixes = group.prefixes.filter((prefix) => !known.has(formatPrefix(prefix)))
    const groups = group.groups.filter((name) => !known.has(name))
    return prefixes.length + groups.length > 0 ? [{ ...group, prefixes, groups }] : []
  })
}

/** The names of the groups of rules that deny. */
function groupsOfDenials({ rules }: Fitted): ReadonlySet<string> {
  const denials = rules.filter(({ rule }) => rule.action === 'deny')
  const groups = denials.flatMap(({ set }) => set.groups)
  return new Set(groups.flatMap(({ name, chunks }) => [name, ...chunks.map((chunk) => chunk.name)]))
}

/** The names of the sets of rules that deny, on either side of them. */
function setsOfDenials(rules: readonly FittedRule[]): ReadonlySet<string> {
  const denials = rules.filter(({ rule }) => rule.action === 'deny')
  return new Set(denials.flatMap(({ set, local }) => [set.name, ...(local && 'set' in local ? [local.set.name] : [])]))
}

/** Those that deny first, and each kind in the order of the rules. */
function denialsFirst<Named extends { readonly name: string } | SetDelta>(
  all: readonly Named[],
  denials: ReadonlySet<string>,
): Named[] {
  const isDenial = (one: Named) => denials.has('set' in one ? one.set.name : one.name)
  return [...all.filter(isDenial), ...all.filter((one) => !isDenial(one))]
}

type IsReworded = (name: string) => boolean

function setDeltas(before: readonly FittedSet[], after: readonly FittedSet[], isReworded: IsReworded): SetDelta[] {
  const [old, young] = [byName(before), byName(after)]
  return [...new Set([...young.keys(), ...old.keys()])].flatMap((name): SetDelta[] => {
    const [was, is] = [old.get(name), young.get(name)]
    const families = FAMILIES.flatMap((family) => familyDelta(family, was, is))
    const kind = !was ? 'added' : !is ? 'removed' : 'changed'
    const isRetagged =
      was !== undefined && is !== undefined && (tagSummary(was.set) !== tagSummary(is.set) || isReworded(name))
    const isSame = kind === 'changed' && !isRetagged && families.length === 0
    return isSame ? [] : [{ set: (is ?? was) as FittedSet, kind, families, isRetagged }]
  })
}

function familyDelta(
  family: FamilyDelta['family'],
  before: FittedSet | undefined,
  after: FittedSet | undefined,
): FamilyDelta[] {
  const [old, young] = [before, after].map((fitted) => (fitted?.set.prefixes ?? PrefixSet.empty).family(family)) as [
    PrefixSet,
    PrefixSet,
  ]
  if (old.equals(young)) return []
  const [added, removed] = [prefixesMissingIn(old, young), prefixesMissingIn(young, old)]
  return [{ family, kind: old.isEmpty ? 'added' : young.isEmpty ? 'removed' : 'changed', added, removed }]
}

function ruleDeltas(before: Fitted, after: Fitted, isReworded: IsReworded): RuleDelta[] {
  const old = byName(before.rules)
  return after.rules.flatMap((rule): RuleDelta[] => {
    const was = old.get(rule.name)
    const own = changesOf(was, rule)
    const changes = { ...own, description: own.description || isReworded(rule.name) || isReworded(rule.set.name) }
    const { addresses, ...shape } = changes
    const isReshaped = Object.values(shape).includes(true)
    return isReshaped || addresses ? [{ rule, kind: was ? 'changed' : 'added', isReshaped, changes }] : []
  })
}

/** All of a rule that decides nothing about traffic. */
function wordsOf(rule: ConcreteRule) {
  const { name, suffix, direction, action, protocol, ports, priority, set, local, targets, sites, ...words } = rule
  return words
}

/** The differences between a rule and the older rule of the same name; everything if there is none. */
function changesOf(was: FittedRule | undefined, is: FittedRule): RuleChanges {
  const differs = (part: (rule: FittedRule) => unknown) =>
    !was || JSON.stringify(part(was)) !== JSON.stringify(part(is))
  // Of a rule by tag, the device resolves the tag itself, and the tag stands for its set.
  const isByTag = was !== undefined && is.tag !== undefined && was.tag === is.tag
  return {
    addresses: !was || (!isByTag && !was.prefixes.equals(is.prefixes)),
    families: !isByTag && differs(({ prefixes }) => FAMILIES.map((family) => prefixes.family(family).isEmpty)),
    service: differs(({ rule }) => formatService(rule)),
    priority: differs(({ priority, rule }) => [priority, rule.priority]),
    tags: !isByTag && differs(({ set }) => set.set.tags),
    description: differs(({ rule, set }) => [wordsOf(rule), isByTag ? '' : tagSummary(set.set)]),
    set: differs(({ set, tag, family }) => [set.set.name, tag, family, ...(isByTag ? [] : [set.name, set.set.id])]),
    local: differs(({ local }) => local && ('set' in local ? [local.set.name, local.set.set.id] : local)),
    localAddresses: differs(({ local }) => local && 'set' in local && local.set.set.prefixes.texts),
    action: differs(({ rule }) => [rule.direction, rule.action]),
  }
}
