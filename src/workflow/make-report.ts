import { type ReportSide, reportOf } from '../compile/report/report.ts'
import { compile } from '../compile/rules/compile.ts'
import { lint } from '../compile/rules/lint.ts'
import { ruleSelectorsOf } from '../model/asked.ts'
import type { Delta } from '../model/delta.ts'
import type { Finding } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { Report } from '../model/report.ts'
import type { FileResult } from '../model/result.ts'
import { capacityOf } from './capacity.ts'
import { type History, knowsAll } from './history.ts'
import type { KnownDocument } from './known-document.ts'
import { targetChanges } from './target-changes.ts'
import { widenerFor } from './widen-target.ts'

export interface ReportPlan {
  readonly policy: Policy
  readonly history: History
  readonly vendorFolders: readonly string[]
  /** Undefined if there is nothing to compare with. */
  readonly before: KnownDocument | undefined
  readonly after: KnownDocument
  /** Findings besides those of compiling the policy against the newer document. */
  readonly findings?: readonly Finding[]
  /** Deltas next to the full files. */
  readonly deltas?: readonly FileResult[]
  /** The cleanup files. */
  readonly cleanups?: readonly { readonly target: string; readonly path: string }[]
  readonly runbooks?: readonly { readonly target: string; readonly path: string }[]
  /** The changes between the two; undefined if `before` is. */
  readonly delta: Delta | undefined
}

/** The report of a change between two documents. It only has dates of documents, so it is the same on every day. */
export function makeReport({ policy, history, before, after, delta, ...plan }: ReportPlan): Report {
  const [old, young] = [before, after].map((known) => known && sideOf(policy, known, history))
  if (!young) throw new Error('there is always a newer document')
  const targets = targetChanges({
    targets: policy.targets,
    vendorFolders: plan.vendorFolders,
    before: old,
    after: young,
    everything: after.everything,
    deltas: plan.deltas ?? [],
    cleanups: plan.cleanups ?? [],
    runbooks: plan.runbooks ?? [],
  })
  const used = targets.flatMap(({ used }) => used ?? [])
  const capacity = capacityOf(used, policy, history, after.document.published)
  return reportOf({
    before: old,
    after: young,
    rules: policy.rules,
    delta,
    snapshots: history.files
      .filter(({ published }) => published < after.document.published)
      .map((file) => history.read(file))
      // In the snapshot of another policy, tags would seem to be gone.
      .filter((document) => knowsAll(document, ruleSelectorsOf(policy))),
    targets: targets.map(({ change }) => change),
    widened: targets.flatMap(({ widened }) => widened),
    prices: targets.flatMap(({ prices }) => prices),
    capacity: capacity.uses,
    findings: unique([...(plan.findings ?? []), ...young.findings, ...capacity.findings]),
  })
}

function sideOf(policy: Policy, known: KnownDocument, history: History) {
  const { ruleset, findings } = compile(policy, known)
  const side: ReportSide = { document: known.document, ruleset, everyTag: known.everyTag?.() }
  return {
    ...side,
    findings: [...findings, ...lint(policy, ruleset, known.nonRegional)],
    widen: widenerFor(policy, known, history),
  }
}

const unique = (findings: readonly Finding[]) => [
  ...new Map(findings.map((finding) => [keyOf(finding), finding])).values(),
]

/** Handles sets and bigints in findings, which JSON cannot represent. */
const keyOf = (finding: Finding) =>
  JSON.stringify(finding, (_, value) => (typeof value === 'bigint' ? String(value) : value))
