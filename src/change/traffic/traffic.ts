import { inFamiliesOf, PrefixSet } from '../../address/prefix-set.ts'
import type { Cause, Piece } from '../../model/change.ts'
import { groupsOf } from '../../model/group-by.ts'
import type { FoundRule } from '../../model/reading.ts'
import type { RequestedTags } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { type Allowed, difference, heldBy, intersection, isNothing, NOTHING, union } from '../../verify/allowed.ts'
import { allowedFor } from '../../verify/compare.ts'
import type { LocalPart } from '../../verify/local-parts.ts'
import { type Cell, partitionOf } from '../../verify/partition.ts'
import { type CellChange, joinCells } from './join-cells.ts'
import { SetNumbers } from './set-numbers.ts'

/** The rules of one target on both sides of a change, in the order in which the device tries them. */
export interface Sides {
  readonly before: readonly FoundRule[]
  readonly after: readonly FoundRule[]
  /** The older rules against the newer document; undefined if only the older files are known, and so no cause. */
  readonly between: readonly FoundRule[] | undefined
  /** Addresses of the tags of both sides, if a device resolves them itself: in the newer document, and in the older one. */
  readonly resolutions: readonly Resolution[]
}

/**
 * The traffic that a change opens and closes: for each direction, protocol, port, local and remote address, the decision after the
 * change against the one before, where the first rule that matches decides. Pieces do not overlap, and are all of the difference. Where a
 * device resolves tags itself, both sides are compared once by each document, because nobody knows which one the device has: what opens
 * or closes by either of them counts, and by the newer one where both say so.
 */
export function piecesBetween(sides: Sides): Piece[] {
  const changed = changedRules(sides)
  if (changed.length === 0) return []
  const lists = [sides.before, sides.after, ...(sides.between ? [sides.between] : [])]
  const { parts, cellsOf } = partitionOf(lists, changed)
  const isByTag = lists.some((rules) => rules.some(({ remote }) => remote.tags.length > 0))
  const resolutions = isByTag ? sides.resolutions : [unresolved]
  const changes = parts.flatMap((part) => cellsOf(part).flatMap((cut) => changesIn(cut, resolutions)))
  const spelling = new Map(lists.flat().flatMap(({ remote }) => remote.tags.map((tag) => [tag.toLowerCase(), tag])))
  return joinCells(changes, parts).map((piece) => {
    const tags = piece.remote.tags.map((tag) => spelling.get(tag) as string).sort()
    return withTags({ ...piece, remote: { ...piece.remote, tags } }, tagsBehind(piece, sides), resolutions)
  })
}

/** The rules that only one side has, or that stand in another order. Flows that none of these matches have no difference. */
function changedRules({ before, after }: Sides): readonly FoundRule[] {
  const sets = new SetNumbers()
  const [old, young] = [before, after].map((rules) => rules.map((rule) => keyOf(rule, sets))) as [string[], string[]]
  const [inOld, inYoung] = [new Set(old), new Set(young)]
  const kept = (list: readonly string[], other: ReadonlySet<string>) => list.filter((key) => other.has(key)).join('\n')
  if (kept(old, inYoung) !== kept(young, inOld)) return [...before, ...after]
  return [
    ...before.filter((_, index) => !inYoung.has(old[index] as string)),
    ...after.filter((_, index) => !inOld.has(young[index] as string)),
  ]
}

/** One text for all rules that decide alike. */
const keyOf = (
  { direction, action, protocol, ports, local, coverage, remote }: FoundRule,
  sets: SetNumbers,
): string => {
  const sides = [local && [sets.of(local.addresses), local.objects], sets.of(remote.addresses), remote.tags]
  return JSON.stringify([direction, action, protocol, ports, coverage, ...sides])
}

/** One cell with the tags of one document. `was` is the traffic that the older rules allow. */
function viewOf({ flow, part, rules: [old = [], young = [], middle] }: Cell, resolve: Resolution) {
  const before = resolved(old, resolve.before, part)
  const after = resolved(young, resolve.after, part)
  const was = allowedFor(flow, before, 'surely')
  const is = allowedFor(flow, after, 'surely')
  return {
    before,
    after,
    was,
    // Partial rules that were read from a file count for neither side.
    opened: difference(is, was),
    closed: difference(allowedFor(flow, before, 'possibly'), is),
    held: middle && allowedFor(flow, resolved(middle, resolve.before, part), 'surely'),
  }
}

/** The openings in one cell, then the closings, by their cause. What the tags of several documents give is told of the first of these. */
function changesIn(cut: Cell, resolutions: readonly Resolution[]): CellChange[] {
  const { flow, part } = cut
  const views = resolutions.map((resolve) => viewOf(cut, resolve))
  const isUnused = views.every(({ was }) => isNothing(was))
  const cells = [true, false].flatMap((opens) => {
    let told = NOTHING
    return views.flatMap(({ before, after, opened, closed, held }) => {
      const changed = difference(opens ? opened : closed, told)
      told = union([told, changed])
      return byCause(changed, opens, held).flatMap(([cause, own]) =>
        partsByRule(before, own).flatMap(([from, left]) =>
          partsByRule(after, left).map(
            ([to, remote]): CellChange => ({ opens, isNew: opens && isUnused, cause, from, to, flow, part, remote }),
          ),
        ),
      )
    })
  })
  if (views.length === 1) return cells
  // Those that differ in the document only are one.
  const groups = groupsOf(cells, ({ opens, cause, from, to }) => JSON.stringify([opens, cause, from, to]))
  return groups.map((alike) => ({ ...alike[0], remote: union(alike.map(({ remote }) => remote)) }))
}

