import type { ItemChange, TargetChange } from '../../model/change.ts'
import { groupBy } from '../../model/group-by.ts'
import type { FieldChange, Item, ItemKind } from '../../model/item.ts'
import { namesBySite } from '../../model/site.ts'
import { listText, plural } from '../../text/numbers.ts'

// The sentences about changed items, shared by the terminal, Markdown, HTML and runbooks, which escape this plain text.

type Told = Pick<TargetChange, 'target' | 'kind' | 'items' | 'isPolicySame' | 'droppedLists'>

/** The same changes of items of several targets. */
interface SharedItems {
  /** `edge`, or `edge (200 sites)`. */
  readonly targets: readonly string[]
  readonly lines: readonly string[]
}

/** The items that change, besides the traffic, in the order of the targets. */
export function sharedItems(targets: readonly Told[]): SharedItems[] {
  const told = targets
    .map((one) => ({ target: one.target, lines: itemLines(one) }))
    .filter(({ lines }) => lines.length > 0)
  return [...groupBy(told, ({ lines }) => lines.join('\n')).values()].map((alike) => {
    const [{ lines }] = alike as [(typeof told)[number]]
    const more = lines.length - MOST_LINES
    const rest = more > 0 ? [`and ${plural(more, 'more change')} (--json lists them)`] : []
    return { targets: namesBySite(alike.map(({ target }) => target)), lines: [...lines.slice(0, MOST_LINES), ...rest] }
  })
}

const MOST_LINES = 20

/** The changes on a device besides its traffic: `new rule "NoLegacy"`, `rule "Web": description "old" -> "new"`. */
export function itemLines(target: Told): string[] {
  return linesOf(toldOf(target), MOST_VALUE)
}

/**
 * The same for the first line, with short values: only rules that come, go, move or have other words, if there are any. `isOfOptions`: none of
 * the fields, which options say.
 */
export function shortLines(target: Told, isOfOptions: boolean): string[] {
  const told = toldOf(target)
  const brief = briefly(told)
  const shown = isOfOptions ? brief.filter(({ change }) => change !== 'changed') : brief.length > 0 ? brief : told
  return linesOf(shown, MOST_SHORT)
}

/** Equal changes of several items are one line. */
function linesOf(items: readonly ItemChange[], most: number): string[] {
  const groups = groupBy(items, ({ item: { kind }, change, fields }) =>
    JSON.stringify([kind, change, change === 'changed' ? fields : []]),
  )
  return [...groups.values()].map((alike) => {
    const [{ item, change, fields }] = alike as [ItemChange, ...ItemChange[]]
    const names = [...new Set(alike.map((one) => JSON.stringify(labelOf(one.item))))]
    const what = `${names.length > 1 ? PLURALS[item.kind] : item.kind} ${listText(names, MOST_NAMES)}`
    if (change !== 'changed') return `${WORDS[change]} ${what}`
    return `${what}: ${fields.map((field) => fieldText(field, most)).join(', ')}`
  })
}

const WORDS = { added: 'new', removed: 'removed', moved: 'moved' } as const
const PLURALS: Readonly<Record<ItemKind, string>> = {
  rule: 'rules',
  chain: 'chains',
  group: 'groups',
  set: 'sets',
  member: 'members',
  object: 'objects',
  service: 'services',
}

const MOST_NAMES = 3
// Characters of a value, in detail and in the first line.
const MOST_VALUE = 120
const MOST_SHORT = 40

/**
 * The changes that are not said as traffic. Where traffic changes, the addresses, services and groups behind it change too; and where only the document
 * changed, nothing else does.
 */
function toldOf({ kind, items = [], isPolicySame, droppedLists }: Told): readonly ItemChange[] {
  // Devices keep a list after its file is gone.
  const kept = items.filter(({ item }) => item.kind !== 'set' || !droppedLists.includes(item.name))
  return kind !== 'traffic' ? kept : isPolicySame ? [] : briefly(kept)
}

/** Leaves out lists of values, and items that only hold them. */
const briefly = (items: readonly ItemChange[]): ItemChange[] =>
  items.flatMap((one) => {
    if (one.change !== 'changed') return HOLD_TRAFFIC.has(one.item.kind) ? [] : [one]
    const fields = one.fields.filter((field) => !isList(field) && !isReplaced(field, one))
    return fields.length > 0 ? [{ ...one, fields }] : []
  })

const isList = ({ before, after }: FieldChange) => typeof before === 'object' || typeof after === 'object'

/** True if a field takes the place of a list, or a list its place: one port, several ports. */
const isReplaced = ({ before, after }: FieldChange, { fields }: ItemChange) =>
  fields.some(
    (other) =>
      isList(other) &&
      ((after === undefined && other.before === undefined) || (before === undefined && other.after === undefined)),
  )

const HOLD_TRAFFIC: ReadonlySet<ItemKind> = new Set(['group', 'set', 'member', 'object', 'service'])

/** An entry of an access list has the name of the list, and its text as its identifier. */
const labelOf = ({ name, list, id = name }: Item) => (name === list ? id : name)

/** `comments "old" -> "new"`, or `member +"az-20.2.0.0_24", -"az-20.3.0.0_24"` of a list with several values. */
function fieldText({ name, before, after }: FieldChange, most: number): string {
  const [old, young] = [before, after].map((value) => (typeof value === 'string' ? [value] : (value ?? []))) as [
    readonly string[],
    readonly string[],
  ]
  const shown = (value: string | undefined) => (value ? quoted(value, most) : 'none')
  if (old.length < 2 && young.length < 2) return `${name} ${shown(old[0])} -> ${shown(young[0])}`
  const signed = [
    ...young.filter((value) => !old.includes(value)).map((value) => `+${shown(value)}`),
    ...old.filter((value) => !young.includes(value)).map((value) => `-${shown(value)}`),
  ]
  return `${name} ${listText(signed, MOST_VALUES)}`
}

const MOST_VALUES = 4

const quoted = (value: string, most: number) =>
  JSON.stringify(value.length > most ? `${value.slice(0, most - 1)}…` : value)
