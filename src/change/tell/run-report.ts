import { readFileSync } from 'node:fs'
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { storedDocument } from '../../document/history.ts'
import { lastQuiet } from '../../document/stale-check.ts'
import { UserError } from '../../errors.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import { byTarget } from '../../model/group-by.ts'
import { refuseLinkOut } from '../../places.ts'
import { shownPath } from '../../policy/load.ts'
import { formatListed, type ListedFiles, ownLock, parseListed } from '../../propose/listed-files.ts'
import { entryAt } from '../../store/disk.ts'
import { LOCK_EXTENSION } from '../../store/territory.ts'
import type { Draft } from '../../store/write.ts'
import { REPORT_FILES } from '../owners.ts'
import type { Run } from '../run.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import type { ReportedTarget } from './file-table.ts'
import { reportHtml } from './html.ts'
import { reportBody, reportMarkdown } from './markdown.ts'
import { type Report, reportOf } from './report.ts'
import { isEmptyChange, isTitle } from './sentences.ts'

/** The parts of a report that its run does not have. */
export interface ReportOptions {
  /** Where the files of the report go; undefined for none. */
  readonly folder: string | undefined
  /** Findings besides those of the run. */
  readonly findings: readonly Finding[]
  /** More files of the change, such as its snapshot, by their full paths. */
  readonly paths: ListedFiles
  /** A newer document that changes no rule. */
  readonly checked?: DocumentLabel | undefined
}

/**
 * The report of a run: title and text of the pull request, the page, and the list of its files: all that the change writes or removes, and the
 * files in place that belong to it. `compared` is the same run, maybe from another older side.
 */
export function reportOnRun(run: Run, compared: Run, { folder, findings, paths, checked }: ReportOptions, io: Io) {
  const { history } = run.request
  const { change } = compared
  const targets = reportedTargets(run, compared)
  const older = targets.flatMap(({ before }) => before.rules?.document ?? [])
  const before = older.find(({ published }) => published === change.before?.published)
  const report = reportOf({
    history,
    change,
    targets,
    after: run.after,
    capacity: run.capacity,
    standing: run.standing,
    before: before && storedDocument(before),
    checked,
    quiet: lastQuiet(history),
    // Leave out the age of the newest snapshot, which changes every day.
    findings: [...findings, ...run.findings],
  })
  // Including uncommitted files of earlier runs.
  const locked = [...run.lock.targets.values()].flatMap(({ files }) => [...files.keys()])
  const { open } = run.request
  const present = [
    ...paths.present,
    ...(open.lock ? [open.path] : []),
    ...locked,
    ...run.drafts.map(({ path }) => path),
  ]
  const listed = { present: shownIn(present, io), removed: shownIn([...paths.removed, ...run.stale], io) }
  const drafts = folder === undefined ? [] : draftsIn(folder, open.shown, report, listed, io)
  return {
    drafts,
    /** Title and text, for the summary of a job. */
    markdown: reportMarkdown(report, POINTER),
    isEmpty: isEmptyChange(change),
    json: { title: report.title, paths: drafts.map(({ path }) => shownPath(path, io)) },
  }
}

function reportedTargets(run: Run, compared: Run): ReportedTarget[] {
  const sides = new Map(compared.targets.map((one) => [one.change.target, one]))
  const drafts = new Map(run.written.map(({ result, text }) => [result.path, text]))
  const olderText = compared.request.since.read
  const newerText = (path: string) => drafts.get(path)?.toString()
  const resultsOf = byTarget(run.written.map(({ result }) => result))
  return run.targets.map(({ made }): ReportedTarget => {
    const { name } = made.target
    return { ...(sides.get(name) as ComparedTarget), made, results: resultsOf(name), olderText, newerText }
  })
}

// The jobs in docs/ci publish the folder under this name.
const POINTER =
  'Every prefix: <code>report.html</code> in the artifact <code>tagwall-report</code> of the job that made this change.'

function draftsIn(folder: string, lock: string, report: Report, listed: ListedFiles, io: Io): Draft[] {
  refuseLinkOut(resolve(io.cwd, folder), io.cwd, `--report ${folder}`)
  checkFolder(folder, lock, io)
  const texts = {
    'title.txt': `${report.title}\n`,
    'body.md': reportBody(report, POINTER),
    'report.html': reportHtml(report),
    'files.txt': formatListed(listed),
  }
  return Object.entries(texts).map(([name, text]): Draft => {
    return { path: resolve(io.cwd, folder, name), text, owner: 'the report' }
  })
}

/**
 * Throws `UserError` if the folder has files of these names without the title of an earlier report: a person wrote them; and if it has the
 * report of another policy, which nobody would propose any more.
 */
function checkFolder(folder: string, lock: string, io: Io): void {
  const textOf = (name: string) => {
    const path = resolve(io.cwd, folder, name)
    return entryAt(path)?.isFile() ? readFileSync(path, 'utf8') : ''
  }
  const foreign = REPORT_FILES.find((name) => textOf(name) !== '')
  if (foreign !== undefined && !isTitle(textOf('title.txt')))
    throw new UserError(
      `--report ${folder}: ${foreign} exists and is not part of a report of tagwall: choose another folder, or move the file away; nothing was written`,
    )
  const other = ownLock(parseListed(textOf('files.txt')).present)
  if (other !== undefined && other !== lock)
    throw new UserError(
      `--report ${folder}: it has the report of another policy (${other}): give each policy a folder of its own, such as ${join(folder, basename(lock, LOCK_EXTENSION))}, or remove this one; nothing was written`,
    )
}

/** The paths, relative to the working directory. On Windows, those on other drives are left out. */
const shownIn = (paths: readonly string[], io: Io): string[] =>
  paths
    .map((path) => relative(io.cwd, resolve(io.cwd, path)))
    .filter((name) => !isAbsolute(name))
    .map((name) => name.replaceAll(sep, '/'))
