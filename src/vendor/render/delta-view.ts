import { FAMILIES, type Prefix } from '../../address/prefix.ts'
import { isRematched, type MemberGroup, type RuleDelta, type RulesDelta, type SetDelta } from '../../model/fitted.ts'
import { longestRun } from '../../model/item.ts'
import { lazy } from '../../model/lazy.ts'
import { objectName, wordOf } from '../../model/naming.ts'
import type { OptionValues } from '../../model/option.ts'
import { hasListPerDirection, type Vendor, type Word } from '../../model/vendor.ts'
import { deltaHeaderOf } from './header.ts'
import { prefixViewer } from './prefix-view.ts'
import { listsOf, previousNames } from './rule-view.ts'
import { type OnePrefix, type SetDeltaView, setDeltaView } from './set-delta-view.ts'
import { familyFields, familyFlags, setsByFamily, type Words, withFields } from './set-view.ts'
import { type View, viewOf } from './view.ts'

/**
 * The view of a delta; vendors/REFERENCE.md describes its fields. Like `viewOf`, it has only the vendor's names and words. Each
 * list is in an order that a device accepts. `steps` are the deltas that lead there one after the other.
 */
export function deltaViewOf(
  delta: RulesDelta,
  vendor: Vendor,
  options: OptionValues,
  steps: readonly RulesDelta[] = [delta],
) {
  const view = stepViewOf(delta, vendor, options)
  const views = steps.map((step) => (step === delta ? view : stepViewOf(step, vendor, options)))
  return withFields(view, { steps: views })
}

function stepViewOf(delta: RulesDelta, vendor: Vendor, options: OptionValues) {
  const [before, after] = [viewOf(delta.before, vendor, options), viewOf(delta.after, vendor, options)]
  const viewer = prefixViewer(vendor, options)
  const prefixView = (prefix: Prefix) => viewer(prefix)
  const groups = groupsOf(delta, vendor, options)
  const words = (word: Word) => wordOf(vendor, word)
  const setLists = setListsOf(delta, words, prefixView)
  const changedOf = setsByFamily(setLists.sets)
  const areApart = hasListPerDirection(vendor, options)
  const rules = rulesOf(delta, before, after, areApart, vendor.order === 'each')
  const directions = lazy(() => directionsOf(delta, before, after))
  const cover = lazy(() => coverDelta(before, after))
  const removedRules = delta.removedRules.flatMap(({ name }) => before.rules.filter((rule) => rule.name === name))
  const services = {
    added: after.services.filter(({ name }) => !before.services.some((service) => service.name === name)),
    removed: before.services.filter(({ name }) => !after.services.some((service) => service.name === name)),
  }
  return {
    vendor: vendor.name,
    policy: after.policy,
    cloud: after.cloud,
    before: { published: before.published, changeNumber: before.changeNumber },
    after: { published: after.published, changeNumber: after.changeNumber },
    header: deltaHeaderOf(delta.before.ruleset, delta.after.ruleset),
    options,
    is: after.is,
    isEmpty: delta.isEmpty,
    prefixes: { added: delta.prefixes.added.map(prefixView), removed: delta.prefixes.removed.map(prefixView) },
    families: FAMILIES.map((family, index) => ({
      ...familyFields(family, words),
      /** Sets whose addresses of the family changed, without those that have none left. */
      sets: changedOf[index] ?? [],
      /** Sets that no longer have addresses of the family, or are removed. */
      goneSets: [...setLists.sets, ...setLists.removedSets].filter(({ families }) =>
        families.some((one) => one.family === family && one.isRemoved),
      ),
      added: own(delta.prefixes.added, family).map(prefixView),
      removed: own(delta.prefixes.removed, family).map(prefixView),
      objects: {
        added: own(delta.objects.added, family).map(prefixView),
        removed: own(delta.objects.removed, family).map(prefixView),
      },
      /** Groups of this family only; shared groups are in `groups`. */
      groups: eachChange(groups, (own) => ofFamily(own, family)),
    })),
    /** The same of prefixes in sets or local sides: those to define as objects. */
    objects: { added: delta.objects.added.map(prefixView), removed: delta.objects.removed.map(prefixView) },
    groups,
    /** All rules of the newer side, for devices that replace them as a whole. */
    policyRules: after.policyRules,
    ...setLists,
    services,
    rules,
    addedRules: rules.filter(({ isAdded }) => isAdded),
    reshapedRules: rules.filter(({ isReshaped }) => isReshaped),
    /** Those of them that are new, or match other packets, or come at another place; the others differ in texts, tags or addresses. */
    rematchedRules: rules.filter(({ isAdded, changes }) => isAdded || isRematched(changes) || changes.priority),
    removedRules,
    /** Remote sides that no rule of the newer side has, for routing tables. */
    get removedRemotes() {
      return before.remotes.filter(({ name }) => !after.remotes.some((one) => one.name === name))
    },
    entries: entriesOf(delta, before, after),
    get directions() {
      return directions()
    },
    get cover() {
      return cover()
    },
  }
}

