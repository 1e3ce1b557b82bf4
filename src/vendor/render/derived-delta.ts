import { UserError } from '../../errors.ts'
import { runsOf } from '../../model/group-by.ts'
import { longestRun } from '../../model/item.ts'
import { lazy } from '../../model/lazy.ts'
import type { MadeItem } from '../../model/made-item.ts'
import { applies } from '../../model/option.ts'
import { hasListPerDirection } from '../../model/vendor.ts'
import { type ItemSource, isLasting } from '../../model/vendor-words.ts'
import { didYouMean } from '../../text/nearest.ts'
import { changedThings, type Side, type Thing, withoutMembersOf } from './changed-things.ts'
import { deltaHeaderOf } from './header.ts'
import { type Growth, growthOf, growthOfList, splitText } from './members.ts'
import { listsOf, previousNames } from './rule-view.ts'
import { withFields } from './set-view.ts'
import type { View } from './view.ts'

/** One change of a thing on the device, with its commands. */
export interface ItemChange {
  readonly each: ItemSource
  readonly name: string
  readonly change: 'make' | 'place' | 'grow' | 'shrink' | 'remove'
  readonly within: readonly string[]
  readonly text: string
}

/**
 * The changes that lead a device from the full files of one view to those of another, by the `items` of the manifest: each thing is rendered for
 * both sides and compared by text; what the device words otherwise than the older side is written, `reworded` by name, is made again. The kinds are
 * made, placed and grown in their order, and then in reverse shrunk and removed. `part`: only the changes that belong into this one of several files.
 * Throws `UserError` if a template fails, a flag is unknown, or a pattern does not match the lines of members.
 */
export function itemChanges(before: Side, after: Side, reworded: ReadonlySet<string>, part?: string): ItemChange[] {
  const denied = new Set([before, after].flatMap(({ view }) => namesOfDenials(view)))
  const isHere = (own: string | undefined) => own === undefined || part === undefined || own === part
  const kinds = kindsOfSides(before, after, reworded).map((kind) => {
    const { gains, shrunk } = isHere(kind.part) ? changesOf(kind, denied) : { gains: [], shrunk: [] }
    return { gains, losses: [...shrunk, ...(isHere(kind.gonePart ?? kind.part) ? removed(kind) : [])] }
  })
  return [...kinds.flatMap(({ gains }) => gains), ...kinds.toReversed().flatMap(({ losses }) => losses)]
}

/**
 * The view of the newer side with how it differs from the older, by the `items` of the manifest: for templates of deltas. vendors/REFERENCE.md
 * describes its fields. Throws as `itemChanges`.
 */
export function differenceView(before: Side, after: Side, reworded: ReadonlySet<string>) {
  const kinds = kindsOfSides(before, after, reworded)
  const by = (thingsOf: (kind: Kind) => Thing[]) =>
    Object.fromEntries(
      after.vendor.items.map(({ each }) => [each, kinds.filter((kind) => kind.each === each).flatMap(thingsOf)]),
    )
  const { published, changeNumber } = before.view
  return withFields(after.view, {
    header: deltaHeaderOf(before.fitted.ruleset, after.fitted.ruleset),
    before: { published, changeNumber },
    /** New, or made in another way. */
    changed: by(changedOf),
    gone: by((kind) => {
      const gone = goneFrom(kind).map(({ thing }) => thing)
      // A packet meets the rule that decided about it until that rule goes itself.
      return kind.each === 'rules' ? gone.reverse() : gone
    }),
  })
}

export const isNoDifference = ({ changed, gone }: Pick<ReturnType<typeof differenceView>, 'changed' | 'gone'>) =>
  [...Object.values(changed), ...Object.values(gone)].every((things) => things.length === 0)

/** Things with the name of the changed one before them in their list, and with the members that they gain and lose. */
function changedOf(kind: Kind): Thing[] {
  const { old, young } = kind.sides()
  const changed = [...young.values()].flatMap((piece) => {
    const { thing } = piece
    const was = old.get(piece.key)
    if (!changeOfThing(kind, was, piece)) return []
    if (!thing.members) return [thing]
    const [added, removed] = was ? [withoutMembersOf(thing, was.thing), withoutMembersOf(was.thing, thing)] : [thing]
    return [withFields(thing, { added: added.members ?? [], removed: removed?.members ?? [] })]
  })
  const previousOf = previousNames(kind.areApart)
  return changed.map((thing) => {
    const direction = 'isOutbound' in thing ? `${thing.isOutbound}` : ''
    return withFields(thing, { previous: previousOf(thing.name, direction) })
  })
}

