import type { Action, FoundLocal, FoundRule, LocatedJson, PortRange, Protocol } from 'tagwall/reader'
import { type FileScope, scopeIn } from '../_json/file-scope.ts'
import { DIRECTIONS, kit } from '../_kit/kit.ts'
import { checkFields, nameOf, numberOf, tagsOf } from './reader-fields.ts'
import { type AddressSet, listedIn } from './reader-sets.ts'

const ACTIONS: readonly Action[] = ['allow', 'deny']

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'any']

/** A rule as it is written, and the file that it is in. */
export interface WrittenRule {
  readonly name: string | undefined
  readonly rule: LocatedJson
  readonly part: string
}

export const itemsIn = (root: LocatedJson | undefined, { part }: FileScope): WrittenRule[] =>
  kit.itemsOf(kit.fieldOf(root, 'rules')).map((rule) => ({ name: kit.textOf(kit.fieldOf(rule, 'name')), rule, part }))

export function rulesOf(
  items: readonly WrittenRule[],
  sets: ReadonlyMap<string, AddressSet>,
  used: Set<string>,
  scope: FileScope,
): FoundRule[] {
  if (items.length === 0) scope.note(1, 'the file', 'has no rules')
  const taken = new Map<string, string>()
  const rules = items.flatMap(({ rule, part }) => {
    const found = ruleOf(rule, sets, used, scopeIn(scope, part))
    if (!found) return []
    for (const key of [`name ${found.rule.name}`, `priority ${found.rule.direction} ${found.priority}`]) {
      if (taken.has(key)) scope.note({ part, line: rule.line }, found.rule.name, `has the ${key} of ${taken.get(key)}`)
      taken.set(key, found.rule.name)
    }
    return [found]
  })
  return rules.sort((a, b) => a.priority - b.priority).map(({ rule }) => rule)
}

function ruleOf(
  item: LocatedJson,
  sets: ReadonlyMap<string, AddressSet>,
  used: Set<string>,
  scope: FileScope,
): { rule: FoundRule; priority: number } | undefined {
  const name = nameOf(item, scope)
  checkFields(item, 'rule', name, scope)
  const word = <T extends string>(field: string, words: readonly T[]): T | undefined => {
    const value = kit.fieldOf(item, field)
    const found = words.find((word) => word === kit.textOf(value))
    if (!found) scope.note(value?.line ?? item.line, name, `has no ${field} that is ${words.join(' or ')}`)
    return found
  }
  const direction = word('direction', DIRECTIONS)
  const action = word('action', ACTIONS)
  const protocol = word('protocol', PROTOCOLS)
  const priority = numberOf(kit.fieldOf(item, 'priority'))
  if (priority === undefined) scope.note(item.line, name, 'has no priority that is a whole number')
  const list = kit.fieldOf(item, 'ports')
  if (list?.kind !== 'list') scope.note(item.line, name, 'has no list of ports')
  const ports = portsOf(list, name, scope)
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts !== ports.length > 0) scope.note(item.line, name, hasPorts ? 'has no ports' : `has ports of ${protocol}`)
  const setName = kit.textOf(kit.fieldOf(item, 'set')) ?? ''
  const set = sets.get(setName)
  if (!set)
    scope.note(kit.fieldOf(item, 'set')?.line ?? item.line, name, `names a set that does not exist: "${setName}"`)
  if (!set || !direction || !action || !protocol || priority === undefined) return undefined
  if (hasPorts !== ports.length > 0) return undefined
  used.add(setName)
  const description = kit.fieldOf(item, 'description')
  if (description && !kit.textOf(description)) scope.note(description.line, name, 'has a description other than text')
  if (tagsOf(item, name, scope) !== set.tags) scope.note(item.line, name, 'has other tags than its set')
  const place = { part: scope.part, line: item.line }
  const remote = { addresses: set.addresses, tags: [] }
  const local = localOf(kit.fieldOf(item, 'local'), name, scope)
  const rule = { name, place, direction, action, protocol, coverage: 'whole', remote, ...(local && { local }) } as const
  return { priority, rule: { ...rule, ports: hasPorts ? ports : kit.everyPort } }
}

/** The local side of a rule: addresses, or an object that exists on the device. */
function localOf(value: LocatedJson | undefined, name: string, scope: FileScope): FoundLocal | undefined {
  if (!value) return undefined
  checkFields(value, 'local', name, scope)
  const object = kit.textOf(kit.fieldOf(value, 'object'))
  const list = kit.fieldOf(value, 'addresses')
  const addresses = listedIn(list, name, scope)
  const texts = kit.itemsOf(list).map(kit.textOf)
  if (new Set(texts).size < texts.length) scope.note(value.line, name, 'has a local address twice')
  if ((object === undefined) === addresses.isEmpty)
    scope.note(value.line, name, 'must have either addresses or an object as local side')
  return { addresses, objects: object === undefined ? [] : [object] }
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
