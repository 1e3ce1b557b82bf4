import type { ItemChange, OptionChange, TargetChange } from '../../model/change.ts'
import { groupsOf } from '../../model/group-by.ts'
import { type FieldChange, type FieldValue, ITEM_KINDS, type Item, type ItemKind } from '../../model/item.ts'
import type { OptionValue } from '../../model/option.ts'
import type { Remains } from '../../model/result.ts'
import { namesBySite } from '../../model/site.ts'
import { firstLines } from '../../text/lines.ts'
import { clipped, listText, plural, wordList } from '../../text/numbers.ts'

// The sentences about changed items, shared by the terminal, Markdown, HTML and runbooks, which escape this plain text.

type Told = Pick<TargetChange, 'target' | 'kind' | 'items' | 'isPolicySame' | 'droppedLists'>

/** The changes of targets that have any, equal ones once, in the order of the targets, which are `edge`, or `edge (200 sites)`. */
function shared<One extends { readonly target: string }, T>(
  targets: readonly One[],
  changesOf: (one: One) => readonly T[],
) {
  const changed = targets
    .map((one) => ({ target: one.target, changes: changesOf(one) }))
    .filter(({ changes }) => changes.length > 0)
  return groupsOf(changed, ({ changes }) => JSON.stringify(changes)).map((alike) => ({
    targets: namesBySite(alike.map(({ target }) => target)),
    changes: alike[0].changes,
  }))
}

/** The items that change, besides the traffic, a line each. */
export const sharedItems = (targets: readonly Told[]) =>
  shared(targets, itemLines).map(({ targets, changes }) => ({
    targets,
    changes: firstLines(changes, MOST_LINES, (more) => `and ${plural(more, 'more change')} (--json lists them)`),
  }))

const MOST_LINES = 20

/** The changes on a device besides its traffic: `new rule "NoLegacy"`, `rule "Web": description "old" -> "new"`. */
export function itemLines(target: Told): string[] {
  return linesOf(toldOf(target), MOST_VALUE)
}

/** The same for the first line, briefly: rules that come, go or move, or have other words. `isOfOptions`: without the fields, which options say. */
export function shortLines(target: Told, isOfOptions: boolean): string[] {
  const told = toldOf(target)
  const brief = briefly(told)
  const shown = isOfOptions ? brief.filter(({ change }) => change !== 'changed') : brief.length > 0 ? brief : told
  return linesOf(shown, MOST_SHORT)
}

/** Equal changes of several items are one line. */
function linesOf(items: readonly ItemChange[], most: number): string[] {
  const groups = groupsOf(items, ({ item: { kind }, change, fields }) =>
    JSON.stringify([kind, change, change === 'changed' ? fields : []]),
  )
  return groups.map((alike) => {
    const [{ item, change, fields }] = alike
    const names = [...new Set(alike.map((one) => JSON.stringify(labelOf(one.item))))]
    const what = `${item.kind}${names.length > 1 ? 's' : ''} ${listText(names, MOST_NAMES)}`
    if (change !== 'changed') return `${change === 'added' ? 'new' : change} ${what}`
    return `${what}: ${fields.map((field) => fieldText(field, most)).join(', ')}`
  })
}

const MOST_NAMES = 3
// Characters of a value, in detail and in the first line.
const MOST_VALUE = 120
const MOST_SHORT = 40

/** The changes that are not said as traffic: values behind traffic change with it, and where only the document changed, nothing else does. */
function toldOf(target: Told): readonly ItemChange[] {
  const items = heldItems(target)
  return target.kind !== 'traffic' ? items : target.isPolicySame ? [] : briefly(items)
}

/** The items that change on a device, which keeps a list after its file is gone. */
export const heldItems = ({ items = [], droppedLists }: Pick<Told, 'items' | 'droppedLists'>): readonly ItemChange[] =>
  items.filter(({ item }) => item.kind !== 'set' || !droppedLists.includes(item.name))

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
  const listOf = (value: FieldValue | undefined) => (typeof value === 'string' ? [value] : (value ?? []))
  const [old, young] = [listOf(before), listOf(after)]
  const shown = (value: string | undefined) => (value ? quoted(value, most) : 'none')
  if (old.length < 2 && young.length < 2) return `${name} ${shown(old[0])} -> ${shown(young[0])}`
  const signed = [
    ...young.filter((value) => !old.includes(value)).map((value) => `+${shown(value)}`),
    ...old.filter((value) => !young.includes(value)).map((value) => `-${shown(value)}`),
  ]
  return `${name} ${listText(signed, MOST_VALUES)}`
}

