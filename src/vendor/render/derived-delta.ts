import { UserError } from '../../errors.ts'
import type { Fitted } from '../../model/fitted.ts'
import { longestRun } from '../../model/item.ts'
import { lazy } from '../../model/lazy.ts'
import type { ItemSource, MadeItem } from '../../model/made-item.ts'
import { groupsByName, haveSameMembers } from '../../model/member-groups.ts'
import { applies, type OptionValues } from '../../model/option.ts'
import { hasListPerDirection, type Vendor } from '../../model/vendor.ts'
import { didYouMean } from '../../text/nearest.ts'
import { changedPrefixes } from './changed-prefixes.ts'
import { growthOf, splitText } from './member-lines.ts'
import { prefixViewer } from './prefix-view.ts'
import { type Render, templatesOf } from './render.ts'
import { listsOf } from './rule-view.ts'
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
 * both sides and compared by text; what is `reworded`, by name, is made again. The kinds are made, placed and grown in their order, and then in reverse shrunk and removed. Throws
 * `UserError` if a template fails, a flag is unknown, or a pattern does not match the lines of members.
 */
export function itemChanges(before: Side, after: Side, { vendor, options, reworded }: Dialect): ItemChange[] {
  const render = templatesOf(vendor)
  const denied = new Set([before, after].flatMap(({ view }) => namesOfDenials(view)))
  const changed = changedThings(before, after, { vendor, options, reworded })
  const kinds = vendor.items
    .map((item, index): Kind => ({ ...item, at: `${vendor.folder}/vendor.json: items[${index}]`, render, reworded }))
    .filter(({ when }) => applies(when, options))
    .map((kind) => {
      const sides = piecesOfSides(kind, before, after, changed)
      const { grown, shrunk } = memberChanges(kind, sides, denied)
      const removed = absent(sides.old, sides.young).map((piece) => changeOf(kind, piece, 'remove', piece.gone()))
      return {
        gains: [...madeAndPlaced(kind, sides, after.view, hasListPerDirection(vendor, options)), ...grown],
        losses: [...shrunk, ...removed.reverse()],
      }
    })
  return [...kinds.flatMap(({ gains }) => gains), ...kinds.toReversed().flatMap(({ losses }) => losses)]
}

/** The commands of changes, with the lines around those of neighbours. */
export function textOfChanges(changes: readonly ItemChange[]): string {
  const blocks: { readonly within: readonly string[]; text: string }[] = []
  for (const { within, text } of changes) {
    const last = blocks.at(-1)
    if (last?.within.join('\n') === within.join('\n')) last.text += text
    else blocks.push({ within, text })
  }
  return blocks.map(({ within: [open, close], text }) => (open ? `${open}\n${text}${close}\n` : text)).join('')
}

/** One side of a change, and its view. */
export interface Side {
  readonly fitted: Fitted
  readonly view: View
}

/** A vendor under options, and the names of what the device words otherwise than the older side is written. */
interface Dialect {
  readonly vendor: Vendor
  readonly options: OptionValues
  readonly reworded: ReadonlySet<string>
}

/** An entry of `items`, and where it stands. */
interface Kind extends MadeItem {
  readonly at: string
  readonly render: Render
  readonly reworded: ReadonlySet<string>
}

/** A thing of one side, rendered when it is compared. */
interface Piece {
  /** Tells the thing from the others that the device holds: what removes it. */
  readonly key: string
  readonly thing: Thing
  readonly make: () => string
  readonly gone: () => string
}

type Pieces = ReadonlyMap<string, Piece>

interface Sides {
  readonly old: Pieces
  readonly young: Pieces
}

interface Thing {
  readonly name: string
}

/** The things of both sides: of those whose name or members say all that they hold, only what is different, which is little. */
function piecesOfSides(kind: Kind, before: Side, after: Side, changed: Changed): Sides {
  const flag = kind.if
  const own = (things: readonly Thing[]) =>
    flag === undefined ? things : things.filter((thing) => flagOf(thing, flag, kind))
  const [old, young] = changed[kind.each]()
  return { old: piecesOf(kind, before.view, own(old)), young: piecesOf(kind, after.view, own(young)) }
}

type Changed = Readonly<Record<ItemSource, () => readonly [old: readonly Thing[], young: readonly Thing[]]>>

/** Each is computed once, if a kind asks for it. Objects have no views of prefixes that stay. */
function changedThings(before: Side, after: Side, { vendor, options, reworded }: Dialect): Changed {
  const [old, young] = [before.view, after.view]
  return {
    objects: lazy(() => {
      const setsOf = ({ locals, sets }: Fitted) => [...locals, ...sets]
      const { added, removed } = changedPrefixes(setsOf(before.fitted), setsOf(after.fitted))
      const viewer = prefixViewer(vendor, options)
      return [removed.map((prefix) => viewer(prefix)), added.map((prefix) => viewer(prefix))]
    }),
    groups: lazy(() => {
      const [older, newer] = [groupsByName(before.fitted), groupsByName(after.fitted)]
      const stays = ({ name }: Thing) => {
        const [was, is] = [older.get(name), newer.get(name)]
        return was !== undefined && is !== undefined && haveSameMembers(was, is) && !reworded.has(name)
      }
      return [old.groups.filter((group) => !stays(group)), young.groups.filter((group) => !stays(group))]
    }),
    services: lazy(() => [onlyIn(old.services, young.services), onlyIn(young.services, old.services)]),
    rules: () => [old.rules, young.rules],
  }
}

