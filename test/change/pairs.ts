import { randomFrom } from '../random.ts'

// Random pairs of (policy, document): one side, and an edit of it.

export interface Rule {
  name: string
  tags?: string[]
  prefixes?: string[]
  except?: string[]
  direction: 'inbound' | 'outbound' | 'both'
  action?: 'deny'
  protocol?: 'udp' | 'icmp' | 'any'
  ports?: (number | string)[]
  local?: Local
  priority: number
  description?: string
  ticket?: string
}

export type Local = string[] | { object: string; object6: string }

export interface Target {
  name: string
  vendor: string
  out: string
  options?: Record<string, string>
  family?: 'ipv4' | 'ipv6'
  local?: Local
  widen?: { maxPrefixes: number }
}

export interface Policy {
  local?: Local
  rules: Rule[]
  guards: { maxShrink: string; maxGrow: string }
  targets: Target[]
  sites?: { name: string; local?: string[] }[]
}

/** Prefixes by tag. */
export type Tags = Record<string, string[]>

export interface Side {
  policy: Policy
  tags: Tags
}

export interface Pair {
  readonly before: Side
  readonly after: Side
}

/** Chooses at random. */
export class Choice {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = randomFrom(seed * 7919 + 13)
    for (let turn = 0; turn < 4; turn++) this.#random()
  }

  below = (count: number): number => Math.floor(this.#random() * count)
  is = (share = 0.5): boolean => this.#random() < share
  of = <T>(all: readonly T[]): T => all[this.below(all.length)] as T
  some = <T>(all: readonly T[], least: number, most: number): T[] => {
    const rest = [...all]
    const count = Math.min(rest.length, least + this.below(most - least + 1))
    return Array.from({ length: count }, () => rest.splice(this.below(rest.length), 1)[0] as T)
  }
}

const BLOCKS4 = [0, 16, 32, 64, 128, 192].flatMap((at) => [
  `20.40.2.${at}/${at === 0 || at >= 64 ? 27 : 28}`,
  `20.40.3.${at}/28`,
])
const WIDE4 = ['20.40.2.0/25', '20.40.2.64/26', '52.60.113.0/26', '52.60.113.128/25', '20.40.3.0/26']
const BLOCKS6 = Array.from({ length: 6 }, (_, index) => `2603:db8:0:${index}::/64`)
const TAGS = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Store.West', 'Store.North', 'Six']
const OWN = ['192.0.2.0/26', '192.0.2.64/27', '20.40.2.0/28', '20.40.2.128/27', '2001:db8:1::/64', '20.40.3.16/28']
const PORTS: (number | string)[] = [80, 443, 22, 53, 8080, '8200-8300', '400-500', 5671]
const LOCALS: string[][] = [
  ['10.20.0.0/16'],
  ['10.20.0.0/16', '2001:db8:20::/48'],
  ['10.20.4.0/24', '10.30.0.0/16'],
  ['10.20.0.9/32', '2001:db8:20:1::/64'],
  ['2001:db8:20::/48'],
]
const NAMES = ['Web', 'Login', 'Queue', 'Store', 'Probe', 'Peer', 'Mail', 'Time', 'Build', 'Ping']

const prefixesOf = (choice: Choice, name: string): string[] =>
  [
    ...(name === 'Six' ? [] : choice.some([...BLOCKS4, ...WIDE4], 1, 3)),
    ...choice.some(BLOCKS6, name === 'Six' ? 1 : 0, 2),
  ].sort()

/** A policy and a document. */
export function sideOf(choice: Choice): Side {
  const tags: Tags = Object.fromEntries(TAGS.map((name) => [name, prefixesOf(choice, name)]))
  const rules: Rule[] = []
  const policy: Policy = { rules, guards: { maxShrink: '100%', maxGrow: '1000%' }, targets: [] }
  const count = 2 + choice.below(4)
  while (rules.length < count) rules.push(newRule(choice, { policy, tags }))
  if (choice.is(0.35)) policy.local = choice.of(LOCALS)
  policy.targets = targetsOf(choice)
  return { policy, tags }
}

const isFree = ({ rules }: Policy, priority: number) => rules.every((rule) => rule.priority !== priority)

