import type { AddressFamily } from '../../address/family.ts'
import { FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { LocalReach, Piece } from '../../model/change.ts'
import { groupsOf } from '../../model/group-by.ts'
import { type Flow, trafficOf } from '../../model/traffic.ts'
import { type Allowed, NOTHING } from '../../verify/allowed.ts'
import type { LocalPart } from '../../verify/local-parts.ts'
import { SetNumbers } from './set-numbers.ts'

/** The difference at one flow and one part of the local side, by its cause and the rules that decide. */
export interface CellChange extends Pick<Piece, 'opens' | 'isNew' | 'cause' | 'from' | 'to'> {
  readonly flow: Flow
  readonly part: LocalPart
  readonly remote: Allowed
}

/** A cell of one family, because each family has local addresses of its own; of both where nothing cuts the local side. */
interface Half extends CellChange {
  readonly family: AddressFamily | undefined
}

type HalfPiece = Piece & Pick<Half, 'family'>

/**
 * Cells that differ only in protocol, ports and local side as one piece. Each piece is a box: all its flows, from all its local addresses of a
 * family to all its remote addresses of that family. Boxes do not overlap. Tags are in lower case.
 */
export function joinCells(cells: readonly CellChange[], parts: readonly LocalPart[]): Piece[] {
  const halves = cells.flatMap((cell) => (parts.length > 1 ? byFamily(cell) : [{ ...cell, family: undefined }]))
  const sets = new SetNumbers()
  const keyOf = ({ flow, part: _, remote, ...words }: Half) =>
    JSON.stringify([words, flow.direction, sets.of(remote.addresses), [...remote.tags].sort()])
  return joinFamilies(
    groupsOf(halves, keyOf)
      .flatMap(byTraffic)
      .flatMap(({ first, flows, own }) => {
        const { family } = first
        const all = parts.filter(({ addresses }) => family === undefined || !addresses.family(family).isEmpty)
        const piece = pieceOf(first, flows)
        return reachesOf(own, all, family).map((local) => ({ ...piece, local }))
      }),
  )
}

function byFamily(cell: CellChange): Half[] {
  const { part, remote } = cell
  const own = FAMILIES.flatMap((family): Half[] => {
    const addresses = remote.addresses.family(family)
    const isMet = !addresses.isEmpty && !part.addresses.family(family).isEmpty
    return isMet ? [{ ...cell, family, remote: { ...NOTHING, addresses } }] : []
  })
  const { tags } = remote
  return tags.size > 0 ? [...own, { ...cell, family: undefined, remote: { ...NOTHING, tags } }] : own
}

/** The cells of each part of the local side by their flows. */
function byTraffic(cells: readonly Half[]) {
  const ofPart = groupsOf(cells, ({ part }) => part)
  const groups = groupsOf(ofPart, (own) => JSON.stringify(own.map(({ flow }) => flow)))
  return groups.map((alike) => {
    const [own] = alike
    return { first: own[0], flows: own.map(({ flow }) => flow), own: alike.map(([{ part }]) => part) }
  })
}

/** A piece with any local side. */
function pieceOf({ part: _, flow, remote, ...words }: Half, flows: readonly Flow[]): HalfPiece {
  const { addresses, tags } = remote
  return {
    ...words,
    local: undefined,
    direction: flow.direction,
    traffic: trafficOf(flows),
    list: undefined,
    remote: { addresses, tags: [...tags], beside: addresses, partOf: [] },
  }
}

/** The local sides that some of all parts are together, for people: one for each choice of objects. */
function reachesOf(
  own: readonly LocalPart[],
  all: readonly LocalPart[],
  family: AddressFamily | undefined,
): (LocalReach | undefined)[] {
  const count = new Set(all.map(({ addresses }) => addresses)).size
  const places = groupsOf(own, ({ addresses }) => addresses).map((alike) => ({
    ...objectsOf(alike, all),
    addresses: alike[0].addresses,
  }))
  return groupsOf(places, ({ objects, except }) => JSON.stringify([objects, except])).map((alike) => {
    const [{ objects, except }] = alike
    const isAny = alike.length === count
    if (isAny && objects.length + except.length === 0) return undefined
    const sum = PrefixSet.union(alike.map(({ addresses }) => addresses))
    const where = isAny ? undefined : family ? sum.family(family) : sum
    return objects.length > 0
      ? { addresses: undefined, objects, within: where, except }
      : { addresses: where, objects, within: undefined, except }
  })
}

/** Parts of the same addresses: all that they hold but what is in some objects, or only what is in some. */
function objectsOf(alike: readonly LocalPart[], all: readonly LocalPart[]): Pick<LocalReach, 'objects' | 'except'> {
  const least = Math.min(...alike.map(({ objects }) => objects.size))
  const isAlone = ({ objects, addresses }: LocalPart) => objects.size === 1 && addresses === alike[0]?.addresses
  if (least === 0) {
    const except = all.filter((part) => isAlone(part) && !alike.includes(part))
    return { objects: [], except: except.flatMap(({ objects }) => [...objects]) }
  }
  // An address that is in more objects is in each of them.
  const named = alike.filter(({ objects }) => objects.size === least)
  return { objects: named.map(({ objects }) => [...objects].join(' and ')), except: [] }
}

/** Pieces of both families with the same flows and local side as one. */
function joinFamilies(halves: readonly HalfPiece[]): Piece[] {
  const keyOf = ({ family: _, remote: __, local, ...words }: HalfPiece) =>
    JSON.stringify([words, local && [local.objects, local.except, !local.addresses, !local.within]])
  return groupsOf(halves, keyOf).flatMap((alike) => {
    const of = (family: AddressFamily | undefined) => alike.filter((one) => one.family === family)
    const [v4, v6] = [of('ipv4'), of('ipv6')]
    const pairs = v4.map((one, index) => joinedWith(one, v6[index]))
    return [...of(undefined), ...pairs, ...v6.slice(v4.length)].map(({ family: _, ...piece }): Piece => piece)
  })
}

function joinedWith(one: HalfPiece, other: HalfPiece | undefined): HalfPiece {
  if (!other) return one
  const sum = (a: PrefixSet | undefined, b: PrefixSet | undefined) => a && b && a.union(b)
  const { local, remote } = one
  return {
    ...one,
    local: local && {
      ...local,
      addresses: sum(local.addresses, other.local?.addresses),
      within: sum(local.within, other.local?.within),
    },
    remote: {
      ...remote,
      addresses: remote.addresses.union(other.remote.addresses),
      beside: remote.beside.union(other.remote.beside),
    },
  }
}