function groupsOf({ groups }: RulesDelta, vendor: Vendor, options: OptionValues) {
  const viewsOf = (groups: readonly MemberGroup[]) =>
    groups.map(({ name, family, prefixes, groups }) => ({
      name,
      ...familyFlags(family),
      members: [
        ...prefixes.map((prefix) => ({ name: objectName(prefix, vendor, options), isGroup: false })),
        ...groups.map((name) => ({ name, isGroup: true })),
      ],
    }))
  return eachChange(groups, viewsOf)
}

type Changes<Groups> = Readonly<Record<'added' | 'grown' | 'shrunk' | 'removed', Groups>>

const eachChange = <From, To>(
  { added, grown, shrunk, removed }: Changes<From>,
  of: (groups: From) => To,
): Changes<To> => {
  return { added: of(added), grown: of(grown), shrunk: of(shrunk), removed: of(removed) }
}

/** The sets of rules and of their local sides: the changed ones, the removed ones, and the changed ones in an order in which they may change. */
function setListsOf({ sets, locals, growing, shrinking }: RulesDelta, words: Words, prefixView: OnePrefix) {
  const views = new Map([...locals, ...sets].map((set) => [set, setDeltaView(set, words, prefixView)]))
  const viewsOf = (deltas: readonly SetDelta[]) => deltas.map((set) => views.get(set) as SetDeltaView)
  const there = (deltas: readonly SetDelta[]) => viewsOf(deltas.filter(({ kind }) => kind !== 'removed'))
  const gone = (deltas: readonly SetDelta[]) => viewsOf(deltas.filter(({ kind }) => kind === 'removed'))
  return {
    ...{ sets: there(sets), removedSets: gone(sets) },
    /** The same of the sets of local sides. */
    ...{ locals: there(locals), removedLocals: gone(locals) },
    /** Both together. */
    ...{ allSets: there([...locals, ...sets]), removedAllSets: gone([...locals, ...sets]) },
    ...{ growing: there(growing), shrinking: there(shrinking) },
  }
}

const own = (prefixes: readonly Prefix[], family: Prefix['family']) =>
  prefixes.filter((prefix) => prefix.family === family)

const ofFamily = <Group extends { isIpv4: boolean; isIpv6: boolean }>(
  groups: readonly Group[],
  family: Prefix['family'],
) => groups.filter(({ isIpv4, isIpv6 }) => (family === 'ipv4' ? isIpv4 : isIpv6))

/** Rules that are new or different, or placed anew; `previous` is the one of them before it in its list. */
function rulesOf(delta: RulesDelta, before: View, after: View, areApart: boolean, arePlaced: boolean) {
  const lists = listsOf(after.rules, areApart)
  const staying = stayingRules(lists, listsOf(before.rules, areApart), arePlaced)
  const changed = new Map(delta.rules.map((one) => [one.rule.name, one]))
  const rules = after.rules.filter(({ name }) => changed.has(name) || !staying.has(name))
  const previous = previousNames(rules, areApart)
  return rules.map((rule, index) => {
    const { kind, isReshaped, changes } = changed.get(rule.name) ?? MOVED
    return withFields(rule, {
      previous: previous[index] as string,
      isAdded: kind === 'added',
      isReshaped: isReshaped || !staying.has(rule.name),
      changes,
      /** The older service of a rule whose service changed, as a list. */
      wasService: kind === 'changed' && changes.service ? servicesOf(rule.name, before) : [],
      move: staying.has(rule.name) ? [] : moveOf(rule.name, lists, staying),
    })
  })
}

/** A rule of which only the place changes. */
const MOVED: Pick<RuleDelta, 'kind' | 'isReshaped' | 'changes'> = {
  kind: 'changed',
  isReshaped: false,
  changes: {
    addresses: false,
    families: false,
    service: false,
    priority: false,
    tags: false,
    description: false,
    set: false,
    local: false,
    localAddresses: false,
    action: false,
  },
}

type RuleView = View['rules'][number]

/** The names of the rules that stay where they are: those of both sides, and of a device that places rules a longest run of each list that keeps its order. */
function stayingRules(
  lists: readonly (readonly RuleView[])[],
  before: readonly (readonly RuleView[])[],
  arePlaced: boolean,
): ReadonlySet<string> {
  const ranks = new Map(lists.flat().map(({ name }, index) => [name, index]))
  const kept = before.map((list) => list.map(({ name }) => name).filter((name) => ranks.has(name)))
  if (!arePlaced) return new Set(kept.flat())
  return new Set(kept.flatMap((names) => longestRun(names, (name) => ranks.get(name) as number)))
}

