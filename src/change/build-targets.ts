import { resolve } from 'node:path'
import type { UsedTarget } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import type { Rendered } from '../compile/render-target.ts'
import type { Renderer } from '../compile/shared-renderer.ts'
import { jobsOf, pathOf } from '../compile/target-job.ts'
import { wideOptions } from '../compile/wide-options.ts'
import { Steps } from '../document/download/progress.ts'
import type { Finding } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { Target } from '../model/policy.ts'
import type { AddressList } from '../model/reading.ts'
import type { FileResult } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { heedSignals } from '../store/interrupt.ts'
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
  /** What each widened target has, by its name. */
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
  /** What the files are made of. */
  readonly after: PolicySide
  readonly render: Renderer
}

/** The rendered files of all targets, not yet proved. */
export interface RenderedTargets {
  readonly made: readonly UnprovedTarget[]
  /** As in `Built`. */
  readonly widened: ReadonlyMap<string, Ruleset>
  readonly findings: readonly Finding[]
  readonly steps: Steps
}

/** A target with the proof of its files. */
export type ProvedTarget = BuiltTarget & Proved

/** Renders every target. Throws `UserErrors` with the problems of all targets. */
export async function renderTargets(
  { targets, vendorFolders, after, render }: BuildPlan,
  io: Io,
): Promise<RenderedTargets> {
  const widened = jobsOf(targets, vendorFolders).map(({ target, job }) => ({
    target,
    job,
    ...after.widen(target, job, after.ruleset),
  }))
  refuseErrors(
    widened.flatMap(({ findings }) => findings),
    'targets cannot have the rules as asked, so nothing is written',
  )
  const steps = new Steps(io, 2 * targets.length)
  const rendered = []
  for (const { target, job, ruleset } of widened) {
    await heedSignals()
    steps.next(`${target.name}: rendering`)
    rendered.push({ target, job, ruleset, ...render(ruleset, job) })
  }
  if (rendered.some(({ findings }) => findings.length > 0)) steps.end()
  refuseErrors(
    rendered.flatMap(({ findings }) => findings),
    'the rules do not fit their targets, so nothing is written',
  )
  const ofWidened = widened
    .filter(({ target }) => target.widen)
    .map(({ target, ruleset }) => [target.name, ruleset] as const)
  const findings = widened.flatMap(({ target, job }) => wideOptions(job, target.options))
  return { made: rendered, widened: new Map(ofWidened), findings, steps }
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
    await heedSignals()
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
  { widened, findings: wide }: RenderedTargets,
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