/** Each kind of things that the vendor makes under the options of a side, with those of both sides that may differ. */
function kindsOfSides(before: Side, after: Side, reworded: ReadonlySet<string>): Kind[] {
  const { vendor } = after
  // A device may have an item for each family of a set: Web-v4.
  const isReworded = (name: string) => [...reworded].some((item) => item.startsWith(name))
  const changed = changedThings(before, after, isReworded)
  const areApart = hasListPerDirection(vendor, after.view.options)
  return vendor.items.flatMap((item, index) => {
    if (!isMadeBy(item, before.view) && !isMadeBy(item, after.view)) return []
    const sides = lazy(() => {
      const [old, young] = changed[item.each]()
      return { old: piecesOf(kind, before, old), young: piecesOf(kind, after, young) }
    })
    const kind: Kind = { ...item, at: `${vendor.folder}/vendor.json: items[${index}]`, isReworded, areApart, sides }
    return [kind]
  })
}

const isMadeBy = ({ when }: MadeItem, { options }: View) => applies(when, options)

/** The commands of changes, with the lines around those of neighbours. */
export function textOfChanges(changes: readonly ItemChange[]): string {
  const asLine = (line?: string) => (line ? `${line}\n` : '')
  const blocks = runsOf(changes, (one, next) => one.within.join('\n') === next.within.join('\n'))
  return blocks
    .map((own) => {
      const [open, close] = own[0].within
      return [asLine(open), ...own.map(({ text }) => text), asLine(close)].join('')
    })
    .join('')
}

/** An entry of `items`, where it stands, and the things of both sides that may differ. */
interface Kind extends MadeItem {
  readonly at: string
  readonly isReworded: (name: string) => boolean
  /** True if the device has a list of rules for each direction. */
  readonly areApart: boolean
  readonly sides: () => { readonly old: Pieces; readonly young: Pieces }
}

/** A thing of one side, rendered when it is compared. */
interface Piece {
  /** Tells the thing from the others that the device holds: what removes it, or its name. */
  readonly key: string
  readonly thing: Thing
  readonly side: Side
  readonly make: () => string
  readonly gone: () => string
}

type Pieces = ReadonlyMap<string, Piece>

/** The things of a side that are of the kind, by their keys. */
function piecesOf(kind: Kind, side: Side, things: readonly Thing[]): Pieces {
  const { each, make, gone, members } = kind
  const flags = [kind.if ?? []].flat()
  const own = things.filter((thing) => flags.every((flag) => flagOf(thing, flag, kind)))
  // Things that no template removes go with their last members.
  const last = gone ?? (members && 'list' in members ? members.take : undefined)
  const pieces = (isMadeBy(kind, side.view) ? own : []).flatMap((thing): Piece[] => {
    if (each === 'entries') return entriesOf(kind, thing, side)
    const remove = () => (last === undefined ? '' : side.render(last, thing))
    const key = gone === undefined ? `${thing.name} ${thing.word ?? ''}` : remove()
    return [{ key, thing, side, make: () => side.render(make, thing), gone: remove }]
  })
  return new Map(pieces.map((piece) => [piece.key, piece]))
}

/** The lines that make a rule, each of which is a thing of its list. */
function entriesOf({ make, members, within, at }: Kind, thing: Thing, side: Side): Piece[] {
  if (!members || 'list' in members) return []
  const list = around(within, thing, side).join('\n')
  return splitText(side.render(make, thing), thing, members.line, at).members.map((line): Piece => {
    const [add, take] = [`${members.add}${line}\n`, `${members.take}${line}\n`]
    return { key: `${list}\n${line}`, thing, side, make: () => add, gone: () => take }
  })
}

/** The lines before and after the commands of a thing. */
const around = (lines: MadeItem['within'], thing: Thing, { render }: Side) =>
  (lines ?? []).map((line) => (line === '' ? '' : render(line, thing).trimEnd()))

function flagOf(thing: Thing, flag: string, { at, each }: Kind): boolean {
  const fields = thing as Thing & Readonly<Record<string, unknown>>
  const value = Object.hasOwn(fields, flag) ? fields[flag] : undefined
  if (typeof value === 'boolean') return value
  const flags = Object.keys(fields).filter((name) => typeof fields[name] === 'boolean')
  throw new UserError(`${at}.if: ${each} have no flag ${JSON.stringify(flag)}${didYouMean(flag, flags)}`)
}

function changeOf(kind: Kind, { thing, side }: Piece, change: ItemChange['change'], text: string): ItemChange {
  const { each, within, together = within } = kind
  const isLoss = change === 'shrink' || change === 'remove'
  return { each, name: thing.name, change, within: around(isLoss ? within : together, thing, side), text }
}

