import { pathOf } from '../../compile/target-job.ts'
import type { Change, Piece, RuleChange, TargetChange } from '../../model/change.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import type { Job } from '../../model/vendor.ts'
import { formOf } from '../../verify/expect-target.ts'
import { expectedRules } from '../../verify/expectation.ts'
import type { BuiltTarget } from '../build-targets.ts'
import type { Before } from '../older/before.ts'
import type { GoneFiles } from '../older/gone.ts'
import { piecesOfLists, piecesOfReadLists } from './lists.ts'
import { piecesBetween } from './traffic.ts'

/** The change of one target from its older side to the files that were made, without its files. */
export function changeOfTarget(before: Before, made: BuiltTarget): RuleChange {
  const pieces = before.kind === 'none' || before.kind === 'unknown' ? [] : piecesOf(before, made)
  const label = { target: made.target.name, vendor: made.target.vendor, before: before.kind, pieces }
  if (before.kind === 'none') return { ...label, kind: 'new' }
  if (pieces.length > 0) return { ...label, kind: 'traffic' }
  const isSame = before.kind === 'document' ? true : hasSameBytes(before, made)
  return { ...label, kind: isSame ? 'same' : 'bytes' }
}

/** Targets that the policy does not have any more. Devices keep what they hold, so nothing opens or closes. */
export const goneTargets = (gone: readonly GoneFiles[]): TargetChange[] =>
  gone
    .filter(({ isKept }) => !isKept)
    .map(({ target }) => ({
      ...{ target: target.name, vendor: target.vendor, kind: 'gone', before: 'lock' },
      pieces: [],
      files: [],
    }))

function piecesOf({ rules, reading, job }: Before, { ruleset, job: now, lists }: BuiltTarget): Piece[] {
  const after = () => rulesAs(ruleset, now)
  if (rules) {
    const [before, between] = [rules.ruleset, rules.between]
    if (lists.length === 0)
      return piecesBetween({ before: rulesAs(before, job), between: rulesAs(between, job), after: after() })
    const names = lists.map(({ part, name = part }) => name)
    const held = [before, between, ruleset].map((side, index) => restrict(side, (index < 2 ? job : now).family))
    const [old, middle, young] = held as [Ruleset, Ruleset, Ruleset]
    // Where each rule has a list of its own, one that went has none now.
    const isByRule = names.every((name) => young.sets.some((set) => set.name === name))
    const removed = isByRule ? old.sets.map(({ name }) => name) : []
    return piecesOfLists({
      names: [...names, ...removed],
      before: old,
      between: middle,
      after: young,
      by: formOf(now).by,
    })
  }
  if (!reading) return []
  return reading.rules.length === 0 && reading.lists.length > 0
    ? piecesOfReadLists(reading.lists, lists)
    : piecesBetween({ before: reading.rules, between: undefined, after: after() })
}

/** The rules of a target as its reader finds them. */
const rulesAs = (ruleset: Ruleset, job: Job) => expectedRules(restrict(ruleset, job.family), formOf(job))

function hasSameBytes({ files }: Before, { target, files: made }: BuiltTarget): boolean {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  return texts.size === made.length && made.every((file) => texts.get(pathOf(target, file)) === file.text)
}

/** The change back. */
export const reversed = ({ before, after, targets, ...change }: Change): Change => ({
  ...change,
  before: after,
  after: before ?? after,
  targets: targets.map((target) => ({
    ...target,
    pieces: target.pieces.map((piece) => ({ ...piece, opens: !piece.opens, from: piece.to, to: piece.from })),
  })),
})
