import type { Io } from '../io.ts'
import { checkDrafts, writeEach } from '../store/write.ts'
import { type BuildOptions, makeBuild, sourceOf, warningsAbout } from './build.ts'
import { type BuildResult, resultOf } from './build-result.ts'
import { prepare } from './prepare.ts'
import { isEmptyChange } from './tell/sentences.ts'

/** The options of a plan, from the command line. */
export interface PlanOptions extends BuildOptions {
  /** A folder for the report. */
  readonly report?: string
  /** A file of the CI service. */
  readonly summary?: string
}

/** A plan, ready to print. */
export interface Plan {
  readonly result: BuildResult
  /** The report; undefined if neither a report nor a summary is asked for. */
  readonly markdown: string | undefined
  readonly isChanged: boolean
}

/** A build that writes nothing but a report: what would change, and why. */
export async function runPlan(targets: readonly string[], options: PlanOptions, io: Io): Promise<Plan> {
  const prepared = await prepare(options, io)
  const isReview = options.since?.startsWith('git:') === true
  const run = await makeBuild(targets, options, { ...prepared, isReview, isSince: false }, io)
  checkDrafts(run.drafts)
  const findings = warningsAbout(run, options, io)
  const result = resultOf(run, { source: sourceOf(run, options, io), isDryRun: true, findings }, io)
  const isChanged = !isEmptyChange(run.change)
  if (options.report === undefined && options.summary === undefined) return { result, markdown: undefined, isChanged }
  const { reportOnRun } = await import('./tell/run-report.ts')
  const plan = { folder: options.report, findings: [], paths: { present: [], removed: [] } }
  const { drafts, markdown } = reportOnRun(run, run, plan, io)
  writeEach(drafts)
  return { result, markdown, isChanged }
}
