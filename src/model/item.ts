import { firstIndex } from '../address/binary-search.ts'
import type { AddressFamily } from '../address/prefix.ts'
import { groupsOf, NOWHERE, placesIn } from './group-by.ts'

/** The kinds of named items on a device. A member is a value of a list, where only that has to go. */
export const ITEM_KINDS = ['rule', 'chain', 'group', 'set', 'member', 'object', 'service'] as const
export type ItemKind = (typeof ITEM_KINDS)[number]

/** One value, or a list of values, which has no order and no duplicates. */
export type FieldValue = string | readonly string[]

/** A thing that a device holds under one name. */
export interface Item {
  readonly kind: ItemKind
  /** Set if items of each family have a name space of their own. */
  readonly family?: AddressFamily | undefined
  readonly name: string
  /** The identifier in commands, if it differs from the name. */
  readonly id?: string | undefined
  /** Of a rule: the list in which the device tries it, such as a rulebase, a pair of zones or an access list. */
  readonly list?: string | undefined
  /** The item that holds a member, and the field that lists it. */
  readonly of?: { readonly kind: ItemKind; readonly name: string; readonly field: string } | undefined
  /** All that the device holds of it, by the path of each field. */
  readonly fields: Readonly<Record<string, FieldValue>>
}

/**
 * Meaning of the place of a rule in its list. `each`: every rule stands at its place. `runs`: neighbours with the same field `action` may stand in any order.
 * `none`: all rules apply together, or a field holds the number that decides.
 */
export const RULE_ORDERS = ['each', 'runs', 'none'] as const
export type RuleOrder = (typeof RULE_ORDERS)[number]

/** A field of an item that is on both sides; undefined where a side has none. Lists are sorted. */
export interface FieldChange {
  readonly name: string
  readonly before: FieldValue | undefined
  readonly after: FieldValue | undefined
}

/** An item that is on both sides, as it is afterwards, with the fields that differ. */
export interface ChangedItem {
  readonly item: Item
  readonly fields: readonly FieldChange[]
}

/** How the items of a device differ from others, each in the order of its side. */
export interface ItemDifference {
  readonly added: readonly Item[]
  readonly removed: readonly Item[]
  readonly changed: readonly ChangedItem[]
  /** Rules of both sides without which the others keep their order: the fewest, where each has its place. */
  readonly moved: readonly Item[]
}

/** How a device differs from one with the full files alone, after it was loaded in another way. */
export interface Leftovers {
  /** Items and members that the full files would not make, in the order of removal. */
  readonly stays: readonly Item[]
  /** Items and members that it lacks. */
  readonly lacks: readonly Item[]
  /** Items with another text in a field. */
  readonly reworded: readonly ChangedItem[]
  /** Rules at another place. */
  readonly moved: readonly Item[]
}

export const NO_LEFTOVERS: Leftovers = { stays: [], lacks: [], reworded: [], moved: [] }

export const isNothingLeft = ({ stays, lacks, reworded, moved }: Leftovers): boolean =>
  stays.length + lacks.length + reworded.length + moved.length === 0

/** The leftovers on a device with `items`, where the full files alone make `fresh`. */
export function leftoversAmong(items: readonly Item[], fresh: readonly Item[], order: RuleOrder): Leftovers {
  const { added, removed, changed, moved } = itemDifference(fresh, items, order)
  const [extra, members] = [new Set(added), new Map(changed.map((one) => [one.item, membersOnly('after', one)]))]
  return {
    stays: items.flatMap((item) => (extra.has(item) ? [item] : (members.get(item) ?? []))),
    lacks: [...removed, ...changed.flatMap((one) => membersOnly('before', one))],
    reworded: changed.flatMap(({ item, fields }) => {
      const texts = fields.filter(({ before, after }) => typeof before === 'string' || typeof after === 'string')
      return texts.length > 0 ? [{ item, fields: texts }] : []
    }),
    moved,
  }
}

/** The values that only one side has in the lists of an item. */
const membersOnly = (side: 'before' | 'after', { item: { kind, name, family }, fields }: ChangedItem): Item[] =>
  fields.flatMap((field) => {
    const [own, other] = [field[side], field[side === 'after' ? 'before' : 'after']]
    if (typeof own !== 'object') return []
    const known = new Set(other)
    return own
      .filter((value) => !known.has(value))
      .map(
        (value): Item => ({ kind: 'member', family, name: value, of: { kind, name, field: field.name }, fields: {} }),
      )
  })

