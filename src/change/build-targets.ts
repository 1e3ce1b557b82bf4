import { resolve } from 'node:path'
import type { UsedTarget } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import type { Rendered } from '../compile/render-target.ts'
import { jobsOf, pathOf, wideOptions } from '../compile/target-job.ts'
import type { Finding } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { Target } from '../model/policy.ts'
import type { AddressList } from '../model/reading.ts'
import type { FileResult } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import type { Territory } from '../store/territory.ts'
import type { Draft } from '../store/write.ts'
import type { Loads } from '../verify/loaded-files.ts'
import { type Proved, proveFiles } from '../verify/prove-files.ts'
import { draftResults } from './target-drafts.ts'

/** The files of one or more targets, not yet written. */
export interface Built {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  readonly findings: readonly Finding[]
  /** The widened ruleset of each widened target, by its name. */
  readonly widened: ReadonlyMap<string, Ruleset>
  readonly made: readonly BuiltTarget[]
}

/** The rendered full files of one target, with the rules they hold and what they use of each limit. */
export interface UnprovedTarget extends UsedTarget {
  readonly ruleset: Ruleset
  readonly files: readonly Rendered[]
}

/** The same, and what was read back. */
export interface BuiltTarget extends UnprovedTarget {
  /** The lists in files that hold addresses and no rules. */
  readonly lists: readonly AddressList[]
}

export interface BuildPlan {
  readonly targets: readonly Target[]
  readonly vendorFolders: readonly string[]
  /** The rules and the document that the files are made from. */
  readonly after: PolicySide
}

/** A target with its rules, not yet rendered. */
export interface WidenedTarget {
  readonly target: Target
  readonly job: Job
  readonly ruleset: Ruleset
}

/** All targets with their rules. */
export interface WidenedTargets {
  readonly made: readonly WidenedTarget[]
  /** As in `Built`. */
  readonly widened: ReadonlyMap<string, Ruleset>
  readonly findings: readonly Finding[]
}

/** A target with the proof of its files. */
export type ProvedTarget = BuiltTarget & Proved

/** The rules of every target. Throws `UserErrors` with the problems of all targets. */
export function widenTargets({ targets, vendorFolders, after }: BuildPlan): WidenedTargets {
  const made = jobsOf(targets, vendorFolders).map(({ target, job }) => ({
    target,
    job,
    ...after.widen(target, job, after.ruleset),
  }))
  refuseErrors(
    made.flatMap(({ findings }) => findings),
    'targets cannot have the rules as asked, so nothing is written',
  )
  const ofWidened = made
    .filter(({ target }) => target.widen)
    .map(({ target, ruleset }) => [target.name, ruleset] as const)
  const findings = made.flatMap(({ target, job }) => wideOptions(job, target.options))
  return { made, widened: new Map(ofWidened), findings }
}

/** Proves the files of one target after the other; once for targets with the same files. */
export class Prover {
  readonly #known = new Map<readonly Rendered[], Proved>()
  /** Refuse a target whose vendor has no reader. */
  readonly #isRequired: boolean

  constructor({ requireProof }: { readonly requireProof: boolean }) {
    this.#isRequired = requireProof
  }

  async prove(made: UnprovedTarget, loads: Loads): Promise<ProvedTarget> {
    const known = this.#known.get(made.files)
    const proved =
      known?.findings.length === 0
        ? known
        : await proveFiles(made.ruleset, made.job, made.files, this.#isRequired, loads)
    this.#known.set(made.files, proved)
    return { ...made, ...proved }
  }
}

/** The files of all targets. Throws `UserErrors` with the problems of all targets. */
export function builtOf(
  built: readonly ProvedTarget[],
  { widened, findings: wide }: WidenedTargets,
  territory: Territory,
  io: Io,
): Built {
  const findings = built.flatMap((result) => result.findings)
  refuseErrors(findings, 'the rules are not proved, so nothing is written')
  const drafts = built.flatMap(({ target, job, files, proof }) => {
    const place = { territory, recognise: job.vendor.recognise }
    return files.map((file) => {
      const path = resolve(io.cwd, pathOf(target, file))
      return { target, proof, path, text: file.text, owner: `target "${target.name}"`, place }
    })
  })
  const files = drafts.map(draftResults(drafts, io))
  return { drafts, files, findings: [...wide, ...findings], widened, made: built }
}