/** A rule that the policy does not have. */
export function newRule(choice: Choice, { policy, tags }: Side, isDeny = choice.is(0.2)): Rule {
  const name = choice.of(NAMES.filter((name) => policy.rules.every((rule) => rule.name !== name)))
  const priority = choice.of(
    Array.from({ length: 12 }, (_, index) => 100 + index * 10).filter((one) => isFree(policy, one)),
  )
  const rule: Rule = { name, direction: choice.of(['outbound', 'outbound', 'inbound', 'both']), priority }
  if (isDeny) rule.action = 'deny'
  if (isDeny ? choice.is(0.4) : choice.is(0.85)) rule.tags = choice.some(Object.keys(tags), 1, 2)
  if (!rule.tags || choice.is(0.2)) rule.prefixes = choice.some(OWN, 1, 2)
  if (rule.tags && choice.is(0.2)) rule.except = [choice.of([...OWN, ...BLOCKS4])]
  if (choice.is(0.2)) rule.local = choice.of(LOCALS)
  shape(choice, rule, isDeny)
  return rule
}

/** Gives a rule a protocol, and ports if that has some. */
function shape(choice: Choice, rule: Rule, isDeny = false): void {
  delete rule.protocol
  delete rule.ports
  const protocol = choice.of(
    isDeny ? (['any', 'any', 'tcp'] as const) : (['tcp', 'tcp', 'tcp', 'udp', 'icmp', 'any'] as const),
  )
  if (protocol !== 'tcp') rule.protocol = protocol
  if (protocol === 'tcp' || protocol === 'udp') rule.ports = choice.some(PORTS, 1, 2)
}

function targetsOf(choice: Choice): Target[] {
  const more: Target[] = [
    { name: 'router', vendor: 'cisco-ios', out: 'rules/router.ios' },
    { name: 'feeds', vendor: 'list', out: 'rules/feeds', options: { form: 'sets' } },
    { name: 'feed', vendor: 'list', out: 'rules/feed.txt' },
    { name: 'lan', vendor: 'json', out: 'rules/lan.json', local: choice.of(LOCALS) },
  ]
  return [
    { name: 'edge', vendor: 'json', out: 'rules/edge.json' },
    { name: 'host', vendor: 'iptables', out: 'rules/host' },
    ...choice.some(more, 0, 2),
  ]
}

type Edit = (side: Side, choice: Choice) => void

const ruleOf = (side: Side, choice: Choice, isIt: (rule: Rule) => boolean = () => true) => {
  const rules = side.policy.rules.filter(isIt)
  if (rules.length === 0) throw new Unsuitable()
  return choice.of(rules)
}

/** An edit that this side is not made for. */
export class Unsuitable extends Error {}

const usedTags = ({ policy, tags }: Side) =>
  Object.keys(tags).filter((tag) => policy.rules.some((rule) => rule.tags?.includes(tag)))

function addPrefixes(side: Side, choice: Choice): void {
  for (const tag of choice.some(usedTags(side), 1, 2))
    side.tags[tag] = [...new Set([...(side.tags[tag] ?? []), ...prefixesOf(choice, tag)])].sort()
}

function removePrefixes(side: Side, choice: Choice): void {
  const tag = choice.of(usedTags(side).filter((tag) => (side.tags[tag]?.length ?? 0) > 1))
  if (tag === undefined) throw new Unsuitable()
  side.tags[tag] = side.tags[tag]?.slice(1) as string[]
}

const DOCUMENT: Edit = (side, choice) => {
  const edit = choice.of([addPrefixes, removePrefixes, addPrefixes])
  edit(side, choice)
}

function exchange<T>(list: readonly T[] | undefined, all: readonly T[], choice: Choice): T[] {
  const has = list ?? []
  const fresh = choice.of(all.filter((one) => !has.includes(one)))
  if (has.length < 1 || choice.is(0.4)) return [...has, fresh]
  return has.length > 1 && choice.is() ? has.slice(1) : [...has.slice(1), fresh]
}

const differentLocal = (local: Local | undefined, choice: Choice) =>
  choice.of(LOCALS.filter((one) => JSON.stringify(one) !== JSON.stringify(local)))

