import { FAMILIES } from '../model/address/prefix.ts'
import { PrefixSet } from '../model/address/prefix-set.ts'
import { CLOUDS } from '../model/cloud.ts'
import type { Fitted, FittedLocal, FittedRule, FittedSet, Group } from '../model/fitted.ts'
import { lazy } from '../model/lazy.ts'
import { tagSummary, wordOf } from '../model/naming.ts'
import type { OptionValues } from '../model/option-values.ts'
import { formatService } from '../model/service.ts'
import { hasPorts, type PortRange } from '../model/traffic.ts'
import { type ClosingRule, closingRules, type Vendor, type Word } from '../model/vendor.ts'
import { formatPrice, sumOfPrices } from '../model/widening.ts'
import { setsByFamily } from './family-sets.ts'
import { type PrefixViewer, prefixesOf, prefixViewer, prefixViewsOf } from './prefix-view.ts'
import { byPolicyRule, remotesOf } from './remote-view.ts'

/** The view for templates: complete, in the vendor's words, without null or undefined. */
export type View = ReturnType<typeof viewOf>

/**
 * The view of a fitted ruleset; vendors/README.md describes its fields. Templates only print and never choose, so every name
 * and word is already the vendor's.
 */
export function viewOf({ ruleset, sets, locals, rules }: Fitted, vendor: Vendor, options: OptionValues) {
  const words = (word: Word) => wordOf(vendor, word)
  const prefixView = prefixViewer(vendor, options)
  const setViews = new Map([...locals, ...sets].map((set) => [set, viewOfSet(set, prefixView, words)]))
  const setView = (set: FittedSet) => setViews.get(set) as SetView
  const closing = closingRules(vendor, options)
  const ruleNames = [...rules, ...closing].map(({ name }) => name)
  const ruleViews = rules.map((rule, index) => viewOfRule(rule, ruleNames[index - 1] ?? '', setView, prefixView, words))
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
    // `hasHeader` recognizes this text.
    header: `Azure service tags ${CLOUDS[ruleset.cloud]} ${ruleset.published} (change number ${ruleset.changeNumber}), policy ${commentable(ruleset.policy)}${widened && `; widened: ${widened}`}`,
    widened,
    options,
    is: choicesOf(vendor, options),
    rules: ruleViews,
    /** The same, together where they come from one rule of the policy. */
    policyRules: byPolicyRule(rules, ruleViews, words),
    order: orderOf(ruleViews),
    closing: closing.map((rule, index) => viewOfClosing(rule, ruleNames[rules.length + index - 1] ?? '', words)),
    sets: sets.map(setView),
    /** The sets of local sides. */
    locals: locals.map(setView),
    /** Every group of any set or local side; nested groups come first. */
    get groups() {
      return groups()
    },
    /** The number of this file, if it is split. */
    part: { number: '01', count: '01', isSplit: false },
    /** Those to define: each protocol with its ports, once. */
    services: unique(
      ruleViews.map(({ service }) => service).filter(({ hasPorts }) => hasPorts),
      ({ name }) => name,
    ),
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

/** The price of widening, for the header of the file; empty without widening. */
function priceOf(sets: readonly FittedSet[]): string {
  const prices = sets.flatMap(({ set }) => set.widened?.prices ?? [])
  const sums = FAMILIES.flatMap((family) => {
    const [first, ...more] = prices.filter((price) => price.family === family)
    return first ? [formatPrice(sumOfPrices([first, ...more]))] : []
  })
  return sums.join('; ')
}

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

/** Makes a policy name safe in comments. It comes from a file name and may contain a line break, or `--`. */
export const commentable = (name: string) => name.replaceAll(/[^A-Za-z0-9._/ ]+/g, '-')

type SetView = ReturnType<typeof viewOfSet>
type RuleView = ReturnType<typeof viewOfRule>
type Words = (word: Word) => string

function viewOfSet({ name, set, groups }: FittedSet, prefixView: PrefixViewer, words: Words) {
  const prefixes = lazy(() => prefixViewsOf(set.prefixes, prefixView))
  return {
    name,
    id: set.id,
    tags: set.tags,
    tagList: set.tags.join(', '),
    /** Always short, for descriptions with a limit. */
    tagSummary: tagSummary(set),
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
    /** Its own members; `chunks` hold the others. */
    get members() {
      return members.map((prefix) => prefixView(prefix))
    },
    chunks: chunks.map(({ name, members }) => ({ name, members: members.map((prefix) => prefixView(prefix)) })),
  }
}

/** A group and its nested groups, each with the names of its members. */
function groupDefinitions({ name, isIpv4, isIpv6, members, chunks }: ReturnType<typeof viewOfGroup>) {
  type Named = readonly { readonly name: string }[]
  const define = (name: string, objects: Named, groups: Named = []) => ({
    name,
    isIpv4,
    isIpv6,
    members: [
      ...objects.map(({ name }) => ({ name, isGroup: false })),
      ...groups.map(({ name }) => ({ name, isGroup: true })),
    ],
  })
  return [...chunks.map((chunk) => define(chunk.name, chunk.members)), define(name, members, chunks)]
}

function viewOfRule(
  { name, priority, rule, set, local, tag, family, prefixes }: FittedRule,
  previous: string,
  setView: (set: FittedSet) => SetView,
  prefixView: PrefixViewer,
  words: Words,
) {
  return {
    name,
    id: set.set.id,
    policyRule: rule.set.name,
    priority,
    description: rule.description ?? '',
    policyPriority: rule.priority,
    previous,
    direction: words(rule.direction),
    isOutbound: rule.direction === 'outbound',
    isInbound: rule.direction === 'inbound',
    action: words(rule.action),
    isAllow: rule.action === 'allow',
    isDeny: rule.action === 'deny',
    protocol: words(rule.protocol),
    service: {
      name: formatService(rule),
      protocol: words(rule.protocol),
      isTcp: rule.protocol === 'tcp',
      isUdp: rule.protocol === 'udp',
      isIcmp: rule.protocol === 'icmp',
      isAny: rule.protocol === 'any',
      hasPorts: hasPorts(rule.protocol),
      ports: rule.ports.map((ports) => viewOfPorts(ports, words)),
      isSinglePort: rule.ports.length === 1 && rule.ports[0]?.first === rule.ports[0]?.last,
      isSingleEntry: rule.ports.length === 1,
    },
    set: setView(set),
    local: viewOfLocal(local, family, setView),
    tag: tag ?? '',
    family: family ? words(family) : '',
    hasIpv4: !prefixes.family('ipv4').isEmpty,
    hasIpv6: !prefixes.family('ipv6').isEmpty,
    get prefixes() {
      return prefixViewsOf(prefixes, prefixView)
    },
  }
}

/** For devices on which a new rule has to be moved to its place: each rule with its neighbor, if it has one, as a list. */
function orderOf(rules: readonly RuleView[]) {
  const around = (rule: RuleView, index: number, step: number) => {
    const neighbor = rules[index + step]
    return { rule, neighbor: neighbor ? [neighbor] : [] }
  }
  return {
    fromFirst: rules.map((rule, index) => around(rule, index, -1)),
    fromLast: rules.map((rule, index) => around(rule, index, 1)).reverse(),
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

/** The local side of a rule, in its family if rules are split by family. */
function viewOfLocal(
  local: FittedLocal | undefined,
  family: FittedRule['family'],
  setView: (set: FittedSet) => SetView,
) {
  const set = local && 'set' in local ? setView(local.set) : undefined
  const own = lazy(() => (set?.prefixes ?? []).filter(({ isIpv4 }) => !family || isIpv4 === (family === 'ipv4')))
  return {
    isAny: local === undefined,
    isObject: local !== undefined && 'object' in local,
    hasAddresses: set !== undefined,
    /** Of the set of addresses; empty for anything else. */
    name: set?.name ?? '',
    id: set?.id ?? '',
    /** The name of an object that exists on the device; `object6` is empty if it is for both families. */
    object: local && 'object' in local ? local.object : '',
    object6: local && 'object' in local ? local.object6 : '',
    groups: set?.groups ?? [],
    ipv4: localOfFamily(own, 'ipv4', local, set),
    ipv6: localOfFamily(own, 'ipv6', local, set),
    hasIpv4: set?.families.some(({ isIpv4 }) => isIpv4) ?? local === undefined,
    hasIpv6: set?.families.some(({ isIpv6 }) => isIpv6) ?? local === undefined,
    get prefixes() {
      return own()
    },
  }
}

/** The local side in one family, for vendors that write prefixes into each rule, or have names for each family. */
function localOfFamily(
  prefixes: () => SetView['prefixes'],
  family: 'ipv4' | 'ipv6',
  local: FittedLocal | undefined,
  set: SetView | undefined,
) {
  const own = lazy(() => prefixes().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4')))
  const object = local && 'object' in local ? { ipv4: local.object, ipv6: local.object6 }[family] : ''
  const group = set?.groups.find(({ isIpv4, isIpv6 }) => (family === 'ipv4' ? isIpv4 : isIpv6))
  return {
    /** Of its object, or of its group if the families have groups of their own; empty for any. */
    name: object || (group?.name ?? ''),
    get isSingle() {
      return own().length === 1
    },
    get prefixes() {
      return own()
    },
  }
}

/** The rules of one direction by service, for vendors that match the port first and the addresses after it. */
function viewOfDirection(direction: 'inbound' | 'outbound', rules: readonly RuleView[], words: Words) {
  const own = rules.filter((rule) => (direction === 'outbound' ? rule.isOutbound : rule.isInbound))
  return {
    direction: words(direction),
    isOutbound: direction === 'outbound',
    isInbound: direction === 'inbound',
    rules: own,
    services: blocksOf(own).map((rules) => {
      const [first] = rules as [RuleView]
      const { service, local, action, isAllow, isDeny, isOutbound, isInbound } = first
      // The lowest priority is a stable number: it stays when other rules come and go.
      const id = String(first.policyPriority)
      const [hasIpv4, hasIpv6] = [rules.some((rule) => rule.hasIpv4), rules.some((rule) => rule.hasIpv6)]
      return {
        ...{ ...service, direction: words(direction), isOutbound, isInbound },
        ...{ id, local, hasIpv4, hasIpv6, action, isAllow, isDeny, rules },
      }
    }),
  }
}

/**
 * Rules of one service, local side and action together. Where a rule denies, the order matters, so only neighbours are put
 * together then.
 */
function blocksOf(rules: readonly RuleView[]): RuleView[][] {
  const isOrdered = rules.some(({ isDeny }) => isDeny)
  const blocks: { readonly key: string; readonly rules: RuleView[] }[] = []
  for (const rule of rules) {
    const { name, object, object6 } = rule.local
    const key = JSON.stringify([rule.service.name, rule.action, name, object, object6])
    const block = isOrdered ? blocks.at(-1) : blocks.find((one) => one.key === key)
    if (block?.key === key) block.rules.push(rule)
    else blocks.push({ key, rules: [rule] })
  }
  return blocks.map(({ rules }) => rules)
}

function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}

/** Whether a text has the header of a view, so that tagwall made it. */
export const hasHeader = (text: string) =>
  /Azure service tags \w+ \d{4}-\d{2}-\d{2} \(change number \d+\), policy /.test(text.slice(0, 2000))