const MOST_VALUES = 4

const quoted = (value: string, most: number) => JSON.stringify(clipped(value, most))

// The sentences about changed options, shared by the terminal, Markdown, HTML and runbooks, which escape this plain text.

/** The changed options of all targets. */
export const sharedOptions = (targets: readonly TargetChange[]) => shared(targets, ({ options }) => options)

const MOST_TARGETS = 4
const MOST_CHANGES = 3
const MOST_GROUPS = 3

/** `rewrites edge: srcintf "lan" -> "any"`: a text for each group of targets whose options change, or whose items do with the same traffic. */
export function rewrittenTexts(targets: readonly TargetChange[]): string[] {
  const told = targets.map((one) => ({ ...one, changes: changesOf(one) })).filter(({ changes }) => changes.length > 0)
  const groups = groupsOf(told, ({ kind, changes }) => JSON.stringify([kind === 'same', changes]))
  const namesOf = (alike: typeof told) => namesBySite(alike.map(({ target }) => target))
  const shown = groups.slice(0, MOST_GROUPS).map((alike) => {
    const [{ kind, changes }] = alike
    const [names, text] = [listText(namesOf(alike), MOST_TARGETS), listText(changes, MOST_CHANGES)]
    return kind === 'same' ? `the same files for ${names} with ${text}` : `rewrites ${names}: ${text}`
  })
  const rest = groups.slice(MOST_GROUPS).flatMap(namesOf)
  return rest.length > 0 ? [...shown, `other changes of ${listText(rest, MOST_TARGETS)}`] : shown
}

/** The changed options of a target, and what changes on its device, if no traffic does. */
function changesOf(target: TargetChange): string[] {
  const { options, kind } = target
  return [...options.map(optionText), ...(kind === 'bytes' ? shortLines(target, options.length > 0) : [])]
}

/** `srcintf "lan" -> "any"`. */
export const optionText = ({ name, before, after }: OptionChange): string =>
  `${name} ${valueText(before)} -> ${valueText(after)}`

/** `"lan"`, `5`, or `"lan", "dmz"`; `none` for an empty list. */
export function valueText(value: OptionValue | undefined): string {
  if (value === undefined) return 'none'
  if (!Array.isArray(value)) return JSON.stringify(value)
  return value.length > 0 ? value.map((one) => JSON.stringify(one)).join(', ') : 'none'
}

/**
 * How a device differs after full files alone: `leaves 1 rule that still allows more than the policy, and 2 groups`. `ends` is the ending of the verb:
 * `s` for one file, or nothing. Every file of a target's cleanup has all that is left.
 */
export function leftText({ left, isAllowing, isDenying, isElsewhere }: Remains, ends: string): string {
  const effectOf = (start: string, one: number, end = '') => {
    const [allow, deny] = one === 1 ? ['allows', 'denies'] : ['allow', 'deny']
    const effects = [isAllowing && `${allow} more than the policy`, isDenying && `${deny} what the policy allows`]
    const text = effects.filter(Boolean).join(' and ')
    return text && `${start}${text}${end}`
  }
  const { stays, lacks, reworded, moved } = left
  const hasRules = stays.some(({ kind }) => kind === 'rule')
  const inAll = stays.length > 0 && !hasRules ? effectOf(' that still ', stays.length) || ' that nothing uses' : ''
  // A rule matches traffic as long as it is there, and later addresses may give it an effect.
  const ofRules = (count: number) =>
    effectOf(' that still ', count) ||
    (isElsewhere ? ' that may still decide' : ` that ${count === 1 ? 'changes' : 'change'} nothing yet`)
  const differences = [
    stays.length > 0 && `leave${ends} ${countsText(stays, ofRules)}${inAll}`,
    lacks.length > 0 && `lack${ends} ${countsText(lacks)}`,
    reworded.length > 0 && `leave${ends} other words in ${countsText(reworded.map(({ item }) => item))}`,
    moved.length > 0 && `make${ends} another order of rules`,
  ].filter((text) => text !== false)
  return `${wordList(differences, 'and')}${stays.length > 0 ? '' : effectOf(', which ', 1, ',')}`
}

/** `1 rule and 2 groups`. */
function countsText(items: readonly Item[], ofRules: (count: number) => string = () => ''): string {
  const counts = ITEM_KINDS.flatMap((kind) => {
    const count = items.filter((item) => item.kind === kind).length
    return count > 0 ? [`${plural(count, kind)}${kind === 'rule' ? ofRules(count) : ''}`] : []
  })
  return wordList(counts, 'and')
}