function onlyIn(these: readonly Thing[], those: readonly Thing[]): Thing[] {
  const known = new Set(those.map(({ name }) => name))
  return these.filter(({ name }) => !known.has(name))
}

function piecesOf({ make, gone, render }: Kind, view: View, things: readonly Thing[]): Pieces {
  const pieces = things.map((thing): Piece => {
    const remove = lazy(() => render(gone, thing, view))
    return { key: remove(), thing, make: lazy(() => render(make, thing, view)), gone: remove }
  })
  return new Map(pieces.map((piece) => [piece.key, piece]))
}

function flagOf(thing: Thing, flag: string, { at, each }: Kind): boolean {
  const fields = thing as Thing & Readonly<Record<string, unknown>>
  const value = Object.hasOwn(fields, flag) ? fields[flag] : undefined
  if (typeof value === 'boolean') return value
  throw new UserError(`${at}.if: ${each} have no flag ${JSON.stringify(flag)}${didYouMean(flag, Object.keys(fields))}`)
}

function changeOf(kind: Kind, { thing }: Piece, change: ItemChange['change'], text: string): ItemChange {
  return { each: kind.each, name: thing.name, change, within: kind.within ?? [], text }
}

const absent = (these: Pieces, those: Pieces): Piece[] => [...these.values()].filter(({ key }) => !those.has(key))

/** Commands for things that are new, or made in another way and have no members, and for the places of rules. */
function madeAndPlaced(kind: Kind, { old, young }: Sides, after: View, areApart: boolean): ItemChange[] {
  const { place, members, render, reworded } = kind
  const moves: Moves = place === undefined ? new Map() : movesOf(kind, { old, young }, areApart)
  const isMade = (piece: Piece) => {
    const was = old.get(piece.key)
    if (!was || reworded.has(piece.thing.name)) return true
    return !members && was.make() !== piece.make()
  }
  return [...young.values()].flatMap((piece) => {
    const move = moves.get(piece.key)
    return [
      ...(isMade(piece) ? [changeOf(kind, piece, 'make', piece.make())] : []),
      ...(place !== undefined && move
        ? [changeOf(kind, piece, 'place', render(place, withFields(piece.thing, { move }), after))]
        : []),
    ]
  })
}

/** Where a rule belongs: as a list, which is empty if no rule stays and it is the first. */
type Moves = ReadonlyMap<string, readonly { readonly isAfter: boolean; readonly neighbor: Thing }[]>

/**
 * The places of the rules that are new, or do not belong to a longest run of their list that keeps its order: after the rule before them, or before
 * the first that stays.
 */
function movesOf(kind: Kind, { old, young }: Sides, areApart: boolean): Moves {
  const ranks = new Map([...young.keys()].map((key, index) => [key, index]))
  const rules = [...young.values()].map((piece) => ({ ...piece, isOutbound: flagOf(piece.thing, 'isOutbound', kind) }))
  return new Map(
    listsOf(rules, areApart).flatMap((list) => {
      const keys = new Set(list.map(({ key }) => key))
      const kept = [...old.keys()].filter((key) => keys.has(key))
      const staying = new Set(longestRun(kept, (key) => ranks.get(key) as number))
      const first = list.find(({ key }) => staying.has(key))
      return list.flatMap(({ key }, index): [string, NonNullable<ReturnType<Moves['get']>>][] => {
        if (staying.has(key)) return []
        const previous = list[index - 1]
        const neighbor = previous ?? first
        return [[key, neighbor ? [{ isAfter: previous !== undefined, neighbor: neighbor.thing }] : []]]
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

/** The members that things of both sides gain and lose: denials grow before anything allows more, and shrink after nothing allows it any more. */
function memberChanges(kind: Kind, { old, young }: Sides, denied: ReadonlySet<string>) {
  const { members, at, each } = kind
  if (!members) return { grown: [], shrunk: [] }
  // Rules keep their order.
  const isFirst = ({ thing }: Piece) => each !== 'rules' && denied.has(thing.name)
  const all = [...young.values()]
  const changed = [...all.filter(isFirst), ...all.filter((piece) => !isFirst(piece))].flatMap((piece) => {
    const was = old.get(piece.key)
    if (!was || was.make() === piece.make()) return []
    const [older, newer] = [was, piece].map(({ thing, make }) => splitText(make(), thing, members.line, at))
    return older && newer ? [{ piece, ...growthOf(older, newer, members) }] : []
  })
  const changes = (change: 'grow' | 'shrink') =>
    changed.flatMap((one) => (one[change] === '' ? [] : [changeOf(kind, one.piece, change, one[change])]))
  return { grown: changes('grow'), shrunk: changes('shrink').reverse() }
}
