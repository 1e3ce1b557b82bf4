import {
  type AddressFamily,
  BITS,
  comparePrefixes,
  FAMILIES,
  formatAddress,
  formatPrefix,
  type Prefix,
} from '../model/address/prefix.ts'
import { PrefixSet } from '../model/address/prefix-set.ts'
import { CLOUDS } from '../model/cloud.ts'
import type { Fitted, FittedRule, FittedSet, Group } from '../model/fitted.ts'
import { lazy } from '../model/lazy.ts'
import { objectNameOf, tagSummary, wordOf } from '../model/naming.ts'
import type { OptionValues } from '../model/option-values.ts'
import { formatService } from '../model/service.ts'
import type { PortRange } from '../model/traffic.ts'
import { type ClosingRule, closingRules, type Vendor } from '../model/vendor.ts'
import { formatPrice, sumOfPrices } from '../model/widening.ts'

/** Everything that a template may see. Complete, in the vendor's words, without null or undefined. */
export type View = ReturnType<typeof viewOf>

/**
 * The view of a fitted ruleset: see vendors/README.md for its fields. Templates print what is here and choose nothing,
 * so every name and word is already the vendor's.
 */
export function viewOf({ ruleset, sets, rules }: Fitted, vendor: Vendor, options: OptionValues) {
  const words = (word: string) => wordOf(vendor, word)
  const prefixView = prefixViewer(vendor, options)
  const setViews = new Map(sets.map((set) => [set, viewOfSet(set, prefixView, words)]))
  const closing = closingRules(vendor, options)
  const ruleNames = [...rules, ...closing].map(({ name }) => name)
  const ruleViews = rules.map((rule, index) =>
    viewOfRule(rule, ruleNames[index - 1] ?? '', setViews.get(rule.set) as SetView, prefixView, words),
  )
  const everything = lazy(() => prefixesOf(sets, prefixView))
  const groups = lazy(() => [...setViews.values()].flatMap(({ groups }) => groups.flatMap(groupDefinitions)))
  const cover = lazy(() => prefixViewsOf(PrefixSet.union(sets.map(({ set }) => set.prefixes)), prefixView))
  const widened = priceOf(sets)
  return {
    vendor: vendor.name,
    policy: ruleset.policy,
    cloud: ruleset.cloud,
    published: ruleset.published,
    changeNumber: ruleset.changeNumber,
    // `hasHeader` recognises it.
    header: `Azure service tags ${CLOUDS[ruleset.cloud]} ${ruleset.published} (change number ${ruleset.changeNumber}), policy ${commentable(ruleset.policy)}${widened && `; widened: ${widened}`}`,
    widened,
    options,
    is: choicesOf(vendor, options),
    rules: ruleViews,
    closing: closing.map((rule, index) => viewOfClosing(rule, ruleNames[rules.length + index - 1] ?? '', words)),
    sets: [...setViews.values()],
    /** Every group of any set, those that a group is split into before it. */
    get groups() {
      return groups()
    },
    /** Which of several files this is. */
    part: { number: '01', count: '01', isSplit: false },
    services: unique(
      ruleViews.map(({ service }) => service),
      ({ name }) => name,
    ),
    directions: (['outbound', 'inbound'] as const).map((direction) => viewOfDirection(direction, ruleViews, words)),
    /** Every prefix of any set, once. */
    get prefixes() {
      return everything()
    },
    /** The addresses of all sets in the fewest prefixes. */
    get cover() {
      return cover()
    },
    families: FAMILIES.map((family) => ({
      family,
      word: words(family),
      get prefixes() {
        return everything().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4'))
      },
    })),
  }
}

/** What widening costs, so that whoever reads the file knows; empty where the sets are not widened. */
function priceOf(sets: readonly FittedSet[]): string {
  const prices = sets.flatMap(({ set }) => set.widened?.prices ?? [])
  const sums = FAMILIES.flatMap((family) => {
    const [first, ...more] = prices.filter((price) => price.family === family)
    return first ? [formatPrice(sumOfPrices([first, ...more]))] : []
  })
  return sums.join('; ')
}

