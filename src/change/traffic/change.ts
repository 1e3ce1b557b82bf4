import { pathOf } from '../../compile/target-job.ts'
import type { Change, OptionChange, Piece, TargetChange } from '../../model/change.ts'
import type { OptionValue } from '../../model/option.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import type { Job } from '../../model/vendor.ts'
import { formOf } from '../../verify/expect-target.ts'
import { expectedRules } from '../../verify/expectation.ts'
import type { BuiltTarget } from '../build-targets.ts'
import type { Before } from '../older/before.ts'
import { piecesOfLists, piecesOfReadLists } from './lists.ts'
import { piecesBetween } from './traffic.ts'

/** A target, its older side, and the change between them. */
export interface ComparedTarget {
  readonly before: Before
  readonly made: BuiltTarget
  readonly change: TargetChange
}

/** Compares a target with its older side. */
export const compare = (before: Before, made: BuiltTarget): ComparedTarget => ({
  before,
  made,
  change: changeOfTarget(before, made),
})

function changeOfTarget(before: Before, made: BuiltTarget): TargetChange {
  const pieces = before.kind === 'none' || before.kind === 'unknown' ? [] : piecesOf(before, made)
  const { name: target, vendor } = made.target
  const label = { target, vendor, before: before.kind, options: optionsBetween(before.job, made.job), pieces }
  if (before.kind === 'none') return { ...label, kind: 'new' }
  if (pieces.length > 0) return { ...label, kind: 'traffic' }
  const isSame = before.kind === 'document' ? true : hasSameBytes(before, made)
  return { ...label, kind: isSame ? 'same' : 'bytes' }
}

function piecesOf({ rules, reading, job }: Before, { ruleset, job: now, lists }: BuiltTarget): Piece[] {
  const after = restrict(ruleset, now.family)
  if (rules) {
    const sides = {
      before: restrict(rules.ruleset, job.family),
      between: restrict(rules.between, job.family),
      after,
    }
    if (lists.length > 0) return piecesOfLists(lists, sides, formOf(now).by)
    const [before, between] = [rulesOf(sides.before, job), rulesOf(sides.between, job)]
    return piecesBetween({ before, between, after: rulesOf(after, now) })
  }
  if (!reading) return []
  return reading.rules.length === 0 && reading.lists.length > 0
    ? piecesOfReadLists(reading.lists, lists)
    : piecesBetween({ before: reading.rules, between: undefined, after: rulesOf(after, now) })
}

/** The rules of a target as its reader finds them. */
const rulesOf = (ruleset: Ruleset, job: Job) => expectedRules(ruleset, formOf(job))

/** The options with another value. Options of two vendors are not comparable, so another vendor is one change. */
function optionsBetween({ vendor, options }: Job, now: Job): OptionChange[] {
  if (vendor.folder !== now.vendor.folder) return [{ name: 'vendor', before: vendor.name, after: now.vendor.name }]
  return Object.entries(now.options).flatMap(([name, after]) => {
    const before = options[name] as OptionValue
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ name, before, after }]
  })
}

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
    options: target.options.map(({ name, before, after }) => ({ name, before: after, after: before })),
    pieces: target.pieces.map((piece) => ({ ...piece, opens: !piece.opens, from: piece.to, to: piece.from })),
  })),
})
