import { FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { Fitted, FittedSet } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import { wordOf } from '../../model/naming.ts'
import type { OptionValues } from '../../model/option-values.ts'
import { closingRules, hasListPerDirection, type Vendor, type Word } from '../../model/vendor.ts'
import { viewOfDirection } from './direction-view.ts'
import { setsByFamily } from './family-sets.ts'
import { headerOf, priceOf } from './header.ts'
import { prefixesOf, prefixViewer, prefixViewsOf } from './prefix-view.ts'
import { byPolicyRule, remotesOf } from './remote-view.ts'
import { listsOf, orderOf, previousNames, type RuleView, viewOfClosing, viewOfRule } from './rule-view.ts'
import { groupDefinitions, type SetView, viewOfSet } from './set-view.ts'

/** The view for templates: complete, in the vendor's words, without null or undefined. */
export type View = ReturnType<typeof viewOf>

/**
 * The view of a fitted ruleset; vendors/REFERENCE.md describes its fields. Templates only print and never choose, so every name
 * and word is already the vendor's.
 */
export function viewOf({ ruleset, sets, locals, rules }: Fitted, vendor: Vendor, options: OptionValues) {
  const words = (word: Word) => wordOf(vendor, word)
  const prefixView = prefixViewer(vendor, options)
  const setViews = new Map([...locals, ...sets].map((set) => [set, viewOfSet(set, prefixView, words)]))
  const setView = (set: FittedSet) => setViews.get(set) as SetView
  const closing = closingRules(vendor, options)
  const areApart = hasListPerDirection(vendor, options)
  const directed = rules.map(({ name, rule }) => ({ name, direction: rule.direction }))
  const previous = previousNames([...directed, ...closing], areApart)
  const ruleViews = rules.map((rule, index) => viewOfRule(rule, previous[index] as string, setView, prefixView, words))
  const everything = lazy(() => prefixesOf(sets, prefixView))
  const objects = lazy(() => prefixesOf([...sets, ...locals], prefixView))
  const groups = lazy(() => [...setViews.values()].flatMap(({ groups }) => groups.flatMap(groupDefinitions)))
  const cover = lazy(() => prefixViewsOf(PrefixSet.union(sets.map(({ set }) => set.prefixes)), prefixView))
  const remotes = lazy(() => remotesOf(sets, vendor, options))
  const ofFamilies = setsByFamily(sets.map(setView))
  const widened = priceOf(sets)
  return {
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
    policyRules: byPolicyRule(rules, ruleViews, words),
    order: orderOf(listsOf(ruleViews, areApart)),
    closing: closing.map((rule, index) => viewOfClosing(rule, previous[rules.length + index] as string, words)),
    sets: sets.map(setView),
    /** The sets of local sides. */
    locals: locals.map(setView),
    /** Both together. */
    allSets: [...locals, ...sets].map(setView),
    /** Every group of any set or local side; nested groups come first. */
    get groups() {
      return groups()
    },
    /** The number of this file, if it is split. */
    part: { number: '01', count: '01', isSplit: false },
    /** The services to define: each protocol with its ports, once. */
    services: servicesToDefine(ruleViews),
    directions: (['outbound', 'inbound'] as const).map((direction) => viewOfDirection(direction, ruleViews, words)),
    /** Every prefix of any set, without duplicates. */
    get prefixes() {
      return everything()
    },
    /** Every prefix of any set or local side, without duplicates: those to define as objects. */
    get objects() {
      return objects()
    },
    /** The addresses of all sets, in the fewest prefixes. */
    get cover() {
      return cover()
    },
    /** The same as a device has it that resolves tags: those by name. */
    get remotes() {
      return remotes()
    },
    families: FAMILIES.map((family, index) => ({
      family,
      word: words(family),
      isIpv4: family === 'ipv4',
      isIpv6: family === 'ipv6',
      /** The sets with addresses of the family, each with these only. */
      sets: ofFamilies[index] ?? [],
      get prefixes() {
        return everything().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4'))
      },
      get objects() {
        return objects().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4'))
      },
    })),
  }
}

const servicesToDefine = (rules: readonly RuleView[]) =>
  unique(
    rules.map(({ service }) => service).filter(({ hasPorts }) => hasPorts),
    ({ name }) => name,
  )

/** The set choice of each option, for conditions: `{{#if is.form.short}}`. */
export function choicesOf(vendor: Vendor, options: OptionValues) {
  return Object.fromEntries(
    Object.entries(vendor.options).flatMap(([name, option]) =>
      option.type === 'choice'
        ? [[name, Object.fromEntries(Object.keys(option.choices).map((choice) => [choice, options[name] === choice]))]]
        : [],
    ),
  )
}

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}
