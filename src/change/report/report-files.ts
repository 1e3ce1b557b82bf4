import { readFileSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { shownPath } from '../../policy/load.ts'
import { formatListed, type ListedFiles } from '../../propose/listed-files.ts'
import { entryAt, isWithin, realPath } from '../../store/disk.ts'
import type { Draft } from '../../store/write.ts'
import { REPORT_FILES } from '../own-files.ts'
import { isEmptyChange } from '../text/sentences.ts'
import { reportHtml } from './html-report.ts'
import { makeReport, type ReportPlan } from './make-report.ts'
import { reportBody, reportMarkdown } from './markdown.ts'
import { isTitle, reportTitle } from './title.ts'

/** A report as files that are not yet written, and its JSON. */
export interface ReportFiles {
  readonly drafts: readonly Draft[]
  /** Title and text, for the summary of a job. */
  readonly markdown: string
  /** True if nothing changes. */
  readonly isEmpty: boolean
  readonly json: { readonly title: string; readonly files: readonly string[] }
}

/**
 * The report in `folder`: title and text for a pull request, the full report as a page, and the list of its files, from the
 * full paths in `paths`. Without a folder there are no files.
 */
export function reportFiles(folder: string | undefined, plan: ReportPlan, paths: ListedFiles, io: Io): ReportFiles {
  const report = makeReport(plan)
  const title = reportTitle(report)
  const markdown = reportMarkdown(report, POINTER)
  const isEmpty = isEmptyChange(report.change)
  if (folder === undefined) return { drafts: [], markdown, isEmpty, json: { title, files: [] } }
  checkFolder(folder, io)
  const texts = {
    'title.txt': `${title}\n`,
    'body.md': reportBody(report, POINTER),
    'report.html': reportHtml(report),
    'files.txt': formatListed({ present: shownIn(paths.present, io), removed: shownIn(paths.removed, io) }),
  }
  const drafts = Object.entries(texts).map(([name, text]): Draft => {
    const path = resolve(io.cwd, join(folder, name))
    // The journal may only name files in the working directory, or files of the policy.
    return { path, text, owner: 'the report', isApart: !isWithin(realPath(path), realpathSync(io.cwd)) }
  })
  return { drafts, markdown, isEmpty, json: { title, files: drafts.map(({ path }) => shownPath(path, io)) } }
}

/** Throws `UserError` if the folder has files of these names without the title of an earlier report: a person wrote them. */
function checkFolder(folder: string, io: Io): void {
  const textOf = (name: string) => {
    const path = resolve(io.cwd, folder, name)
    return entryAt(path)?.isFile() ? readFileSync(path, 'utf8') : ''
  }
  const foreign = REPORT_FILES.find((name) => textOf(name) !== '')
  if (foreign !== undefined && !isTitle(textOf('title.txt')))
    throw new UserError(
      `--report ${folder}: ${foreign} exists and is not part of a report of tagwall: choose another folder, or move the file away; nothing was written`,
    )
}

// The jobs in docs/ci publish the folder under this name.
const POINTER =
  'The full report, with charts and every prefix, is <code>report.html</code> in the artifact <code>tagwall-report</code> of the job that made this change.'

/** The paths, relative to the working directory. On Windows, those on other drives are left out. */
const shownIn = (paths: readonly string[], io: Io): string[] =>
  paths
    .map((path) => relative(io.cwd, resolve(io.cwd, path)))
    .filter((name) => !isAbsolute(name))
    .map((name) => name.replaceAll(sep, '/'))