/** Rules with the addresses of their tags, as far as they are known. */
function resolved(rules: readonly FoundRule[], resolve: Resolve, part: LocalPart): readonly FoundRule[] {
  return rules.map((rule) => {
    const { addresses, tags } = rule.remote
    if (tags.length === 0) return rule
    const all = PrefixSet.union([addresses, ...tags.flatMap((tag) => resolve(tag) ?? [])])
    const unknown = tags.filter((tag) => !resolve(tag))
    return { ...rule, remote: { addresses: inFamiliesOf(part.addresses, all), tags: unknown } }
  })
}

/** The tags of the rules that open a piece now, or allowed it before. */
function tagsBehind({ opens, from, to, direction }: Piece, { before, after }: Sides): string[] {
  const [rules, name] = opens ? [after, to] : [before, from]
  return rules.filter((rule) => rule.name === name && rule.direction === direction).flatMap(({ remote }) => remote.tags)
}

/** The parts of a change by their cause. `held` is what the older rules allow on the newer document; undefined if they are not known. */
function byCause(changed: Allowed, opens: boolean, held: Allowed | undefined): [Cause, Allowed][] {
  if (!held) return [['unknown', changed]]
  const [allowed, refused] = [intersection(changed, held), difference(changed, held)]
  const [ofDocument, ofPolicy] = opens ? [allowed, refused] : [refused, allowed]
  return [
    ['document', ofDocument],
    ['policy', ofPolicy],
  ]
}

/** The parts of `remote`, by the name of the rule that decides about each: the first that matches; undefined for none. */
function partsByRule(rules: readonly FoundRule[], remote: Allowed): [string | undefined, Allowed][] {
  const parts: [string | undefined, Allowed][] = []
  let rest = remote
  for (const rule of rules) {
    if (isNothing(rest)) return parts
    const own = heldBy(rule.remote)
    const decided = intersection(rest, own)
    if (isNothing(decided)) continue
    parts.push([rule.name, decided])
    rest = difference(rest, own)
  }
  return isNothing(rest) ? parts : [...parts, [undefined, rest]]
}

/** The addresses of a tag that a device resolves itself; undefined if they are not known. */
type Resolve = (tag: string) => PrefixSet | undefined

/** The addresses of tags on both sides of a change, at one moment. */
export interface Resolution {
  readonly before: Resolve
  readonly after: Resolve
}

/** Nothing is known about any tag. */
const unresolved: Resolution = { before: () => undefined, after: () => undefined }

/** The addresses of a target's tags by each document, the newer one first. A tag that one lacks is as in the other: only the device knows. */
export function resolutionsOf(
  documents: readonly RequestedTags[],
  jobs: Record<'before' | 'after', Job>,
): Resolution[] {
  const tables = documents.map(
    ({ tags }) => new Map([...tags].map(([name, { prefixes }]) => [name.toLowerCase(), prefixes])),
  )
  return tables.map((own) => {
    const find = (tag: string) => [own, ...tables].flatMap((table) => table.get(tag.toLowerCase()) ?? [])[0]
    const ofJob =
      ({ family }: Job): Resolve =>
      (tag) => {
        const set = find(tag)
        return family ? set?.family(family) : set
      }
    return { before: ofJob(jobs.before), after: ofJob(jobs.after) }
  })
}

/** A piece with those of `names`, tags that the device resolves, in place of their addresses where it has all of them. */
function withTags(piece: Piece, names: readonly string[], resolutions: readonly Resolution[]): Piece {
  const { remote, local } = piece
  const side = piece.opens ? 'after' : 'before'
  // The local side has no connections with addresses of another family.
  const near = local?.addresses ?? local?.within
  const tags = [...new Set(names)].sort(byCodeUnit).flatMap((tag) => {
    const sets = resolutions.flatMap((resolution) => resolution[side](tag) ?? [])
    const all = PrefixSet.union(sets)
    return sets.length > 0 ? [{ tag, addresses: near ? inFamiliesOf(near, all) : all }] : []
  })
  if (tags.length === 0) return piece
  const isWhole = ({ addresses }: (typeof tags)[number]) => !addresses.isEmpty && remote.addresses.contains(addresses)
  const whole = tags.filter(isWhole)
  const beside = remote.addresses.subtract(PrefixSet.union(whole.map(({ addresses }) => addresses)))
  const parts = tags.filter((one) => !isWhole(one) && one.addresses.overlaps(beside))
  const isPart = PrefixSet.union(parts.map(({ addresses }) => addresses)).contains(beside)
  return {
    ...piece,
    remote: {
      ...remote,
      tags: [...remote.tags, ...whole.map(({ tag }) => tag)],
      beside,
      partOf: isPart ? parts.map(({ tag }) => tag) : [],
    },
  }
}