const POLICY_EDITS = {
  'add a rule': (side, choice) => {
    side.policy.rules.push(newRule(choice, side, false))
  },
  'remove a rule': ({ policy }, choice) => {
    policy.rules.splice(choice.below(policy.rules.length), 1)
  },
  'rename a rule': (side, choice) => {
    ruleOf(side, choice).name = newRule(choice, side).name
  },
  ports: (side, choice) => {
    const rule = ruleOf(side, choice, ({ ports }) => ports !== undefined)
    rule.ports = exchange(rule.ports, PORTS, choice)
  },
  protocol: (side, choice) => shape(choice, ruleOf(side, choice), true),
  tags: (side, choice) => {
    const rule = ruleOf(side, choice, ({ tags }) => tags !== undefined)
    rule.tags = exchange(rule.tags, Object.keys(side.tags), choice)
  },
  'own prefixes': (side, choice) => {
    const rule = ruleOf(side, choice)
    rule.prefixes = exchange(rule.prefixes, OWN, choice)
  },
  exceptions: (side, choice) => {
    const rule = ruleOf(side, choice, ({ tags }) => tags !== undefined)
    if (rule.except && choice.is()) delete rule.except
    else rule.except = exchange(rule.except, [...OWN, ...BLOCKS4, ...WIDE4, ...Object.keys(side.tags)], choice)
  },
  'local of the policy': ({ policy }, choice) => {
    if (policy.local && choice.is()) delete policy.local
    else policy.local = differentLocal(policy.local, choice)
  },
  'local of a target': ({ policy }, choice) => {
    const target = choice.of(policy.targets)
    if (target.local && choice.is()) delete target.local
    else target.local = differentLocal(target.local, choice)
  },
  'local of a rule': (side, choice) => {
    const rule = ruleOf(side, choice)
    if (rule.local && choice.is()) delete rule.local
    else rule.local = differentLocal(rule.local, choice)
  },
  'an object as the local side': (side, choice) => {
    const rule = ruleOf(side, choice)
    rule.local = { object: 'nodes', object6: 'nodes6' }
  },
  'a new denial before others': (side, choice) => {
    const rule = { ...newRule(choice, side, true), priority: 90 + choice.below(9) }
    side.policy.rules.push(rule)
  },
  'a new denial behind others': (side, choice) => {
    const { direction, tags, prefixes, except } = ruleOf(side, choice)
    const { name } = newRule(choice, side)
    const copy = structuredClone({ tags, prefixes, except })
    side.policy.rules.push({ name, ...copy, direction, action: 'deny', protocol: 'any', priority: 500 })
  },
  'a denial becomes a permission': (side, choice) => {
    delete ruleOf(side, choice, ({ action }) => action === 'deny').action
  },
  'a permission becomes a denial': (side, choice) => {
    ruleOf(side, choice, ({ action }) => action !== 'deny').action = 'deny'
  },
  direction: (side, choice) => {
    const rule = ruleOf(side, choice)
    rule.direction = choice.of((['inbound', 'outbound', 'both'] as const).filter((one) => one !== rule.direction))
  },
  order: ({ policy }, choice) => {
    if (policy.rules.length < 2) throw new Unsuitable()
    const [a, b] = choice.some(policy.rules, 2, 2) as [Rule, Rule]
    ;[a.priority, b.priority] = [b.priority, a.priority]
  },
  'priorities in the same order': ({ policy }) => {
    for (const rule of policy.rules) rule.priority += 1
  },
  options: ({ policy }, choice) => {
    for (const target of policy.targets) {
      if (target.vendor === 'iptables')
        target.options = choice.of<Record<string, string>>([{ chain: 'AZURE' }, { outboundHook: 'FORWARD' }])
      if (target.vendor === 'cisco-ios') target.options = { outboundAcl: 'LAN-IN' }
    }
  },
  family: ({ policy }, choice) => {
    choice.of(policy.targets).family = choice.of(['ipv4', 'ipv6'])
  },
  'a description': (side, choice) => {
    ruleOf(side, choice).description = 'for the plant'
  },
  'a note': (side, choice) => {
    ruleOf(side, choice).ticket = 'NET-1234'
  },
  'a target renamed': ({ policy }) => {
    ;(policy.targets[0] as Target).name = 'border'
  },
  'a new target': ({ policy }) => {
    policy.targets.push({ name: 'second', vendor: 'json', out: 'rules/second.json' })
  },
  'a target that goes': ({ policy }) => {
    policy.targets.splice(1, 1)
  },
} satisfies Record<string, Edit>

const at = (site: string) => (target: Target) => ({ ...target, out: target.out.replace('rules/', `rules/${site}/`) })

