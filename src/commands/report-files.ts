import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isWithin, realPath } from '../emit/disk.ts'
import type { Draft } from '../emit/write.ts'
import type { Io } from '../io.ts'
import { reportHtml } from '../present/html-report.ts'
import { reportBody } from '../present/markdown.ts'
import { reportTitle } from '../present/report-text.ts'
import { shownPath } from './inputs.ts'
import { makeReport, type ReportPlan } from './make-report.ts'

/** What a report consists of. */
export const REPORT_FILES: readonly string[] = ['title.txt', 'body.md', 'report.html']

/** A report as files, not yet written, and what `--json` says of it. */
export interface ReportFiles {
  readonly drafts: readonly Draft[]
  readonly json: { readonly title: string; readonly files: readonly string[] }
}

/** The report in `folder`: a title and a text for a pull request, and the whole of it as a page. */
export function reportFiles(folder: string, plan: ReportPlan, io: Io): ReportFiles {
  const report = makeReport(plan)
  const title = reportTitle(report)
  const texts = {
    'title.txt': `${title}\n`,
    'body.md': reportBody(report, 'The full report is <code>report.html</code>, which was written beside this text.'),
    'report.html': reportHtml(report),
  }
  const drafts = Object.entries(texts).map(([name, text]): Draft => {
    const path = resolve(io.cwd, join(folder, name))
    // A journal may name what is in the working directory, and nothing else that no policy names.
    return { path, text, owner: 'the report', isApart: !isWithin(realPath(path), realpathSync(io.cwd)) }
  })
  return { drafts, json: { title, files: drafts.map(({ path }) => shownPath(path, io)) } }
}
