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
  targets?: string[]
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

export const BLOCKS4 = [0, 16, 32, 64, 128, 192].flatMap((at) => [
  `20.40.2.${at}/${at === 0 || at >= 64 ? 27 : 28}`,
  `20.40.3.${at}/28`,
])
export const WIDE4 = ['20.40.2.0/25', '20.40.2.64/26', '52.60.113.0/26', '52.60.113.128/25', '20.40.3.0/26']
const BLOCKS6 = Array.from({ length: 6 }, (_, index) => `2603:db8:0:${index}::/64`)
const TAGS = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Store.West', 'Store.North', 'Six']
export const OWN = [
  '192.0.2.0/26',
  '192.0.2.64/27',
  '20.40.2.0/28',
  '20.40.2.128/27',
  '2001:db8:1::/64',
  '20.40.3.16/28',
]
export const PORTS: (number | string)[] = [80, 443, 22, 53, 8080, '8200-8300', '400-500', 5671]
export const LOCALS: string[][] = [
  ['10.20.0.0/16'],
  ['10.20.0.0/16', '2001:db8:20::/48'],
  ['10.20.4.0/24', '10.30.0.0/16'],
  ['10.20.0.9/32', '2001:db8:20:1::/64'],
  ['2001:db8:20::/48'],
]
const NAMES = ['Web', 'Login', 'Queue', 'Store', 'Probe', 'Peer', 'Mail', 'Time', 'Build', 'Ping']

export const prefixesOf = (choice: Choice, name: string): string[] =>
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
export function shape(choice: Choice, rule: Rule, isDeny = false): void {
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