/** By name: what makes the first side fit, and the edit. */
export const KINDS: Readonly<Record<string, { readonly prepare?: Edit; readonly edit: Edit }>> = {
  quiet: { edit: () => {} },
  'a tag that no rule uses': {
    edit: (side, choice) => {
      side.tags.Unused = choice.some(BLOCKS4, 1, 3)
    },
  },
  'the document adds': { edit: addPrefixes },
  'the document takes': { edit: removePrefixes },
  'the document changes both ways': {
    edit: (side, choice) => {
      removePrefixes(side, choice)
      addPrefixes(side, choice)
    },
  },
  ...Object.fromEntries(Object.entries(POLICY_EDITS).map(([name, edit]) => [name, { edit }])),
  both: {
    edit: (side, choice) => {
      choice.of(Object.values<Edit>(POLICY_EDITS))(side, choice)
      DOCUMENT(side, choice)
    },
  },
  'two edits and the document': {
    edit: (side, choice) => {
      for (const edit of choice.some(Object.values<Edit>(POLICY_EDITS), 2, 2)) edit(side, choice)
      DOCUMENT(side, choice)
    },
  },
  'a tag that vanishes and that the policy drops': {
    edit: (side, choice) => {
      const tag = choice.of(usedTags(side))
      if (tag === undefined) throw new Unsuitable()
      delete side.tags[tag]
      const without = (texts: string[] | undefined) => texts?.filter((text) => text !== tag)
      for (const rule of side.policy.rules) {
        if (rule.tags) rule.tags = without(rule.tags) as string[]
        if (rule.except) rule.except = without(rule.except) as string[]
      }
      side.policy.rules = side.policy.rules.filter(({ tags = [], prefixes = [] }) => tags.length + prefixes.length > 0)
    },
  },
  'a new tag that the policy takes up': {
    edit: (side, choice) => {
      side.tags.Fresh = prefixesOf(choice, 'Fresh')
      const rule = ruleOf(side, choice, ({ tags }) => tags !== undefined)
      rule.tags = [...(rule.tags ?? []), 'Fresh']
    },
  },
  'a region of a selector': {
    prepare: (side, choice) => {
      const rule = ruleOf(side, choice)
      rule.tags = ['Store.*']
    },
    edit: (side, choice) => {
      side.tags['Store.East'] = prefixesOf(choice, 'Store.East')
      if (choice.is()) delete side.tags['Store.North']
    },
  },
  sites: {
    prepare: ({ policy }, choice) => {
      policy.sites = [{ name: 'berlin' }, { name: 'oslo', ...(choice.is() && { local: choice.of(LOCALS) }) }]
      policy.targets = policy.targets.map(at('{site}'))
    },
    edit: (side, choice) => {
      const { sites = [] } = side.policy
      const way = choice.below(3)
      if (way === 0) sites.push({ name: 'paris' })
      else if (way === 1) sites.pop()
      else (sites[0] as { local?: string[] }).local = differentLocal(undefined, choice) as string[]
      if (choice.is()) choice.of(Object.values<Edit>(POLICY_EDITS).slice(0, 8))(side, choice)
    },
  },
  widened: {
    prepare: ({ policy }) => {
      ;(policy.targets[0] as Target).widen = { maxPrefixes: 2 }
    },
    edit: (side, choice) => {
      if (choice.is())
        choice.of([POLICY_EDITS.ports, POLICY_EDITS.tags, POLICY_EDITS['own prefixes']] as Edit[])(side, choice)
      if (choice.is(0.7)) DOCUMENT(side, choice)
    },
  },
  'a file edited by hand': {
    edit: (side, choice) => choice.of(Object.values<Edit>(POLICY_EDITS).slice(0, 8))(side, choice),
  },
  'a lost lock': {
    edit: (side, choice) => {
      choice.of(Object.values<Edit>(POLICY_EDITS).slice(0, 8))(side, choice)
      if (choice.is()) DOCUMENT(side, choice)
    },
  },
}

/** The pair of a kind and a seed. Throws `Unsuitable` if there is none. */
export function pairOf(kind: string, seed: number): Pair {
  const choice = new Choice(seed)
  const before = sideOf(choice)
  const { prepare, edit } = KINDS[kind] as (typeof KINDS)[string]
  prepare?.(before, choice)
  const after = structuredClone(before)
  edit(after, choice)
  return { before, after }
}

/** A published document. */
export function documentText(tags: Tags, changeNumber: number): string {
  const values = Object.entries(tags).map(([name, addressPrefixes]) => ({
    name,
    id: name,
    properties: { changeNumber, region: '', platform: 'Azure', systemService: '', addressPrefixes },
  }))
  return JSON.stringify({ changeNumber, cloud: 'Public', values })
}

/** Whether rules of a policy name a tag, also by a selector. */
export function usesTag({ rules }: Policy): (tag: string) => boolean {
  const names = rules.flatMap(({ tags = [], except = [] }) => [...tags, ...except])
  return (tag) => names.some((name) => name === tag || (name.endsWith('.*') && tag.startsWith(name.slice(0, -1))))
}

/** The rules of an older policy that a newer document has tags for: a tag that vanished is empty. */
export function withoutVanished({ rules, ...policy }: Policy, tags: Tags): Policy {
  const isThere = (text: string) =>
    text.endsWith('.*')
      ? Object.keys(tags).some((tag) => tag.startsWith(text.slice(0, -1)))
      : text in tags || text.includes('/')
  const left = rules
    .map((rule) => ({
      ...rule,
      ...(rule.tags && { tags: rule.tags.filter(isThere) }),
      ...(rule.except && { except: rule.except.filter(isThere) }),
    }))
    .filter(({ tags = [], prefixes = [] }) => tags.length + prefixes.length > 0)
  return { ...policy, rules: left }
}
