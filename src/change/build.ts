import { resolve } from 'node:path'
import { refuseDoubts } from '../document/guards/refuse.ts'
import { unstoredDraft } from '../document/history.ts'
import { namesSnapshot, openForRules } from '../document/open-document.ts'
import { snapshotPath } from '../document/snapshot/stored-snapshots.ts'
import { aheadFindings, snapshotsAhead, staleCheck } from '../document/stale-check.ts'
import { UserError, UserErrors } from '../errors.ts'
import { explain, type Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import { SHIPPED } from '../paths.ts'
import { type CommonOptions, chooseTargets, shownPath } from '../policy/load.ts'
import type { Home } from '../store/home.ts'
import { checkDrafts, writeAndRemove, writeEach } from '../store/write.ts'
import { type BuildResult, resultOf, uncommittedDeltas } from './build-result.ts'
import { leftAt } from './older/disk-and-git.ts'
import { openSource } from './older/source.ts'
import type { PlaceOptions } from './owners.ts'
import { doubtsAbout, type Prepared, prepare, type RunRequest, refuseOlder } from './prepare.ts'
import { makeRun, type Run } from './run.ts'
import { isEmptyChange } from './tell/sentences.ts'
import { reversed } from './traffic/change.ts'

/** The options of a build, from the command line. */
export interface BuildOptions extends CommonOptions, PlaceOptions {
  readonly dryRun?: boolean
  readonly exitCode?: boolean
  readonly requireProof?: boolean
  readonly since?: string
  readonly rollback?: boolean
  /** Only the targets at these sites. */
  readonly site?: readonly string[]
  readonly prune?: boolean
  readonly all?: boolean
}

/** Writes the files of the named targets or of all targets, or none, as in a dry run. `home` is that of the journal. Throws `UserError` for what is refused. */
export async function runBuild(
  targets: readonly string[],
  options: BuildOptions,
  home: Home | undefined,
  io: Io,
): Promise<BuildResult> {
  if (options.rollback && options.since === undefined)
    throw new UserError('--rollback needs --since with the snapshot to go back to')
  const prepared = await prepare(options, io)
  const isWhole = options.since === undefined
  const kinds = options.rollback ? (['rollback'] as const) : (['delta', 'rollback'] as const)
  const how = isWhole ? ({ purpose: 'files' } as const) : ({ purpose: 'commands', kinds } as const)
  const run = await makeBuild(targets, options, { ...prepared, ...how }, io)
  if (!isWhole) refuseWithoutCommands(run)
  else if (options.prune) prepared.owners.refuseUnread()
  const source = sourceOf(run, options, io)
  const findings = isWhole ? warningsAbout(run, options, io) : []
  const result = resultOf(run, { source, isDryRun: options.dryRun === true, findings }, io)
  const isStored = isWhole && !isEmptyChange(run.change)
  const snapshot = isStored ? unstoredDraft(run.after.known.document, prepared.history) : []
  const removed = [...run.stale, ...run.pruned].map((path) => resolve(io.cwd, path))
  writeAndRemove([...run.drafts, ...snapshot], removed, home)
  return options.rollback ? { ...result, change: reversed(result.change) } : result
}

/** Compiles, renders, proves and compares; nothing is written yet. */
async function makeBuild(
  targets: readonly string[],
  options: BuildOptions,
  prepared: Prepared & Pick<RunRequest, 'purpose' | 'kinds'>,
  io: Io,
): Promise<Run> {
  const { policy, history, locked } = prepared
  const since =
    options.since === undefined ? prepared.since : await openSource({ ...options, since: options.since }, prepared, io)
  const known = await openForRules(options.snapshot ?? 'latest', history, io)
  const chosen = chooseTargets(policy, targets, options.site)
  if (since.isMerge && chosen.length < policy.targets.length)
    throw new UserError(
      'commits are merged here, so the files of all targets are made again: run "tagwall build" without names',
    )
  if (options.snapshot === undefined)
    refuseOlder(known.document, chosen, `--snapshot ${known.document.published}`, prepared, io)
  const run = await makeRun(
    {
      ...prepared,
      known,
      since,
      mayKeep: options.snapshot === undefined,
      doubts: doubtsAbout(known.document, since, history, io),
      targets: chosen,
      requireProof: options.requireProof === true,
      prunes: options.prune === true && prepared.purpose === 'files',
    },
    io,
  )
  // A person who names a snapshot wants that one.
  if (options.snapshot === undefined && !run.isKept) refuseDoubts(known.document, locked, history)
  return run
}

/** The options of a plan, from the command line. */
export interface PlanOptions extends BuildOptions {
  /** A folder for the report. */
  readonly report?: string
  /** A file of the CI service. */
  readonly summary?: string
}

/** A build that writes nothing but a report, if that or a summary is asked for: what would change, and why. */
export async function runPlan(targets: readonly string[], options: PlanOptions, io: Io) {
  const prepared = await prepare(options, io)
  const purpose = options.since?.startsWith('git:') ? 'review' : 'files'
  const run = await makeBuild(targets, options, { ...prepared, purpose }, io)
  checkDrafts(run.drafts, run.written)
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

/** Warnings about the snapshot and the older files of a run; none if a person names them. */
function warningsAbout(run: Run, { snapshot, since }: BuildOptions, io: Io): Finding[] {
  const { history, purpose, since: older } = run.request
  // A review compares with commits that the branch may lack.
  const base = purpose === 'review' && older.revision !== undefined ? leftAt(older.revision, io) : undefined
  const stale =
    snapshot === undefined && since === undefined ? staleCheck(history, run.after.known.document.published, io) : []
  const ahead = snapshot === undefined ? aheadFindings(snapshotsAhead(history, io), io) : []
  return [
    ...(base === undefined ? [] : [{ code: 'SINCE_AHEAD', severity: 'warning', since: older.text, base } as const]),
    ...ahead,
    ...stale,
    ...(since === undefined ? uncommittedDeltas(run, io) : []),
  ]
}

/** Throws `UserErrors` with the reasons if commands were asked for and no target has any; a target that did not change needs none. */
function refuseWithoutCommands({ written, findings }: Run): void {
  if (written.length === 0 && findings.length > 0)
    throw new UserErrors('no target has a delta, so nothing is written', findings.map(explain))
}

/** The path of the compiled snapshot, or the file that a person named. */
function sourceOf({ after, request }: Run, { snapshot }: BuildOptions, io: Io): string {
  if (snapshot !== undefined && !namesSnapshot(snapshot)) return snapshot
  const { document } = after.known
  const stored = request.history.files.find(({ published }) => published === document.published)
  return shownPath(stored?.path ?? snapshotPath(SHIPPED.snapshots, document), io)
}
