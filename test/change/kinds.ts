import {
  BLOCKS4,
  Choice,
  LOCALS,
  type Local,
  newRule,
  OWN,
  type Pair,
  PORTS,
  prefixesOf,
  type Rule,
  type Side,
  shape,
  sideOf,
  type Target,
  WIDE4,
} from './pairs.ts'

// The kinds of edits that pairs have.

type Edit = (side: Side, choice: Choice) => void

const ruleOf = (side: Side, choice: Choice, isIt: (rule: Rule) => boolean = () => true) => {
  const rules = side.policy.rules.filter(isIt)
  if (rules.length === 0) throw new Unsuitable()
  return choice.of(rules)
}

/** An edit that this side is not made for. */
export class Unsuitable extends Error {}

/** Some of the targets, of whichever vendor, or all. */
const subsetOf = ({ policy }: Side, choice: Choice) =>
  choice.some(
    policy.targets.map(({ name }) => name),
    1,
    policy.targets.length,
  )

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

/** A target that resolves tags itself, and rules that it can have. */
function byTag({ policy }: Side): void {
  policy.targets = [
    { name: 'edge', vendor: 'json', out: 'rules/edge.json' },
    { name: 'cloud', vendor: 'nsg', out: 'rules/cloud.json' },
  ]
  for (const rule of policy.rules) {
    rule.priority += 200
    if (rule.tags) delete rule.except
    if (rule.protocol === 'icmp') rule.protocol = 'any'
  }
}

const denialBefore: Edit = (side, choice) => {
  byTag(side)
  const what = choice.of([
    { prefixes: ['0.0.0.0/0'] },
    { prefixes: choice.some([...WIDE4, ...BLOCKS4], 1, 2) },
    { tags: choice.some(Object.keys(side.tags), 1, 2) },
  ])
  const direction = choice.of(['outbound', 'both', 'inbound'] as const)
  side.policy.rules.push({ name: 'Never', ...what, direction, action: 'deny', protocol: 'any', priority: 200 })
}

const neverIn = ({ policy }: Side) => policy.rules.find(({ name }) => name === 'Never') as Rule

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
  'a target that resolves tags': {
    prepare: byTag,
    edit: (side, choice) => {
      choice.of(Object.values<Edit>(POLICY_EDITS))(side, choice)
      if (choice.is()) DOCUMENT(side, choice)
    },
  },
  'a denial before tags': {
    prepare: denialBefore,
    edit: (side, choice) => {
      const never = neverIn(side)
      choice.of([
        () => side.policy.rules.splice(side.policy.rules.indexOf(never), 1),
        () => {
          never.priority = 900
        },
        () => {
          never.prefixes = choice.some(WIDE4, 1, 2)
        },
        () => {
          never.tags = choice.some(Object.keys(side.tags), 1, 2)
        },
      ])()
      if (choice.is()) DOCUMENT(side, choice)
    },
  },
  'tags or prefixes': {
    prepare: (side, choice) => {
      if (choice.is()) denialBefore(side, choice)
      else byTag(side)
      if (choice.is()) (side.policy.targets[1] as Target).options = { mode: 'prefixes' }
    },
    edit: (side, choice) => {
      const cloud = side.policy.targets[1] as Target
      if (cloud.options) delete cloud.options
      else cloud.options = { mode: 'prefixes' }
      if (choice.is()) DOCUMENT(side, choice)
    },
  },
  'a rule of one of two like targets': {
    prepare: (side, choice) => {
      side.policy.targets.push({ name: 'twin', vendor: 'json', out: 'rules/twin.json' })
      if (side.policy.rules.length < 2) throw new Unsuitable()
      ruleOf(side, choice).targets = subsetOf(side, choice)
    },
    edit: (side, choice) => {
      if (choice.is()) ruleOf(side, choice).targets = subsetOf(side, choice)
      else choice.of(Object.values<Edit>(POLICY_EDITS).slice(0, 8))(side, choice)
      if (choice.is()) DOCUMENT(side, choice)
    },
  },
  'a file edited by hand': {
    edit: (side, choice) => choice.of(Object.values<Edit>(POLICY_EDITS).slice(0, 8))(side, choice),
  },
  'commands edited by hand': {
    edit: (side, choice) => {
      if (choice.is()) choice.of(Object.values<Edit>(POLICY_EDITS).slice(0, 8))(side, choice)
    },
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
