import { firstIndex } from '../address/binary-search.ts'
import type { AddressFamily } from '../address/prefix.ts'
import { groupBy } from './group-by.ts'

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
  /** The holder of a member. */
  readonly of?: Holder | undefined
  /** All that the device holds of it, by the path of each field. Lists are sorted. */
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** The item that holds a member. */
interface Holder {
  readonly kind: ItemKind
  readonly name: string
  readonly field: string
}

/**
 * Meaning of the place of a rule in its list. `each`: every rule stands at its place. `runs`: neighbours with the same field `action` may stand in any order.
 * `none`: all rules apply together, or a field holds the number that decides.
 */
export const RULE_ORDERS = ['each', 'runs', 'none'] as const
export type RuleOrder = (typeof RULE_ORDERS)[number]

/** A field of an item that is on both sides; undefined where a side has none. */
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

/** The difference from `before` to `after`. Items come in the order of a device: the rules of each list as the device tries them. */
export function itemDifference(before: readonly Item[], after: readonly Item[], order: RuleOrder): ItemDifference {
  const [old, young] = [byKey(before), byKey(after)]
  const changed: ChangedItem[] = []
  for (const [key, item] of young) {
    const fields = changedFields(old.get(key) ?? item, item)
    if (fields.length > 0) changed.push({ item, fields })
  }
  const moved = order === 'none' ? [] : movedRules(old, young, order)
  return { added: absent(young, old), removed: absent(old, young), changed, moved }
}

/** True if a device holds the same items, in the same order as far as that counts. */
export const sameItems = (before: readonly Item[], after: readonly Item[], order: RuleOrder): boolean =>
  // Most lists that are compared are the same in their order too.
  areOneByOne(before, after) || isNoDifference(itemDifference(before, after, order))

const areOneByOne = (before: readonly Item[], after: readonly Item[]): boolean =>
  before.length === after.length &&
  before.every((item, index) => {
    const other = after[index] as Item
    return item === other || (itemKey(item) === itemKey(other) && changedFields(item, other).length === 0)
  })

export const isNoDifference = ({ added, removed, changed, moved }: ItemDifference): boolean =>
  added.length + removed.length + changed.length + moved.length === 0

/** The items by key. A device that holds an item twice has it under two keys. */
function byKey(items: readonly Item[]): Map<string, Item> {
  const known = new Map<string, Item>()
  const counts = new Map<string, number>()
  for (const item of items) {
    const key = itemKey(item)
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    known.set(count === 0 ? key : `${key} ${count + 1}`, item)
  }
  return known
}

function absent(these: ReadonlyMap<string, Item>, those: ReadonlyMap<string, Item>): Item[] {
  const found: Item[] = []
  for (const [key, item] of these) if (!those.has(key)) found.push(item)
  return found
}

function changedFields({ fields: old }: Item, { fields: young }: Item): FieldChange[] {
  if (old === young) return []
  const names = [...Object.keys(young), ...Object.keys(old).filter((name) => !Object.hasOwn(young, name))]
  return names.flatMap((name): FieldChange[] => {
    const before = Object.hasOwn(old, name) ? old[name] : undefined
    const after = Object.hasOwn(young, name) ? young[name] : undefined
    return isSameValue(before, after) ? [] : [{ name, before, after }]
  })
}

function isSameValue(before: FieldValue | undefined, after: FieldValue | undefined): boolean {
  if (typeof before !== 'object' || typeof after !== 'object') return before === after
  return before.length === after.length && before.every((value, index) => value === after[index])
}

/** The rules of both sides, by list, that do not belong to a longest run of rules that keep their order. */
function movedRules(
  old: ReadonlyMap<string, Item>,
  young: ReadonlyMap<string, Item>,
  order: Exclude<RuleOrder, 'none'>,
): Item[] {
  const ranks = ranksOf(
    [...young].filter(([key, { kind }]) => kind === 'rule' && old.has(key)),
    order,
  )
  const staying = [...old].filter(([key]) => ranks.has(key))
  const lists = groupBy(staying, ([, { list = '' }]) => list)
  const kept = new Set(
    [...lists.values()].flatMap((rules) =>
      longestRun(
        rules.map(([key]) => key),
        (key) => ranks.get(key) as number,
      ),
    ),
  )
  return [...ranks.keys()].filter((key) => !kept.has(key)).map((key) => young.get(key) as Item)
}

/** The rank of each rule in its list; rules that may change places have the same. */
function ranksOf(rules: readonly (readonly [key: string, rule: Item])[], order: 'each' | 'runs'): Map<string, number> {
  const ranks = new Map<string, number>()
  const last = new Map<string, { readonly rank: number; readonly action: FieldValue | undefined }>()
  for (const [key, { list = '', fields }] of rules) {
    const before = last.get(list)
    const { action } = fields
    const isSameRun = order === 'runs' && action !== undefined && before?.action === action
    const rank = before ? before.rank + (isSameRun ? 0 : 1) : 0
    ranks.set(key, rank)
    last.set(list, { rank, action })
  }
  return ranks
}

/** A longest part of `keys`, in their order, whose ranks never fall. */
export function longestRun(keys: readonly string[], rankOf: (key: string) => number): string[] {
  // The last key, by index, of the best run of each length, and for each key the one before it in its run.
  const ends: number[] = []
  const previous: (number | undefined)[] = []
  for (const [index, key] of keys.entries()) {
    const rank = rankOf(key)
    const length = firstIndex(0, ends.length, (at) => rankOf(keys[ends[at] as number] as string) > rank)
    previous.push(ends[length - 1])
    ends[length] = index
  }
  const run: string[] = []
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) run.push(keys[at] as string)
  return run
}
