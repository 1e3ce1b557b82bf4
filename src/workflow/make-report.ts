import { reportOf } from '../compile/report/report.ts'
import { ruleSelectorsOf } from '../model/asked.ts'
import type { Delta } from '../model/delta.ts'
import type { Finding } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { Report } from '../model/report.ts'
import type { FileResult } from '../model/result.ts'
import { capacityOf } from './capacity.ts'
import { type History, knowsAll } from './history.ts'
import type { PolicySide } from './policy-side.ts'
import type { Renderer } from './shared-renderer.ts'
import { targetChanges } from './target-changes.ts'

export interface ReportPlan {
  readonly policy: Policy
  readonly history: History
  readonly vendorFolders: readonly string[]
  /** Undefined if there is nothing to compare with. */
  readonly before: PolicySide | undefined
  readonly after: PolicySide
  readonly render: Renderer
  /** Findings besides those of compiling the policy against the newer document. */
  readonly findings?: readonly Finding[]
  /** Deltas next to the full files. */
  readonly deltas?: readonly FileResult[]
  /** The cleanup files. */
  readonly cleanups?: readonly { readonly target: string; readonly path: string }[]
  /** What the newer rules use of each limit, if that is known already. */
  readonly capacity?: ReturnType<typeof capacityOf>
  readonly runbooks?: readonly { readonly target: string; readonly path: string }[]
  /** The changes between the two; undefined if `before` is. */
  readonly delta: Delta | undefined
}

/** The report of a change between two documents. It only has dates of documents, so it is the same on every day. */
export function makeReport({ policy, history, before, after, delta, ...plan }: ReportPlan): Report {
  const targets = targetChanges({
    targets: policy.targets,
    vendorFolders: plan.vendorFolders,
    before,
    after,
    render: plan.render,
    deltas: plan.deltas ?? [],
    cleanups: plan.cleanups ?? [],
    runbooks: plan.runbooks ?? [],
  })
  const { published } = after.known.document
  const used = targets.flatMap(({ used }) => used ?? [])
  const capacity = plan.capacity ?? capacityOf(used, policy, history, published)
  return reportOf({
    before: before && reportSide(before),
    after: reportSide(after),
    rules: policy.rules,
    delta,
    snapshots: history.files
      .filter((file) => file.published < published)
      .map((file) => history.read(file))
      // In the snapshot of another policy, tags would seem to be gone.
      .filter((document) => knowsAll(document, ruleSelectorsOf(policy))),
    targets: targets.map(({ change }) => change),
    widened: targets.flatMap(({ widened }) => widened),
    prices: targets.flatMap(({ prices }) => prices),
    capacity: capacity.uses,
    findings: unique([...(plan.findings ?? []), ...after.findings, ...capacity.findings]),
  })
}

const reportSide = ({ known, ruleset }: PolicySide) => {
  return { document: known.document, ruleset, everyTag: known.everyTag?.() }
}

const unique = (findings: readonly Finding[]) => [
  ...new Map(findings.map((finding) => [keyOf(finding), finding])).values(),
]

/** Handles sets and bigints in findings, which JSON cannot represent. */
const keyOf = (finding: Finding) =>
  JSON.stringify(finding, (_, value) => (typeof value === 'bigint' ? String(value) : value))
