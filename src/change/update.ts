import { resolve } from 'node:path'
import { shippedDraft } from '../document/find-stored.ts'
import { type FetchOptions, type Imported, importDocument } from '../document/import-document.ts'
import { recordCheck, staleDocument } from '../document/stale-check.ts'
import type { Io } from '../io.ts'
import type { FetchResult } from '../model/result.ts'
import { chooseTargets, shownPath } from '../policy/load.ts'
import type { ListedFiles } from '../propose/listed-files.ts'
import { entryAt } from '../store/disk.ts'
import { checkDrafts, type Draft, removeStale, writeDrafts } from '../store/write.ts'
import type { BuildResult } from './build-result-values.ts'
import { openSince, type Since, sinceInPlace } from './older/since.ts'
import { isUncommitted, uncommittedDeltas } from './older/uncommitted.ts'
import { resultOf } from './outcome.ts'
import type { PlaceOptions } from './own-files.ts'
import { type Prepared, prepare } from './prepare.ts'
import type { ReportFiles } from './report/report-files.ts'
import { makeRun, type Run } from './run.ts'
import { isEmptyChange } from './text/sentences.ts'

/** The options of an update, from the command line. */
export interface UpdateOptions extends FetchOptions, PlaceOptions {
  readonly requireProof?: boolean
  /** A folder for the report. */
  readonly report?: string
  /** A file of the CI service. */
  readonly summary?: string
}

/** An update that is written, ready to print. */
export interface Update {
  /** The result of the fetch. */
  readonly fetched: FetchResult
  readonly result: BuildResult
  /** Undefined if neither a report nor a summary is asked for. */
  readonly report: ReportFiles | undefined
  /** True if the snapshot or the rules changed. */
  readonly isChanged: boolean
}

/** Files to write, and the paths of files to remove once they are written. */
interface Files {
  readonly drafts: readonly Draft[]
  readonly removed: readonly string[]
}

/**
 * The weekly job: gets the document, makes the rules, and writes snapshot, rules, lock and report in one transaction. A dry run writes
 * nothing. `home` is the folder for the journal. Throws `UserError` if the document, the policy or a file is refused; nothing is written then.
 */
export async function runUpdate(options: UpdateOptions, home: string | undefined, io: Io): Promise<Update> {
  const prepared = await prepare(options, io)
  const imported = await imports(prepared, options, io)
  const run = await runOf(prepared, imported, sinceInPlace(prepared.open, prepared.history, io), options, io)
  const fetched = fetchedBy(imported, run, prepared, options, io)
  const stored = snapshotFiles(imported, run, prepared, fetched)
  const findings = [
    ...imported.findings,
    ...staleDocument(fetched.seen, options.from === undefined, io),
    ...uncommittedDeltas(run, prepared.open, io),
  ]
  const report = await reportOn(run, prepared, imported, pathsOf(fetched, stored, prepared, io), options, io)
  const isDryRun = options.dryRun === true
  const result = resultOf(run, { source: fetched.path, isDryRun, prunes: false, findings }, io)
  const drafts = [...stored.drafts, ...run.drafts, ...(report?.drafts ?? [])]
  if (isDryRun) checkDrafts(drafts)
  else {
    writeDrafts(drafts, home)
    removeStale([...run.stale, ...stored.removed])
    recordCheck(prepared.policy, prepared.history, fetched.seen, home, io)
  }
  return { fetched, result, report, isChanged: fetched.outcome !== 'unchanged' || !isEmptyChange(run.change) }
}

/** Gets the document and checks it, against that of the files in place. */
const imports = ({ policy, history, locked }: Prepared, options: UpdateOptions, io: Io): Promise<Imported> =>
  importDocument(
    options,
    policy,
    history,
    {
      isDryRun: options.dryRun === true,
      records: options.record === true,
      accept: options.accept,
      builds: true,
      locked,
    },
    io,
  )

/** Makes the rules of the document, and what changes from the files in place. */
const runOf = (prepared: Prepared, { known }: Imported, since: Since, options: UpdateOptions, io: Io): Promise<Run> =>
  makeRun(
    {
      ...prepared,
      ...{ known, since, mayKeep: true },
      targets: chooseTargets(prepared.policy, []),
      requireProof: options.requireProof === true,
    },
    io,
  )

/** The fate of the document: one that changes no rule of any target is not stored, unless it is recorded or repairs a snapshot. */
function fetchedBy(
  { result }: Imported,
  run: Run,
  { history, policy }: Prepared,
  options: UpdateOptions,
  io: Io,
): FetchResult {
  if (!run.isKept || options.record || result.outcome === 'repaired') return result
  const { published } = run.after.known.document
  const stored = history.files.find((file) => file.published === published)
  const path = stored ? shownPath(stored.path, io) : `the snapshot of ${policy.cloud} ${published}`
  return { ...result, outcome: 'unchanged', path, superseded: [] }
}

/** The snapshots to write and remove. If rules are made from a shipped snapshot for the first time, that one is written. */
function snapshotFiles(imported: Imported, run: Run, { history }: Prepared, { outcome }: FetchResult): Files {
  if (outcome !== 'unchanged') return { drafts: imported.drafts, removed: imported.superseded }
  const drafts = isEmptyChange(run.change) ? [] : shippedDraft(run.after.known.document, history)
  return { drafts, removed: [] }
}

/** The full paths of the lock, and of the snapshots that a change reads, writes and removes. A shipped snapshot is not a file of the change. */
function pathsOf({ path }: FetchResult, { drafts, removed }: Files, { open }: Prepared, io: Io): ListedFiles {
  const read = [open.path, resolve(io.cwd, path)].filter((each) => entryAt(each)?.isFile())
  return { present: [...read, ...drafts.map((draft) => draft.path)], removed }
}

/**
 * The report that the options ask for: the text of the pull request, and its files. Uncommitted changes of earlier runs are in the pull request too,
 * so its text then compares with the last commit.
 */
async function reportOn(
  run: Run,
  prepared: Prepared,
  imported: Imported,
  paths: ListedFiles,
  options: UpdateOptions,
  io: Io,
): Promise<ReportFiles | undefined> {
  if (options.report === undefined && options.summary === undefined) return undefined
  const { policy, history, open } = prepared
  const { reportOnRun } = await import('./report/run-report.ts')
  const change = isUncommitted(open, io)
    ? await runOf(prepared, imported, await openSince({ ...options, since: 'git:HEAD' }, prepared, io), options, io)
    : run
  return reportOnRun(run, change, { policy, history, folder: options.report, findings: imported.findings, paths }, io)
}
