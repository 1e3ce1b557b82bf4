import { resolve } from 'node:path'
import type { FetchOptions } from '../document/find-stored.ts'
import { isAhead } from '../document/guards/guards.ts'
import { unstoredDraft } from '../document/history.ts'
import { type Imported, importDocument } from '../document/import-document.ts'
import { recordCheck, staleDocument } from '../document/stale-check.ts'
import { type Io, today } from '../io.ts'
import type { FetchResult } from '../model/result.ts'
import { chooseTargets, shownPath } from '../policy/load.ts'
import { formatLock } from '../policy/lock/lock-file.ts'
import type { ListedFiles } from '../propose/listed-files.ts'
import type { Home } from '../store/home.ts'
import { writeAndRemove } from '../store/write.ts'
import { resultOf, uncommittedDeltas } from './build-result.ts'
import { committedLock } from './older/disk-and-git.ts'
import { sourceOfCommit } from './older/source.ts'
import type { PlaceOptions } from './owners.ts'
import { doubtsAbout, prepare, refuseOlder } from './prepare.ts'
import { makeRun, type Run } from './run.ts'
import type { ReportOptions } from './tell/run-report.ts'
import { isEmptyChange } from './tell/sentences.ts'

/** The options of an update, from the command line. */
export interface UpdateOptions extends FetchOptions, PlaceOptions {
  readonly requireProof?: boolean
  /** A folder for the report. */
  readonly report?: string
  /** A file of the CI service. */
  readonly summary?: string
  readonly all?: boolean
}

/** An update that is written, ready to print; it has a report if a report or a summary is asked for. */
export type Update = Awaited<ReturnType<typeof runUpdate>>

/**
 * The weekly job: gets the document, makes the rules, and writes snapshot, rules, lock and report in one transaction. A dry run writes
 * nothing. `home` is that of the journal. Throws `UserError` if the document, the policy or a file is refused; nothing is written then.
 */
export async function runUpdate(options: UpdateOptions, home: Home | undefined, io: Io) {
  const isDryRun = options.dryRun === true
  const prepared = await prepare(options, io)
  const { policy, history, locked } = prepared
  const imported = await importDocument({ ...options, builds: true, locked }, history, io)
  const targets = chooseTargets(policy, [])
  if (!options.accept?.includes('rollback'))
    refuseOlder(imported.known.document, targets, '--accept rollback', prepared, io)
  const mayKeep = !locked || !isAhead(locked.published, today(io))
  const run = await makeRun(
    {
      ...prepared,
      known: imported.known,
      mayKeep,
      purpose: 'files',
      // A document that was just downloaded is no doubt of a branch.
      doubts: doubtsAbout(imported.known.document, { lock: undefined }, history, io),
      targets,
      requireProof: options.requireProof === true,
    },
    io,
  )
  const fetched = fetchedBy(imported, run, options, io)
  const stored = snapshotFiles(imported, run, fetched)
  const findings = [
    ...imported.findings,
    ...staleDocument(fetched.seen, options.from === undefined, io),
    ...uncommittedDeltas(run, io),
  ]
  const isQuiet = fetched.outcome === 'unchanged' && fetched.seen.published > run.after.known.document.published
  const about = {
    folder: options.report,
    findings: imported.findings,
    paths: pathsOf(run, stored),
    checked: isQuiet ? fetched.seen : undefined,
  }
  const hasReport = options.report !== undefined || options.summary !== undefined
  const report = hasReport ? await reportOn(run, about, io) : undefined
  const result = resultOf(run, { source: fetched.path, isDryRun, findings }, io)
  const drafts = [...stored.drafts, ...run.drafts, ...(report?.drafts ?? [])]
  const stale = run.stale.map((path) => resolve(io.cwd, path))
  writeAndRemove(drafts, [...stale, ...stored.removed], home)
  if (home) recordCheck(history, fetched, home, io)
  return { fetched, result, report, isChanged: fetched.outcome !== 'unchanged' || !isEmptyChange(run.change) }
}

/** The fate of the document: one that changes no rule of any target is not stored, unless it is recorded or repairs a snapshot. */
function fetchedBy({ result }: Imported, { request, after, isKept }: Run, options: UpdateOptions, io: Io): FetchResult {
  if (!isKept || options.record || result.outcome === 'repaired') return result
  const { published } = after.known.document
  const stored = request.history.files.find((file) => file.published === published)
  const path = stored ? shownPath(stored.path, io) : `the snapshot of ${request.policy.cloud} ${published}`
  return { ...result, outcome: 'unchanged', path, superseded: [] }
}

/** The snapshots to write, and the paths of those to remove then. If rules are made from a shipped snapshot for the first time, that one is written. */
function snapshotFiles(imported: Imported, { request, after, change }: Run, { outcome }: FetchResult) {
  const { drafts, superseded, ahead } = imported
  if (outcome !== 'unchanged') return { drafts, removed: [...superseded, ...ahead] }
  return { drafts: isEmptyChange(change) ? [] : unstoredDraft(after.known.document, request.history), removed: ahead }
}

/** The paths of the snapshots behind the files after a run, and of those that it writes and removes: no shipped one, and none that only other policies use. */
function pathsOf(
  { lock, request: { history } }: Run,
  { drafts, removed }: ReturnType<typeof snapshotFiles>,
): ListedFiles {
  const states = new Set([...lock.targets.values()].map(({ state }) => lock.states.get(state)))
  const dates = new Set([...states].map((state) => state?.document.published))
  const stored = history.isShipped ? [] : history.files.filter(({ published }) => dates.has(published))
  const present = stored.map(({ path }) => path).filter((path) => !removed.includes(path))
  return { present: [...present, ...drafts.map(({ path }) => path)], removed }
}

/** The report of an update. Uncommitted changes of earlier runs are in the pull request too, and edits are not, so it then compares with the last commit. */
async function reportOn(run: Run, about: ReportOptions, io: Io) {
  const { reportOnRun } = await import('./tell/run-report.ts')
  const { request } = run
  const { lock, shown } = request.open
  const hasEdits = run.change.targets.some(({ edited }) => edited.length > 0)
  const committed = lock && !request.since.isMerge ? committedLock(shown, 'HEAD', io) : undefined
  const isLeft = committed && lock && (hasEdits || formatLock(committed) !== formatLock(lock))
  const since = isLeft ? sourceOfCommit('HEAD', request, io) : undefined
  const compared = since ? await makeRun({ ...request, since, purpose: 'text' }, io) : run
  return reportOnRun(run, compared, about, io)
}