/** A key that is unique for each item of a device. */
export function itemKey({ kind, family, name, id = name, list, of }: Item): string {
  // The lengths keep names apart that hold a colon themselves.
  const holder = of ? `${of.kind}:${of.name.length}:${of.name}:${of.field.length}:${of.field}:` : ''
  const place = list === undefined ? '' : `${list.length}:${list}:`
  return `${holder}${kind}:${family ?? ''}:${place}${id}`
}

/** True if two items have the same key. */
function isSameThing(a: Item, b: Item): boolean {
  if (a === b) return true
  if ((a.id ?? a.name) !== (b.id ?? b.name) || a.kind !== b.kind) return false
  return a.of || b.of ? itemKey(a) === itemKey(b) : a.list === b.list && a.family === b.family
}

/** The difference from `before` to `after`. Items come in the order of a device: the rules of each list as the device tries them. */
export function itemDifference(before: readonly Item[], after: readonly Item[], order: RuleOrder): ItemDifference {
  const places = placesIn(before, after, isSameThing, itemKey)
  const stays = new Set(places)
  const changed: ChangedItem[] = []
  for (const [index, item] of after.entries()) {
    const was = before[places[index] as number]
    const fields = was ? changedFields(was, item) : []
    if (fields.length > 0) changed.push({ item, fields })
  }
  return {
    added: after.filter((_, index) => places[index] === NOWHERE),
    removed: before.filter((_, at) => !stays.has(at)),
    changed,
    moved: order === 'none' ? [] : movedRules(after, places, order),
  }
}

/** True if a device holds the same items, in the same order as far as that counts. */
export const sameItems = (before: readonly Item[], after: readonly Item[], order: RuleOrder): boolean =>
  before === after || isNoDifference(itemDifference(before, after, order))

export const isNoDifference = ({ added, removed, changed, moved }: ItemDifference): boolean =>
  added.length + removed.length + changed.length + moved.length === 0

function changedFields({ fields: old }: Item, { fields: young }: Item): FieldChange[] {
  if (old === young) return []
  const names = [...Object.keys(young), ...Object.keys(old).filter((name) => !Object.hasOwn(young, name))]
  return names.flatMap((name): FieldChange[] => {
    const before = Object.hasOwn(old, name) ? old[name] : undefined
    const after = Object.hasOwn(young, name) ? young[name] : undefined
    return isSameValue(before, after) ? [] : [{ name, before: sorted(before), after: sorted(after) }]
  })
}

function isSameValue(before: FieldValue | undefined, after: FieldValue | undefined): boolean {
  if (typeof before !== 'object' || typeof after !== 'object') return before === after
  if (before.length !== after.length) return false
  if (before.every((value, index) => value === after[index])) return true
  const known = new Set(before)
  return after.every((value) => known.has(value))
}

/** A value with its list, if it is one, sorted. */
export const sorted = (value: FieldValue | undefined): FieldValue | undefined =>
  typeof value === 'object' ? [...value].sort() : value

/** The rules of both sides that do not belong to a longest run of rules of their list that keep their order. */
function movedRules(after: readonly Item[], places: readonly number[], order: Exclude<RuleOrder, 'none'>): Item[] {
  const rules = after.flatMap((rule, index) => {
    const place = places[index] as number
    return rule.kind === 'rule' && place !== NOWHERE ? [{ rule, place }] : []
  })
  const kept = groupsOf(rules, ({ rule }) => rule.list).flatMap((list) => {
    let rank = 0
    const ranks = list.map(({ rule: { fields }, place }, at): [place: number, rank: number] => {
      // Rules that may change places have the same rank.
      const isSameRun = fields.action !== undefined && fields.action === list[at - 1]?.rule.fields.action
      return [place, order === 'runs' && isSameRun ? rank : ++rank]
    })
    return longestRun(
      ranks.sort(([a], [b]) => a - b),
      ([, rank]) => rank,
    )
  })
  const staying = new Set(kept.map(([place]) => place))
  return rules.filter(({ place }) => !staying.has(place)).map(({ rule }) => rule)
}

/** A longest part of `keys`, in their order, whose ranks never fall. */
export function longestRun<Key>(keys: readonly Key[], rankOf: (key: Key) => number): Key[] {
  // The last key, by index, of the best run of each length, and for each key the one before it in its run.
  const ends: number[] = []
  const previous: (number | undefined)[] = []
  for (const [index, key] of keys.entries()) {
    const rank = rankOf(key)
    const length = firstIndex(0, ends.length, (at) => rankOf(keys[ends[at] as number] as Key) > rank)
    previous.push(ends[length - 1])
    ends[length] = index
  }
  const run: Key[] = []
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) run.push(keys[at] as Key)
  return run
}
