import type { Cause, Piece } from '../../model/change.ts'
import type { FoundRule } from '../../model/reading.ts'
import { type Allowed, difference, intersection, isNothing } from '../../verify/allowed.ts'
import { allowedFor } from '../../verify/compare.ts'
import { type Cell as Cut, partitionOf } from '../../verify/partition.ts'
import { type Cell, joinCells } from './join-cells.ts'
import { SetNumbers } from './set-numbers.ts'

/** The rules of one target on both sides of a change, in the order in which the device tries them. */
export interface Sides {
  readonly before: readonly FoundRule[]
  readonly after: readonly FoundRule[]
  /** The older rules against the newer document; undefined if only the older files are known, and so no cause. */
  readonly between: readonly FoundRule[] | undefined
}

/**
 * The traffic that a change opens and closes: for each direction, protocol, port, local and remote address, the decision after the
 * change against the one before, where the first rule that matches decides. Pieces do not overlap, and are all of the difference.
 */
export function piecesBetween(sides: Sides): Piece[] {
  const changed = changedRules(sides)
  if (changed.length === 0) return []
  const lists = [sides.before, sides.after, ...(sides.between ? [sides.between] : [])]
  const { parts, cellsOf } = partitionOf(lists, changed)
  const changes = parts.flatMap((part) => cellsOf(part).flatMap(changesIn))
  return joinCells(changes, parts, writtenTags(lists.flat()))
}

/**
 * The rules that only one side has, or that stand in another order. The others meet no flow of theirs differently, so flows that no
 * such rule matches are not compared.
 */
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

/** The openings and closings in one cell of the older rules, the newer rules, and the older rules against the newer document. */
function changesIn({ flow, part, rules }: Cut): Cell[] {
  const [before = [], after = [], between] = rules
  // Partial rules that were read from a file count for neither side.
  const opened = difference(allowedFor(flow, after, 'surely'), allowedFor(flow, before, 'surely'))
  const closed = difference(allowedFor(flow, before, 'possibly'), allowedFor(flow, after, 'surely'))
  const held = between && allowedFor(flow, between, 'surely')
  return ([true, false] as const).flatMap((opens) =>
    byCause(opens ? opened : closed, opens, held).flatMap(([cause, changed]) =>
      byRule(before, changed).flatMap(([from, left]) =>
        byRule(after, left).map(([to, remote]): Cell => ({ opens, cause, from, to, flow, part, remote })),
      ),
    ),
  )
}

/** The parts of a change by their cause. `held` is what the older rules allow on the newer document; undefined if they are not known. */
export function byCause(changed: Allowed, opens: boolean, held: Allowed | undefined): [Cause, Allowed][] {
  if (!held) return [['unknown', changed]]
  const [allowed, refused] = [intersection(changed, held), difference(changed, held)]
  const [ofDocument, ofPolicy] = opens ? [allowed, refused] : [refused, allowed]
  return [
    ['document', ofDocument],
    ['policy', ofPolicy],
  ]
}

/** The parts of `remote`, by the name of the rule that decides about each: the first that matches; undefined for none. */
function byRule(rules: readonly FoundRule[], remote: Allowed): [string | undefined, Allowed][] {
  const parts: [string | undefined, Allowed][] = []
  let rest = remote
  for (const rule of rules) {
    if (isNothing(rest)) return parts
    const own = { addresses: rule.remote.addresses, tags: new Set(rule.remote.tags.map((tag) => tag.toLowerCase())) }
    const decided = intersection(rest, own)
    if (isNothing(decided)) continue
    parts.push([rule.name, decided])
    rest = difference(rest, own)
  }
  return isNothing(rest) ? parts : [...parts, [undefined, rest]]
}

/** The spelling of each tag; tags are compared in lower case. */
const writtenTags = (rules: readonly FoundRule[]) =>
  new Map(rules.flatMap(({ remote }) => remote.tags.map((tag) => [tag.toLowerCase(), tag])))
