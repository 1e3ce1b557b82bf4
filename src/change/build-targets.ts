import { resolve } from 'node:path'
import type { UsedTarget } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import type { Rendered } from '../compile/render-target.ts'
import { pathOf } from '../compile/target-job.ts'
import type { Finding } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { memo } from '../model/lazy.ts'
import type { Target } from '../model/policy.ts'
import type { AddressList, ReadFile } from '../model/reading.ts'
import type { FileResult, Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import type { Territory } from '../store/territory.ts'
import { checkDrafts, type Draft } from '../store/write.ts'
import { countLines } from '../text/lines.ts'

/** A target with its rules, not yet rendered. */
export interface WidenedTarget {
  readonly target: Target
  readonly job: Job
  readonly ruleset: Ruleset
  /** The key of the state in the lock that it keeps, with its files; undefined if it gets another one. */
  readonly state?: string | undefined
}

/** A full file of a target, without its text. */
export interface FilePlace extends Omit<ReadFile, 'text'> {
  /** Relative to the working directory. */
  readonly path: string
}

/** A full file of a target as it is written, or was: what the device loads. */
export interface FileThere extends FilePlace, ReadFile {}

/** Rendered files at the paths of their target. */
export const filesAt = (target: Target, files: readonly Rendered[]): FileThere[] =>
  files.map((file) => ({ ...file, path: pathOf(target, file) }))

/** A target with its full files and what they use of each limit. */
export interface BuiltTarget<File extends FilePlace = FilePlace> extends WidenedTarget, UsedTarget {
  readonly files: readonly File[]
  /** Undefined without a reader. */
  readonly proof: Proof | undefined
  /** The lists that were read back from files that hold addresses and no rules. */
  readonly lists: readonly AddressList[]
}

/** The rules of targets on one side, with what stands in their way. */
export const widenedOn = ({ widen }: PolicySide, jobs: readonly Pick<WidenedTarget, 'target' | 'job'>[]) =>
  jobs.map(({ target, job }) => ({ target, job, ...widen(target, job) }))

/** Throws `UserErrors` with the problems of all targets. */
export function refuseUnfit<Widened extends { readonly findings: readonly Finding[] }>(widened: Widened[]): Widened[] {
  const findings = widened.flatMap((one) => one.findings)
  refuseErrors(findings, 'targets cannot have the rules as asked, so nothing is written')
  return widened
}

/** The full files of a target. */
export const fullFiles = ({ target, job, files, proof }: BuiltTarget<FileThere>, bytesOf: BytesOf): TargetFile[] =>
  files.map(({ path, text }) => ({
    target,
    role: 'full',
    owner: `target "${target.name}"`,
    path,
    text: bytesOf(text),
    recognise: job.vendor.recognise,
    proof,
  }))

/** The bytes of a text; the same for targets with the same text. */
export type BytesOf = (text: string) => Buffer

/** A file for a target. */
export interface TargetFile extends Pick<FileResult, 'role' | 'proof' | 'cleanup' | 'manual'> {
  readonly target: Target
  /** The file in errors. */
  readonly owner: string
  /** Relative to the working directory. */
  readonly path: string
  readonly text: Buffer
  /** Regular expressions; a replaceable file matches one of them. */
  readonly recognise: readonly string[]
}

/** A file for a target, not yet written. */
export interface TargetDraft extends Draft {
  readonly target: string
  /** With its path for people and in the lock: relative to the working directory, unless the policy has an absolute one. */
  readonly result: FileResult
}

/** Everything that a run makes for its targets. */
export interface MadeFiles {
  readonly made: readonly BuiltTarget[]
  /** Full files, commands and runbooks. */
  readonly drafts: readonly TargetDraft[]
}

/** Checks files as `checkDrafts` does, and tells of each where a person finds it, and whether this run changes it. */
export function targetDrafts(files: readonly TargetFile[], territory: Territory, io: Io): TargetDraft[] {
  const drafts = files.map((file) => {
    const { path, text, owner, recognise } = file
    return { file, path: resolve(io.cwd, path), text, owner, place: { territory, recognise } }
  })
  const differences = checkDrafts(drafts)
  // Targets at many sites share their texts.
  const linesOf = memo(countLines)
  return drafts.map((draft): TargetDraft => {
    const { target, role, path, text, proof, cleanup, manual } = draft.file
    const difference = differences.get(draft)
    const state = { isChanged: difference === 'text', hasWindowsLines: difference === 'line ends' }
    const made = { target: target.name, vendor: target.vendor, role, path, lines: linesOf(text) }
    return { ...draft, target: target.name, result: { ...made, ...state, proof, cleanup, manual } }
  })
}