/**
 * Rules whose entries a device with access lists gains and loses: those that are new or gone, and both sides of those that match other packets.
 * A port that both sides have is on none.
 */
function entriesOf({ rules, removedRules }: RulesDelta, before: View, after: View) {
  const rematched = new Map(
    rules.filter(({ kind, changes }) => kind === 'changed' && isRematched(changes)).map((one) => [one.rule.name, one]),
  )
  const added = new Set(rules.filter(({ kind }) => kind === 'added').map(({ rule }) => rule.name))
  const removed = new Set(removedRules.map(({ name }) => name))
  const entries = (side: View, whole: ReadonlySet<string>, other: View) =>
    side.rules.flatMap((rule) => {
      const changes = rematched.get(rule.name)?.changes
      const old = changes && other.rules.find(({ name }) => name === rule.name)
      if (!changes || !old) return whole.has(rule.name) ? [rule] : []
      if (changes.local || changes.action || old.service.protocol !== rule.service.protocol) return [rule]
      const ports = rule.service.ports.filter(({ first, last }) => {
        return !old.service.ports.some((port) => port.first === first && port.last === last)
      })
      return ports.length > 0 ? [{ ...rule, service: { ...rule.service, ports } }] : []
    })
  return { added: entries(after, added, before), removed: entries(before, removed, after).reverse() }
}

const servicesOf = (name: string, { rules }: View) =>
  rules.filter((rule) => rule.name === name).map(({ service }) => service)

/**
 * Where a rule belongs that is new or moves: after the rule before it in its list, or before the first that stays. As a list, which is empty if no
 * rule stays and the rule is the first.
 */
function moveOf(name: string, lists: readonly (readonly RuleView[])[], staying: ReadonlySet<string>) {
  const rules = lists.find((list) => list.some((rule) => rule.name === name)) ?? []
  const previous = rules[rules.findIndex((rule) => rule.name === name) - 1]
  const neighbor = previous ?? rules.find((rule) => staying.has(rule.name))
  return neighbor ? [{ isAfter: previous !== undefined, neighbor }] : []
}

/**
 * The directions of the newer side with flags for their services and rules: `isChanged` for any difference, `isReshaped` for
 * more than addresses, `isRetagged` for other tag names, which filter nothing.
 */
function directionsOf(delta: RulesDelta, before: View, after: View) {
  const moved = new Set(delta.sets.filter(({ families }) => families.length > 0).map(({ set }) => set.name))
  return after.directions.map((direction, index) => {
    const old = before.directions[index] as View['directions'][number]
    const services = direction.services.map((service) => {
      const was = old.services.find(({ id }) => id === service.id)
      const isReshaped = shapeOf(was) !== shapeOf(service)
      const isChanged = isReshaped || service.rules.some(({ set }) => moved.has(set.name))
      const isRetagged = was !== undefined && tagsOf(was) !== tagsOf(service)
      return { ...service, isAdded: was === undefined, isChanged, isReshaped, isRetagged }
    })
    const dispatch = (services: readonly ServiceView[]) =>
      services.map(({ id, name, local }) => [
        id,
        name,
        local.object,
        local.object6,
        local.prefixes.map(({ cidr }) => cidr),
      ])
    return {
      ...direction,
      services,
      /** Removed services: no rule of the newer side has their `id`. */
      removedServices: old.services.filter(({ id }) => !services.some((service) => service.id === id)),
      isReshaped: JSON.stringify(dispatch(old.services)) !== JSON.stringify(dispatch(direction.services)),
    }
  })
}

type ServiceView = View['directions'][number]['services'][number]

const tagsOf = ({ rules }: ServiceView) => JSON.stringify(rules.map(({ set }) => set.tags))

/** A view as text without its addresses, groups and tags, to compare the rest. */
const shapeOf = (service: ServiceView | undefined): string => JSON.stringify(withoutAddresses(service)) ?? ''

const ADDRESSES = ['prefixes', 'groups', 'tags', 'tagList', 'tagSummary']

function withoutAddresses(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAddresses)
  if (typeof value !== 'object' || value === null) return value
  const keys = Object.keys(value).filter((key) => !ADDRESSES.includes(key))
  return keys.map((key) => [key, withoutAddresses((value as Record<string, unknown>)[key])])
}

/** The added and removed lines of the overall cover. */
function coverDelta(before: View, after: View) {
  const [old, young] = [before.cover, after.cover].map((cover) => new Set(cover.map(({ cidr }) => cidr)))
  return {
    added: after.cover.filter(({ cidr }) => !old?.has(cidr)),
    removed: before.cover.filter(({ cidr }) => !young?.has(cidr)),
  }
}
