import { plannedFiles } from '../../compile/render-target.ts'
import { UserError } from '../../errors.ts'
import { hasErrors, type NoLockedRules } from '../../finding/finding.ts'
import type { BeforeKind } from '../../model/change.ts'
import type { Target } from '../../model/policy.ts'
import type { Reading } from '../../model/reading.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import { type LockedTarget, type State, sha256 } from '../../policy/lock/lock.ts'
import { loadReader } from '../../vendor/reader.ts'
import { expectationOf } from '../../verify/expect-target.ts'
import { Loads } from '../../verify/loaded-files.ts'
import { prove } from '../../verify/prove.ts'
import { type FileThere, filesThere, type ReadText } from './files-there.ts'

/** The older side of a target's change. */
export interface Before {
  readonly kind: BeforeKind
  /** Its older vendor and options; the current ones if nothing else is known. */
  readonly job: Job
  /** Its older rules with their local side, widened; undefined if only the files are known. */
  readonly rules: OlderRules | undefined
  /** The reading of the files in place, if the rules behind them are unknown and the files can be read. */
  readonly reading: Reading | undefined
  /** The full files in place; also those that were edited. */
  readonly files: readonly FileThere[]
  readonly why: NoLockedRules | undefined
  /** The files that the lock does not explain. */
  readonly doubtful: readonly string[]
}

/** Older rules of a target. */
export interface OlderRules {
  readonly ruleset: Ruleset
  /** The same rules against the newer document. */
  readonly between: Ruleset
  readonly document: TagDocument
}

/** The older side of a target that the lock has, as far as the lock, the snapshots and the files agree. */
export interface LockedSide {
  readonly locked: LockedTarget
  readonly state: State | undefined
  readonly document: TagDocument | undefined
  /** Its job and its rules; throws `UserError` if its vendor or its options do not exist any more. */
  rules(state: State, document: TagDocument): { readonly job: Job; readonly older: OlderRules }
}

/**
 * The older side of one target: its locked rules, if its files are those of the lock and the reader finds these rules in them. Otherwise
 * the files are read, whatever made them. `job` and `ruleset` are the current ones.
 */
export async function beforeOf(
  { target, job, ruleset }: { readonly target: Target; readonly job: Job; readonly ruleset: Ruleset },
  side: LockedSide | undefined,
  read: ReadText,
  loads = new Loads(),
): Promise<Before> {
  const now = { target, job, ruleset }
  const readAs = (then: typeof now, why: NoLockedRules) => readFiles(then, why, read, loads)
  if (!side) return readAs(now, 'unlocked')
  const { locked, state, document } = side
  if (!state) return readAs(now, 'state')
  if (!document) return readAs({ ...now, target: locked.target }, 'document')
  const old = tried(() => side.rules(state, document))
  if (!old) return readAs(now, 'target')
  const files = filesThere(locked.target, plannedFiles(old.older.ruleset, old.job), read)
  const then = { target: locked.target, job: old.job, ruleset: old.older.ruleset }
  const edited = files.filter(({ path, text }) => locked.files.get(path) !== sha256(text)).map(({ path }) => path)
  if (edited.length > 0) return { ...(await readAs(then, 'edited')), doubtful: edited }
  if (files.length > 0 && !(await filesHold(old.older.ruleset, old.job, files, loads))) return readAs(then, 'proof')
  return { kind: 'lock', job: old.job, rules: old.older, reading: undefined, files, why: undefined, doubtful: [] }
}

/** Reads what the files of a target in place allow. */
async function readFiles(
  { target, job, ruleset }: { readonly target: Target; readonly job: Job; readonly ruleset: Ruleset },
  why: NoLockedRules,
  read: ReadText,
  loads: Loads,
): Promise<Before> {
  const files = filesThere(target, plannedFiles(ruleset, job), read)
  const before = { job, rules: undefined, files, why, doubtful: files.map(({ path }) => path) }
  if (files.length === 0) return { ...before, kind: 'none', reading: undefined }
  const reading = await readingOf(job, files, loads)
  return reading ? { ...before, kind: 'files', reading } : { ...before, kind: 'unknown', reading: undefined }
}

/** Undefined if nothing reads these files, or the reader does not understand all of them. */
async function readingOf(job: Job, files: readonly FileThere[], loads: Loads): Promise<Reading | undefined> {
  const readers = await loadReader(job.vendor)
  const reading = tried(() => readers && loads.of(files, readers, job).reading)
  return reading && reading.notes.length === 0 ? reading : undefined
}

/** True if files mean these rules; without a reader, their hash decides. */
async function filesHold(ruleset: Ruleset, job: Job, files: readonly FileThere[], loads: Loads): Promise<boolean> {
  const readers = await loadReader(job.vendor)
  if (!readers) return true
  const { reading } = loads.of(files, readers, job)
  const { findings } = prove(expectationOf(job, restrict(ruleset, job.family)), reading)
  return !hasErrors(findings)
}

/** Undefined if `work` throws a `UserError`: an edited file, or an option that no longer exists. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
