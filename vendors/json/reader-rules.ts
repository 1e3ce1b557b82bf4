import type { FoundRule, LocatedJson, PortRange, PrefixSet } from 'tagwall/reader'
import {
  addressesIn,
  checkFields as checkIn,
  type FileScope,
  localIn,
  repeated,
  scopeIn,
  wordIn,
} from '../_json/file-scope.ts'
import { FAMILIES, kit } from '../_kit/kit.ts'

/** The fields of each object of the format. The optional ones do not affect the allowed traffic. */
const FIELDS = {
  file: {
    wanted: ['format', 'policy', 'cloud', 'published', 'changeNumber', 'rules', 'sets'],
    optional: ['widened'],
  },
  delta: {
    wanted: ['format', 'policy', 'cloud', 'before', 'after', 'rules', 'removedRules', 'sets', 'removedSets'],
  },
  setDelta: { wanted: ['name', 'tags', 'added', 'removed'] },
  rule: {
    wanted: ['name', 'direction', 'action', 'protocol', 'ports', 'priority', 'tags', 'set'],
    optional: ['description', 'local'],
  },
  ports: { wanted: ['first', 'last'] },
  set: { wanted: ['name', 'tags', 'prefixes'] },
  prefixes: { optional: FAMILIES },
  local: { optional: ['addresses', 'object'] },
}

/** A newer version may add fields to this format, but a file of this version has only known ones. Prefixes have only the two families. */
export function checkFields(value: LocatedJson, kind: keyof typeof FIELDS, name: string, scope: FileScope): void {
  checkIn(value, FIELDS[kind], name, kind === 'prefixes' ? { ...scope, isStrict: true } : scope)
}

export function nameOf(value: LocatedJson, { note }: FileScope): string {
  const name = kit.textOf(kit.fieldOf(value, 'name'))
  if (!name) note(value.line, 'a rule or a set', 'has no name')
  return name ?? '(no name)'
}

/** The tags of a rule or a set, as one text. */
export function tagsOf(value: LocatedJson, name: string, { note }: FileScope): string {
  const list = kit.fieldOf(value, 'tags')
  if (list?.kind !== 'list') note(list?.line ?? value.line, name, 'has no list of tags')
  const tags = kit.itemsOf(list)
  for (const tag of tags) if (!kit.textOf(tag)) note(tag.line, name, 'has a tag other than text')
  return tags.map(kit.textOf).join(', ')
}

/** The addresses of a set, and where it is. */
export interface AddressSet {
  readonly part: string
  readonly line: number
  readonly tags: string
  readonly addresses: PrefixSet
}

type Sets = ReadonlyMap<string, AddressSet>

export function setsOf(root: LocatedJson, scope: FileScope): Map<string, AddressSet> {
  const sets = new Map<string, AddressSet>()
  for (const set of kit.itemsOf(kit.fieldOf(root, 'sets'))) {
    const name = nameOf(set, scope)
    checkFields(set, 'set', name, scope)
    if (sets.has(name)) scope.note(set.line, name, 'is a set that is defined twice')
    const families = kit.fieldOf(set, 'prefixes')
    if (families) checkFields(families, 'prefixes', name, scope)
    const addresses = kit.union(
      FAMILIES.map((family) => addressesIn(kit.fieldOf(families, family), name, onlyOnce(scope), family)),
    )
    if (addresses.isEmpty) scope.note(set.line, name, 'is a set without addresses')
    sets.set(name, { part: scope.part, line: set.line, tags: tagsOf(set, name, scope), addresses })
  }
  return sets
}

/** Nobody but tagwall writes this format, so a list has no address twice in an audit either. */
const onlyOnce = (scope: FileScope): FileScope => ({ ...scope, isStrict: true })

/** A rule as it is written, and the file that it is in. */
export interface WrittenRule {
  readonly name: string | undefined
  readonly rule: LocatedJson
  readonly part: string
}

export const itemsIn = (root: LocatedJson | undefined, { part }: FileScope): WrittenRule[] =>
  kit.itemsOf(kit.fieldOf(root, 'rules')).map((rule) => ({ name: kit.textOf(kit.fieldOf(rule, 'name')), rule, part }))

