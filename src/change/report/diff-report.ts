import { capacityOf } from '../../compile/capacity.ts'
import { type PolicySide, sideOf } from '../../compile/policy-side.ts'
import { type Rendered, renderAll } from '../../compile/render-target.ts'
import { jobOf, pathOf } from '../../compile/target-job.ts'
import type { History, KnownDocument } from '../../document/history.ts'
import { errorsIn, type Finding } from '../../finding/finding.ts'
import type { Use } from '../../model/capacity.ts'
import type { TargetChange } from '../../model/change.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { Job } from '../../model/vendor.ts'
import { proveFiles } from '../../verify/prove-files.ts'
import { oldRulesOn } from '../older/old-rules.ts'
import { changeOfTarget } from '../traffic/change.ts'
import type { ReportedTarget } from './device-changes.ts'
import { makeReport } from './make-report.ts'
import type { Report } from './report-values.ts'

/** The report of the change between two documents under the current policy, whatever files are in place. */
export async function diffReport(
  policy: Policy,
  { before, after }: { readonly before: KnownDocument; readonly after: KnownDocument },
  history: History,
  vendorFolders: readonly string[],
): Promise<Report> {
  const [old, young] = [before, after].map((known) => lenientSide(policy, known, history)) as [PolicySide, PolicySide]
  const reported = await Promise.all(policy.targets.map((target) => reportedTarget(target, old, young, vendorFolders)))
  const targets = reported.map(({ target }) => target)
  const { published } = after.document
  const capacity = capacityOf(
    targets.filter(({ made }) => made.files.length > 0).map(({ made }) => made),
    policy,
    history,
    published,
  )
  const changes = targets.map(({ change }): TargetChange => ({ ...change, files: [] }))
  return makeReport({
    ...{ policy, history, targets, before, capacity: capacity.uses },
    change: {
      policy: policy.name,
      since: '',
      before: before.document,
      after: after.document,
      targets: changes,
    },
    after: young,
    findings: [...young.findings, ...capacity.findings, ...reported.flatMap(({ problems }) => problems)],
  })
}

/** A policy against a document that may lack some of its tags: a rule without addresses is left out. */
function lenientSide(policy: Policy, known: KnownDocument, history: History): PolicySide {
  return {
    ...sideOf(policy, known, history),
    ruleset: oldRulesOn(policy.name, policy.rules, known.document, known.document),
  }
}

/** Both sides of a target, and why its files cannot be compared; its rules can be, whatever the device holds. */
async function reportedTarget(
  target: Target,
  old: PolicySide,
  young: PolicySide,
  vendorFolders: readonly string[],
): Promise<{ readonly target: ReportedTarget; readonly problems: readonly Finding[] }> {
  const job = jobOf(target, vendorFolders)
  const [was, is] = [old, young].map((side) => renderedAs(target, job, side)) as [RenderedSide, RenderedSide]
  const isRendered = was.files.length > 0 && is.files.length > 0
  const { lists } = isRendered ? await proveFiles(is.ruleset, job, is.files, false) : { lists: [] }
  const made = { target, job, ruleset: is.ruleset, files: isRendered ? is.files : [], lists, uses: is.uses }
  const before = {
    ...{ kind: 'document' as const, job, reading: undefined, why: undefined, doubtful: [] },
    rules: { ruleset: was.ruleset, between: is.ruleset, document: old.known.document },
    files: isRendered ? was.files.map((file) => ({ ...file, path: pathOf(target, file) })) : [],
  }
  const change = changeOfTarget(before, made)
  return {
    target: { change, before, made, beside: [], commands: undefined },
    problems: [...was.problems, ...is.problems],
  }
}

interface RenderedSide {
  readonly ruleset: Ruleset
  /** None if the rules do not fit the device. */
  readonly files: readonly Rendered[]
  readonly uses: readonly Use[]
  readonly problems: readonly Finding[]
}

function renderedAs(target: Target, job: Job, side: PolicySide): RenderedSide {
  const widened = side.widen(target, job, side.ruleset)
  if (widened.findings.length > 0) return { ruleset: side.ruleset, files: [], uses: [], problems: widened.findings }
  const rendered = renderAll(widened.ruleset, job)
  const problems = errorsIn(rendered.findings)
  return problems.length > 0
    ? { ruleset: widened.ruleset, files: [], uses: [], problems }
    : { ...widened, ...rendered, problems: [] }
}
