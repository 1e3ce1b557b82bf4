import type { PolicySide } from '../../compile/policy-side.ts'
import { pricesOf } from '../../compile/widen/widen-target.ts'
import { acceptedFor, deltaFor, type History, type KnownDocument, knowsAll } from '../../document/history.ts'
import type { Finding } from '../../finding/finding.ts'
import { ruleSelectors } from '../../model/service-tag.ts'
import { heldDelta, heldRules, type ReportedTarget } from './device-changes.ts'
import { reportOf } from './report-of.ts'
import type { Report, RunFacts } from './report-values.ts'

export interface ReportPlan extends RunFacts {
  readonly history: History
  readonly targets: readonly ReportedTarget[]
  /** The older document, if all targets have the same. */
  readonly before: KnownDocument | undefined
  readonly after: PolicySide
}

/** The report of a change. It only has dates of documents, so it is the same on every day. */
export function makeReport({ history, targets, before, after, ...facts }: ReportPlan): Report {
  const { policy } = history
  const { published } = after.known.document
  const older = targets.flatMap(({ before }) =>
    before.rules ? [{ ruleset: before.rules.ruleset, job: before.job }] : [],
  )
  const made = targets.map((target) => target.made)
  const newer = heldRules(after.ruleset, made)
  const olderRules = before && { ...heldRules(after.ruleset, older), published: before.document.published }
  return reportOf({
    ...facts,
    before: before && olderRules && { document: before.document, ruleset: olderRules, everyTag: before.everyTag?.() },
    after: { document: after.known.document, ruleset: newer, everyTag: after.known.everyTag?.() },
    acceptedOf: (document) => acceptedFor(document, history),
    rules: policy.rules,
    delta:
      before && olderRules && heldDelta(deltaFor(policy, before.document, after.known.document), olderRules, newer),
    snapshots: history.files
      .filter((file) => file.published < published)
      .map((file) => history.read(file))
      // In the snapshot of another policy, tags would seem to be gone.
      .filter((document) => knowsAll(document, ruleSelectors(policy.rules))),
    targets,
    prices: made.flatMap(({ target, ruleset }) => pricesOf(target.name, ruleset, after.known.everything)),
    findings: unique([...facts.findings, ...after.findings].filter((finding) => !facts.standing.includes(finding))),
  })
}

const unique = (findings: readonly Finding[]) => [
  ...new Map(findings.map((finding) => [keyOf(finding), finding])).values(),
]

/** Handles sets and bigints in findings, which JSON cannot represent. */
const keyOf = (finding: Finding) =>
  JSON.stringify(finding, (_, value) => (typeof value === 'bigint' ? String(value) : value))

// For output on a terminal, where the HTML report is one command away.
const POINTER = 'Every prefix: <code>tagwall diff OLD NEW --format html</code>, of the same two documents.'

/** The formats of a report. Bytes are printed unchanged. */
export const REPORT_FORMATS = {
  markdown: async (report: Report) => (await import('./markdown.ts')).reportMarkdown(report, POINTER),
  html: async (report: Report) => Buffer.from((await import('./html-report.ts')).reportHtml(report)),
} satisfies Record<string, (report: Report) => Promise<string | Uint8Array>>

export type ReportFormat = keyof typeof REPORT_FORMATS
