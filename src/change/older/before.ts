import type { PolicySide } from '../../compile/policy-side.ts'
import { plannedFiles } from '../../compile/render-target.ts'
import { unlessRefused } from '../../errors.ts'
import { hasErrors, type NoLockedRules } from '../../finding/finding.ts'
import { refuseErrors } from '../../findings-output.ts'
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
import type { WidenedTarget } from '../build-targets.ts'
import { type FileThere, filesThere, type ReadText } from './files-there.ts'
import type { Since } from './since.ts'

/** The older side of a target's change. */
export interface Before {
  readonly kind: BeforeKind
  /** The target, its vendor and its options of then; the current ones if nothing else is known. */
  readonly target: Target
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

/** The rules of a target in a lock, and its vendor and options of then. */
export interface LockedRules {
  readonly job: Job
  readonly older: OlderRules
}

/** The older side of a target that the lock has, as far as the lock, the snapshots and the files agree. */
export interface LockedSide {
  readonly locked: LockedTarget
  readonly state: State | undefined
  /** Undefined without a state, or if no snapshot has its addresses. */
  readonly document: TagDocument | undefined
  /** Undefined without a document; throws `UserError` if its vendor or its options do not exist any more. */
  readonly rules: (() => LockedRules) | undefined
  /** Its rules, not widened, on another document; undefined without a document, or if it is widened. */
  readonly on: ((document: TagDocument) => Ruleset) | undefined
}

/**
 * The older side of one target: its locked rules, if its files are those of the lock and the reader finds these rules in them. Otherwise
 * the files are read, whatever made them. `now` are the current rules.
 */
export async function beforeOf(
  now: WidenedTarget,
  { lock, read, onDocument }: Since,
  side: LockedSide | undefined,
  loads = new Loads(),
): Promise<Before> {
  if (onDocument) return currentRulesOn(onDocument, now)
  const readAs = (then: WidenedTarget, why: NoLockedRules) => readFiles(then, why, read, loads)
  const nothing: Omit<Before, 'why'> = {
    kind: 'none',
    target: now.target,
    job: now.job,
    rules: undefined,
    reading: undefined,
    files: [],
    doubtful: [],
  }
  // Another vendor is another device, which holds nothing yet.
  if (!side && lock?.targets.has(now.target.name)) return { ...nothing, why: undefined }
  if (!side) return readAs(now, 'unlocked')
  const { locked, state, rules } = side
  if (!state) return readAs(now, 'state')
  if (!rules) return readAs({ ...now, target: locked.target }, 'document')
  const old = unlessRefused(rules)
  if (!old) return readAs(now, 'target')
  const then = { target: locked.target, job: old.job, ruleset: old.older.ruleset }
  const files = filesThere(then.target, plannedFiles(then.ruleset, then.job), read)
  const edited = files.filter(({ path, text }) => locked.files.get(path) !== sha256(text)).map(({ path }) => path)
  if (edited.length > 0) return { ...(await readAs(then, 'edited')), doubtful: edited }
  if (files.length > 0 && !(await filesHold(then, files, loads))) return readAs(then, 'proof')
  return {
    kind: 'lock',
    target: locked.target,
    job: old.job,
    rules: old.older,
    reading: undefined,
    files,
    why: undefined,
    doubtful: [],
  }
}

/** The current rules on an older document, whatever files there were. */
function currentRulesOn(older: PolicySide, { target, job, ruleset: between }: WidenedTarget): Before {
  const { ruleset, findings } = older.widen(target, job, older.ruleset)
  refuseErrors(findings, `${target.name} cannot have the older rules as asked, so nothing is written`)
  const rules = { ruleset, between, document: older.known.document }
  return { kind: 'document', target, job, rules, reading: undefined, files: [], why: undefined, doubtful: [] }
}

/** Reads what the files of a target in place allow. */
async function readFiles(
  { target, job, ruleset }: WidenedTarget,
  why: NoLockedRules,
  read: ReadText,
  loads: Loads,
): Promise<Before> {
  const files = filesThere(target, plannedFiles(ruleset, job), read)
  const before = { target, job, rules: undefined, files, why, doubtful: files.map(({ path }) => path) }
  if (files.length === 0) return { ...before, kind: 'none', reading: undefined }
  const reading = await readingOf(job, files, loads)
  return reading ? { ...before, kind: 'files', reading } : { ...before, kind: 'unknown', reading: undefined }
}

/** Undefined if nothing reads these files, or the reader does not understand all of them. */
async function readingOf(job: Job, files: readonly FileThere[], loads: Loads): Promise<Reading | undefined> {
  const readers = await loadReader(job.vendor)
  const reading = unlessRefused(() => readers && loads.of(files, readers, job).reading)
  return reading && reading.notes.length === 0 ? reading : undefined
}

/** True if files mean these rules; without a reader, their hash decides. */
async function filesHold({ ruleset, job }: WidenedTarget, files: readonly FileThere[], loads: Loads): Promise<boolean> {
  const readers = await loadReader(job.vendor)
  if (!readers) return true
  const { reading } = loads.of(files, readers, job)
  const { findings } = prove(expectationOf(job, restrict(ruleset, job.family)), reading)
  return !hasErrors(findings)
}