/** A rule, with the key of its order. */
type Ordered = FoundRule & { readonly priority: number }

export function rulesOf(items: readonly WrittenRule[], sets: Sets, scope: FileScope): FoundRule[] {
  if (items.length === 0) scope.note(1, 'the file', 'has no rules')
  const rules = items.flatMap(({ rule, part }) => ruleOf(rule, sets, scopeIn(scope, part)) ?? [])
  const keys = [
    ({ name }: Ordered) => `name ${name}`,
    ({ direction, priority }: Ordered) => `priority ${direction} ${priority}`,
  ]
  for (const keyOf of keys)
    for (const [rule, first] of repeated(rules, keyOf))
      scope.note(rule.place, rule.name, `has the ${keyOf(rule)} of ${first.name}`)
  return rules.sort((a, b) => a.priority - b.priority).map(({ priority: _, ...rule }) => rule)
}

const DIRECTIONS = { outbound: 'outbound', inbound: 'inbound' } as const
const ACTIONS = { allow: 'allow', deny: 'deny' } as const
const PROTOCOLS = { tcp: 'tcp', udp: 'udp', icmp: 'icmp', any: 'any' } as const

function ruleOf(item: LocatedJson, sets: Sets, scope: FileScope): Ordered | undefined {
  const { part, note } = scope
  const { line } = item
  const name = nameOf(item, scope)
  checkFields(item, 'rule', name, scope)
  const direction = wordIn(item, 'direction', DIRECTIONS, name, scope)
  const action = wordIn(item, 'action', ACTIONS, name, scope)
  const protocol = wordIn(item, 'protocol', PROTOCOLS, name, scope)
  const priority = numberOf(kit.fieldOf(item, 'priority'))
  if (priority === undefined) note(line, name, 'has no priority that is a whole number')
  const list = kit.fieldOf(item, 'ports')
  if (list?.kind !== 'list') note(line, name, 'has no list of ports')
  const ports = portsOf(list, name, scope)
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (protocol && hasPorts !== ports.length > 0)
    note(line, name, hasPorts ? 'has no ports' : `has ports of ${protocol}`)
  const named = kit.fieldOf(item, 'set')
  const setName = kit.textOf(named) ?? ''
  const set = sets.get(setName)
  if (!set) note(named?.line ?? line, name, `names a set that does not exist: "${setName}"`)
  if (!set || !direction || !action || !protocol || priority === undefined) return undefined
  if (hasPorts !== ports.length > 0) return undefined
  const description = kit.fieldOf(item, 'description')
  if (description && !kit.textOf(description)) note(description.line, name, 'has a description other than text')
  if (tagsOf(item, name, scope) !== set.tags) note(line, name, 'has other tags than its set')
  const near = kit.fieldOf(item, 'local')
  if (near) checkFields(near, 'local', name, scope)
  const [addresses, object] = ['addresses', 'object'].map((field) => kit.fieldOf(near, field))
  const local = near && localIn({ list: addresses, object }, near.line, name, onlyOnce(scope))
  const traffic = { direction, action, protocol, ports: hasPorts ? ports : kit.everyPort, priority } as const
  const sides = { remote: { addresses: set.addresses, tags: [] }, ...(local && { local }) }
  return { name, place: { part, line }, coverage: 'whole', ...traffic, ...sides }
}

/** Sorted and without overlap, as the format requires. */
function portsOf(list: LocatedJson | undefined, name: string, scope: FileScope): PortRange[] {
  const ports: PortRange[] = []
  for (const item of kit.itemsOf(list)) {
    checkFields(item, 'ports', name, scope)
    const first = numberOf(kit.fieldOf(item, 'first')) ?? Number.NaN
    const last = numberOf(kit.fieldOf(item, 'last')) ?? Number.NaN
    if (first <= last && last <= 65535 && first > (ports.at(-1)?.last ?? -1)) ports.push({ first, last })
    else scope.note(item.line, name, `has unknown ports: ${first} to ${last}`)
  }
  return ports
}

/** A whole number, zero or more. */
function numberOf(value: LocatedJson | undefined): number | undefined {
  const number = kit.numberOf(value)
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined
}