/** For each option with choices, which one is set: `{{#if is.form.short}}`. */
function choicesOf(vendor: Vendor, options: OptionValues) {
  return Object.fromEntries(
    Object.entries(vendor.options).flatMap(([name, option]) =>
      option.type === 'choice'
        ? [[name, Object.fromEntries(Object.keys(option.choices).map((choice) => [choice, options[name] === choice]))]]
        : [],
    ),
  )
}

/** A policy is named after its file, so its name may hold what ends a comment: a line break, or `--` in XML. */
export const commentable = (name: string) => name.replaceAll(/[^A-Za-z0-9._/ ]+/g, '-')

type SetView = ReturnType<typeof viewOfSet>
type RuleView = ReturnType<typeof viewOfRule>
export interface PrefixView {
  readonly cidr: string
  readonly name: string
  readonly family: string
  readonly address: string
  readonly length: number
  readonly mask: string
  readonly isIpv4: boolean
  readonly isIpv6: boolean
}
type Words = (word: string) => string

/** What makes a view of each prefix, once; masks are few, and are made once too. */
export function prefixViewer(vendor: Vendor, options: OptionValues) {
  const known = new Map<Prefix, PrefixView>()
  const byText = new Map<string, PrefixView>()
  const masks = new Map<string, string>()
  const words = { ipv4: wordOf(vendor, 'ipv4'), ipv6: wordOf(vendor, 'ipv6') }

  /** The same view for the same prefix, though sets hold a `Prefix` of their own each. `text` is what it is known to be. */
  return (prefix: Prefix, text?: string): PrefixView => {
    const before = known.get(prefix)
    if (before) return before
    const cidr = text ?? formatPrefix(prefix)
    const view = byText.get(cidr) ?? make(prefix, cidr)
    byText.set(cidr, view)
    known.set(prefix, view)
    return view
  }

  function make({ family, length }: Prefix, cidr: string): PrefixView {
    const key = `${family}/${length}`
    const known = masks.get(key)
    const mask = known ?? formatAddress(family, maskOf(family, length))
    if (known === undefined) masks.set(key, mask)
    return {
      cidr,
      name: objectNameOf(cidr, vendor, options),
      family: words[family],
      address: cidr.slice(0, cidr.indexOf('/')),
      length,
      mask,
      isIpv4: family === 'ipv4',
      isIpv6: family === 'ipv6',
    }
  }
}

type PrefixViewer = ReturnType<typeof prefixViewer>

const prefixViewsOf = ({ prefixes, texts }: PrefixSet, prefixView: PrefixViewer) =>
  prefixes.map((prefix, index) => prefixView(prefix, texts[index]))

function viewOfSet({ name, set, groups }: FittedSet, prefixView: PrefixViewer, words: Words) {
  const prefixes = lazy(() => prefixViewsOf(set.prefixes, prefixView))
  return {
    name,
    id: set.id,
    tags: set.tags,
    tagList: set.tags.join(', '),
    /** Short whatever the number of tags, for descriptions with a limit. */
    tagSummary: tagSummary(set.tags),
    get prefixes() {
      return prefixes()
    },
    families: FAMILIES.filter((family) => !set.prefixes.family(family).isEmpty).map((family) => ({
      family,
      word: words(family),
      isIpv4: family === 'ipv4',
      isIpv6: family === 'ipv6',
      get prefixes() {
        return prefixes().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4'))
      },
    })),
    groups: groups.map((group) => viewOfGroup(group, prefixView)),
  }
}

function viewOfGroup({ name, family, members, chunks }: Group, prefixView: PrefixViewer) {
  return {
    name,
    isIpv4: family === 'ipv4',
    isIpv6: family === 'ipv6',
    /** Those of its own; `chunks` hold the others. */
    get members() {
      return members.map((prefix) => prefixView(prefix))
    },
    chunks: chunks.map(({ name, members }) => ({ name, members: members.map((prefix) => prefixView(prefix)) })),
  }
}