/** Commands that make, place and grow the things of a kind, and those that shrink them. */
function changesOf(kind: Kind, denied: ReadonlySet<string>) {
  const { place } = kind
  const { old, young } = kind.sides()
  const moves = place === undefined ? undefined : movesOf(kind)
  const pieces = [...young.values()].map((piece) => ({ piece, change: changeOfThing(kind, old.get(piece.key), piece) }))
  const made = pieces.flatMap(({ piece, change }) => {
    const move = moves?.get(piece.key)
    return [
      ...(change?.isMade ? [changeOf(kind, piece, 'make', piece.make())] : []),
      ...(place !== undefined && move
        ? [changeOf(kind, piece, 'place', piece.side.render(place, withFields(piece.thing, { move })))]
        : []),
    ]
  })
  // Denials grow before anything allows more, and shrink after nothing allows it any more. Rules keep their order.
  const isFirst = ({ piece }: { piece: Piece }) => kind.each !== 'rules' && denied.has(piece.thing.name)
  const ordered = [...pieces.filter(isFirst), ...pieces.filter((one) => !isFirst(one))]
  const members = (way: 'grow' | 'shrink') =>
    ordered.flatMap(({ piece, change }) => (change?.[way] ? [changeOf(kind, piece, way, change[way])] : []))
  return { gains: [...made, ...members('grow')], shrunk: members('shrink').reverse() }
}

const MADE: Growth = { isMade: true, grow: '', shrink: '' }

/** Decides if a thing is made, because it is new or differs in more than members; with the commands for these. Undefined: nothing differs. */
function changeOfThing(kind: Kind, was: Piece | undefined, is: Piece): Growth | undefined {
  const { each, make, members, at } = kind
  if (!was) return MADE
  // Entries are named by their words.
  if (each === 'entries') return undefined
  // No item of the device has the name of a chain or of what lasts: any may be a part of it.
  const isReworded = kind.isReworded(isLasting(each) || each === 'chains' ? '' : is.thing.name)
  // Most members stay, and a device holds thousands.
  const without = (one: Piece, other: Piece) => {
    const thing = withoutMembersOf(one.thing, other.thing)
    return { thing, side: one.side, text: one.side.render(make, thing) }
  }
  const [older, newer] = [without(was, is), without(is, was)]
  if (older.text === newer.text) return isReworded ? MADE : undefined
  if (!members) return MADE
  const split = ({ text, thing }: typeof older, line: string) => splitText(text, thing, line, at)
  const change =
    'list' in members
      ? growthOfList(older, newer, members, kind)
      : growthOf(split(older, members.line), split(newer, members.line), members)
  return { ...change, isMade: change.isMade || isReworded }
}

/** Things that only the older side has. */
function goneFrom({ sides }: Kind): Piece[] {
  const { old, young } = sides()
  return [...old.values()].filter(({ key }) => !young.has(key))
}

/** Commands that remove what only the older side has, from the last to the first. */
const removed = (kind: Kind): ItemChange[] =>
  goneFrom(kind)
    .map((piece) => changeOf(kind, piece, 'remove', piece.gone()))
    .reverse()

/**
 * The places of the rules that are new, or do not belong to a longest run of their list that keeps its order: after the rule before them, or before
 * the first that stays; a list, which is empty if no rule stays and it is the first.
 */
function movesOf(kind: Kind) {
  const { old, young } = kind.sides()
  const ranks = new Map([...young.keys()].map((key, index) => [key, index]))
  const rules = [...young.values()].map((piece) => ({ ...piece, isOutbound: flagOf(piece.thing, 'isOutbound', kind) }))
  return new Map(
    listsOf(rules, kind.areApart).flatMap((list) => {
      const keys = new Set(list.map(({ key }) => key))
      const kept = [...old.keys()].filter((key) => keys.has(key))
      const staying = new Set(longestRun(kept, (key) => ranks.get(key) as number))
      const first = list.find(({ key }) => staying.has(key))
      return list.flatMap(({ key }, index) => {
        if (staying.has(key)) return []
        const previous = list[index - 1]
        const neighbor = previous ?? first
        return [[key, neighbor ? [{ isAfter: previous !== undefined, neighbor: neighbor.thing }] : []] as const]
      })
    }),
  )
}

/** The sets and groups of rules that deny, by name. */
function namesOfDenials({ rules }: View): string[] {
  const denials = rules.filter(({ isDeny }) => isDeny)
  const groups = denials.flatMap(({ set, local }) => [...set.groups, ...local.groups])
  return [
    ...denials.flatMap(({ set, local }) => [set.name, local.name]),
    ...groups.flatMap(({ name, chunks }) => [name, ...chunks.map((chunk) => chunk.name)]),
  ]
}
