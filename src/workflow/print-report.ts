import type { Io } from '../io.ts'
import type { Report } from '../model/report.ts'
import { reportHtml } from '../present/report/html-report.ts'
import { reportMarkdown } from '../present/report/markdown.ts'
import { makeReport, type ReportPlan } from './make-report.ts'

/** Prints the report of a change in one of its two forms, and returns it. */
export function printReport(plan: ReportPlan, format: 'markdown' | 'html', io: Io): Report {
  const report = makeReport(plan)
  const pointer = `The full report: <code>tagwall diff OLD NEW --format html</code>, of the same two documents.`
  io.out(format === 'html' ? Buffer.from(reportHtml(report)) : reportMarkdown(report, pointer))
  return report
}