/** A group and what it is split into, each with the names of what it holds. */
function groupDefinitions({ name, isIpv4, isIpv6, members, chunks }: ReturnType<typeof viewOfGroup>) {
  const define = (name: string, members: readonly { readonly name: string }[]) => ({
    name,
    isIpv4,
    isIpv6,
    members: members.map(({ name }) => name),
  })
  return [...chunks.map((chunk) => define(chunk.name, chunk.members)), define(name, [...members, ...chunks])]
}

function viewOfRule(
  { name, priority, rule, set, tag, family, prefixes }: FittedRule,
  previous: string,
  setView: SetView,
  prefixView: PrefixViewer,
  words: Words,
) {
  return {
    name,
    id: set.set.id,
    policyRule: rule.set.name,
    priority,
    policyPriority: rule.priority,
    previous,
    direction: words(rule.direction),
    isOutbound: rule.direction === 'outbound',
    isInbound: rule.direction === 'inbound',
    action: words(rule.action),
    protocol: words(rule.protocol),
    service: {
      name: formatService(rule),
      protocol: words(rule.protocol),
      isTcp: rule.protocol === 'tcp',
      isUdp: rule.protocol === 'udp',
      ports: rule.ports.map((ports) => viewOfPorts(ports, words)),
      isSinglePort: rule.ports.length === 1 && rule.ports[0]?.first === rule.ports[0]?.last,
      isSingleEntry: rule.ports.length === 1,
    },
    set: setView,
    tag: tag ?? '',
    family: family ? words(family) : '',
    hasIpv4: !prefixes.family('ipv4').isEmpty,
    hasIpv6: !prefixes.family('ipv6').isEmpty,
    get prefixes() {
      return prefixViewsOf(prefixes, prefixView)
    },
  }
}

function viewOfClosing({ name, priority, direction }: ClosingRule, previous: string, words: Words) {
  return {
    name,
    priority,
    direction: words(direction),
    isOutbound: direction === 'outbound',
    isInbound: direction === 'inbound',
    previous,
  }
}

function viewOfPorts({ first, last }: PortRange, words: Words) {
  return { first, last, isRange: first !== last, text: first === last ? String(first) : `${first}${words('-')}${last}` }
}

/** The rules of one direction, by service: for vendors that look at the port once and at addresses behind it. */
function viewOfDirection(direction: 'inbound' | 'outbound', rules: readonly RuleView[], words: Words) {
  const own = rules.filter((rule) => (direction === 'outbound' ? rule.isOutbound : rule.isInbound))
  return {
    direction: words(direction),
    isOutbound: direction === 'outbound',
    isInbound: direction === 'inbound',
    rules: own,
    services: unique(
      own.map(({ service }) => service),
      ({ name }) => name,
    ).map((service) => {
      const rules = own.filter((rule) => rule.service.name === service.name)
      // The lowest priority is as stable a number as there is: it does not move when other rules come and go.
      return { ...service, direction: words(direction), id: String((rules[0] as RuleView).policyPriority), rules }
    }),
  }
}

function maskOf(family: AddressFamily, length: number): bigint {
  const bits = BigInt(BITS[family])
  return ((1n << bits) - 1n) ^ ((1n << (bits - BigInt(length))) - 1n)
}

/** Every prefix of any set, once; overlaps stay, as each set needs its own. */
function prefixesOf(sets: readonly FittedSet[], prefixView: PrefixViewer): PrefixView[] {
  // Each is known from here on, by the text that its set has of it.
  for (const { set } of sets) prefixViewsOf(set.prefixes, prefixView)
  const sorted = sets.flatMap(({ set }) => set.prefixes.prefixes).sort(comparePrefixes)
  return [...new Set(sorted.map((prefix) => prefixView(prefix)))]
}

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}

/** Whether a text has the header of a view: then tagwall made it, in some run. */
export const hasHeader = (text: string) =>
  /Azure service tags \w+ \d{4}-\d{2}-\d{2} \(change number \d+\), policy /.test(text.slice(0, 2000))
