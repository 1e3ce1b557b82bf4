import { FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { allSets, type Fitted, type FittedSet, groupsToDefine } from '../../model/fitted.ts'
import { groupsOf, runsOf } from '../../model/group-by.ts'
import { lazy } from '../../model/lazy.ts'
import { objectNameOf, wordOf } from '../../model/naming.ts'
import type { OptionValues } from '../../model/option.ts'
import { DIRECTIONS, type Direction } from '../../model/traffic.ts'
import { closingRules, hasListPerDirection, splitOf, type Vendor } from '../../model/vendor.ts'
import type { Word } from '../../model/vendor-words.ts'
import { headerOf, priceOf } from './header.ts'
import { ofFamily, prefixesOf, prefixViewer, prefixViewsOf } from './prefix-view.ts'
import { listsOf, orderOf, previousNames, type RuleView, viewOfClosing, viewOfRule } from './rule-view.ts'
import {
  directionFields,
  familyFields,
  groupDefinition,
  type SetView,
  setsByFamily,
  viewOfSet,
  viewWith,
  type WordOf,
} from './set-view.ts'

/** The view for templates: complete, in the vendor's words, without null or undefined. */
export type View = ReturnType<typeof viewOf>

/**
 * The view of a fitted ruleset; vendors/REFERENCE.md describes it. Templates only print and never choose, so every name
 * and word is already the vendor's.
 */
export function viewOf(fitted: Fitted, vendor: Vendor, options: OptionValues) {
  const { ruleset, sets, locals, rules } = fitted
  const words = (word: Word) => wordOf(vendor, word)
  const prefixView = prefixViewer(vendor, options)
  const setViews = new Map(allSets(fitted).map((set) => [set, viewOfSet(set, prefixView, words)]))
  const setView = (set: FittedSet) => setViews.get(set) as SetView
  const closing = closingRules(vendor, options)
  const areApart = hasListPerDirection(vendor, options)
  const previousOf = previousNames(areApart)
  const ruleViews = rules.map((one) =>
    viewOfRule(one, previousOf(one.name, one.rule.direction), setView, prefixView, words),
  )
  const everything = lazy(() => prefixesOf(sets, prefixView))
  const objects = lazy(() => prefixesOf(allSets(fitted), prefixView))
  const widened = priceOf(sets)
  return viewWith({
    vendor: vendor.name,
    policy: ruleset.policy,
    cloud: ruleset.cloud,
    published: ruleset.published,
    changeNumber: ruleset.changeNumber,
    header: headerOf(ruleset, widened),
    widened,
    options,
    is: choicesOf(vendor, options),
    rules: ruleViews,
    /** The same, together where they come from one rule of the policy. */
    policyRules: lazy(() => byPolicyRule(ruleViews)),
    order: lazy(() => orderOf(listsOf(ruleViews, areApart))),
    closing: closing.map((rule) => viewOfClosing(rule, previousOf(rule.name, rule.direction), words)),
    sets: sets.map(setView),
    /** The sets of local sides. */
    locals: locals.map(setView),
    /** Both together. */
    allSets: allSets(fitted).map(setView),
    /** Every group of any set or local side; nested groups come first. */
    groups: lazy(() => groupsToDefine(allSets(fitted)).map((group) => groupDefinition(group, prefixView))),
    /** The number of this file, if it is split. */
    part: { number: '01', count: '01', isSplit: false },
    /** The services to define: each protocol with its ports, once. */
    services: lazy(() => servicesToDefine(ruleViews)),
    directions: lazy(() => DIRECTIONS.map((direction) => viewOfDirection(direction, ruleViews, words))),
    /** Every prefix of any set, without duplicates. */
    prefixes: everything,
    /** Every prefix of any set or local side, without duplicates: those to define as objects. */
    objects,
    /** The addresses of all sets, in the fewest prefixes. */
    cover: lazy(() => prefixViewsOf(PrefixSet.union(sets.map(({ set }) => set.prefixes)), prefixView)),
    /** The same as a device has it that resolves tags: those by name. */
    remotes: lazy(() => remotesOf(sets, vendor, options)),
    families: FAMILIES.map((family) =>
      viewWith({
        ...familyFields(family, words),
        /** The sets with addresses of the family, each with these only. */
        sets: lazy(() => setsByFamily(sets.map(setView), family)),
        prefixes: () => ofFamily(everything(), family),
        objects: () => ofFamily(objects(), family),
      }),
    ),
  })
}

function servicesToDefine(rules: readonly RuleView[]) {
  const services = rules.map(({ service }) => service).filter(({ hasPorts }) => hasPorts)
  return [...new Map(services.map((service) => [service.name, service])).values()]
}

/** The set choice of each option, for conditions: `{{#if is.form.short}}`. */
function choicesOf(vendor: Vendor, options: OptionValues) {
  return Object.fromEntries(
    Object.entries(vendor.options).flatMap(([name, option]) =>
      option.type === 'choice'
        ? [[name, Object.fromEntries(Object.keys(option.choices).map((choice) => [choice, options[name] === choice]))]]
        : [],
    ),
  )
}

/** The rules of one direction by service, for vendors that match the port first and the addresses after it. */
function viewOfDirection(direction: Direction, rules: readonly RuleView[], words: WordOf) {
  const own = rules.filter(({ isOutbound }) => isOutbound === (direction === 'outbound'))
  return {
    ...directionFields(direction, words),
    rules: own,
    services: blocksOf(own).map((rules) => {
      const [{ service, local, action, isAllow, isDeny, policyPriority }] = rules
      return {
        ...service,
        ...directionFields(direction, words),
        // The lowest priority is a stable number: it stays when other rules come and go.
        id: String(policyPriority),
        local,
        hasIpv4: rules.some((rule) => rule.hasIpv4),
        hasIpv6: rules.some((rule) => rule.hasIpv6),
        action,
        isAllow,
        isDeny,
        rules,
      }
    }),
  }
}

/**
 * Rules of one service, local side and action together. Where a rule denies, the order matters, so only neighbours are put
 * together then.
 */
function blocksOf(rules: readonly RuleView[]) {
  const keyOf = ({ service, action, local: { name, object, object6 } }: RuleView) =>
    JSON.stringify([service.name, action, name, object, object6])
  const isOrdered = rules.some(({ isDeny }) => isDeny)
  return isOrdered ? runsOf(rules, (one, next) => keyOf(one) === keyOf(next)) : groupsOf(rules, keyOf)
}

/**
 * The remote sides of all rules together, each once, as routing tables need them: tags first, if rules are split
 * by tag, then the policy's own prefixes; or else all addresses in the fewest prefixes.
 */
function remotesOf(sets: readonly FittedSet[], vendor: Vendor, options: OptionValues) {
  const isByTag = splitOf(vendor, options) === 'tag'
  const tags = isByTag ? [...new Set(sets.flatMap(({ set }) => set.tags))].sort() : []
  const addresses = sets.map(({ set }) => (isByTag ? (set.own ?? PrefixSet.empty) : set.prefixes))
  const prefixes = PrefixSet.union(addresses).texts
  const names = [...tags, ...prefixes].map((text) => objectNameOf(text, vendor, options))
  return [...tags, ...prefixes].map((text, index) => {
    return { text, name: names[index] as string, isTag: index < tags.length, previous: names[index - 1] ?? '' }
  })
}

/** The rules that each rule of the policy became: of both directions, tags and families. */
function byPolicyRule(all: readonly RuleView[]) {
  return groupsOf(all, ({ set }) => set).map((rules) => {
    const [{ set, policyPriority: priority, action, isAllow, isDeny }] = rules
    return { name: set.name, priority, action, isAllow, isDeny, rules }
  })
}
