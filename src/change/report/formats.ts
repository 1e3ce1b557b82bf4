import type { Report } from './report-values.ts'

// For output on a terminal, where the HTML report is one command away.
const POINTER = 'Every prefix: <code>tagwall diff OLD NEW --format html</code>, of the same two documents.'

/** The formats of a report. Bytes are printed unchanged. */
export const REPORT_FORMATS = {
  markdown: async (report: Report) => (await import('./markdown.ts')).reportMarkdown(report, POINTER),
  html: async (report: Report) => Buffer.from((await import('./html-report.ts')).reportHtml(report)),
} satisfies Record<string, (report: Report) => Promise<string | Uint8Array>>

export type ReportFormat = keyof typeof REPORT_FORMATS
