import { capacityOf } from '../../compile/capacity.ts'
import { lintedSide, type PolicySide } from '../../compile/policy-side.ts'
import { renderAll } from '../../compile/render-target.ts'
import { jobOf } from '../../compile/target-job.ts'
import { widenerFor } from '../../compile/widen/widen-target.ts'
import type { History, KnownDocument } from '../../document/history.ts'
import { errorsIn, type Finding } from '../../finding/finding.ts'
import type { Target } from '../../model/policy.ts'
import type { Job } from '../../model/vendor.ts'
import { Loads } from '../../verify/loaded-files.ts'
import { proveFiles } from '../../verify/prove-files.ts'
import { type FileThere, filesAt } from '../build-targets.ts'
import { oldRulesOn } from '../older/older.ts'
import { compare } from '../traffic/change.ts'
import { ItemComparer } from '../traffic/items.ts'
import type { ReportedTarget } from './file-table.ts'
import { type Report, reportOf } from './report.ts'

/** The report of the change between two documents under the current policy, whatever files are in place. */
export async function diffReport(
  { before, after }: { readonly before: KnownDocument; readonly after: KnownDocument },
  history: History,
  vendorFolders: readonly string[],
): Promise<Report> {
  const { policy } = history
  const [old, young] = [lenientSide(before, history), lenientSide(after, history)]
  const reported = await Promise.all(policy.targets.map((target) => reportedTarget(target, old, young, vendorFolders)))
  const targets = reported.map(({ target }) => target)
  const rendered = targets.map(({ made }) => made).filter(({ files }) => files.length > 0)
  const capacity = capacityOf(rendered, history, after.document.published)
  return reportOf({
    history,
    targets,
    before,
    after: young,
    capacity: capacity.uses,
    standing: [],
    change: {
      since: '',
      before: before.document,
      after: after.document,
      targets: targets.map(({ change }) => change),
    },
    findings: [...young.findings, ...capacity.findings, ...reported.flatMap(({ problems }) => problems)],
  })
}

/** A policy against a document that may lack some of its tags: a rule without addresses is left out. */
function lenientSide(known: KnownDocument, history: History): PolicySide {
  const { policy } = history
  const ruleset = oldRulesOn(policy.name, policy.rules, known.document, known.document)
  return { ...lintedSide(known, history), ruleset, widen: widenerFor({ ...known, ruleset }, history) }
}

/** Both sides of a target, and why its files cannot be compared; its rules can be, whatever the device holds. */
async function reportedTarget(
  target: Target,
  old: PolicySide,
  young: PolicySide,
  vendorFolders: readonly string[],
): Promise<{ readonly target: ReportedTarget; readonly problems: readonly Finding[] }> {
  const job = jobOf(target, vendorFolders)
  const [was, is] = [renderedAs(target, job, old), renderedAs(target, job, young)]
  const isRendered = was.files.length > 0 && is.files.length > 0
  const { proof, lists } = isRendered
    ? await proveFiles(is.ruleset, job, is.files, false)
    : { proof: undefined, lists: [] }
  const made = { target, job, ruleset: is.ruleset, files: isRendered ? is.files : [], proof, lists, uses: is.uses }
  const before = {
    kind: 'document' as const,
    target,
    job,
    doubtful: [],
    rules: { ruleset: was.ruleset, between: is.ruleset, document: old.known.document },
    files: isRendered ? was.files : [],
  }
  const compared = compare(before, made, young.known.document)
  const textIn = (files: readonly FileThere[]) => (path: string) => files.find((file) => file.path === path)?.text
  const texts = { olderText: textIn(before.files), newerText: textIn(made.files) }
  const items = await new ItemComparer().between(compared, target.name, new Loads())
  return {
    target: { ...compared, change: { ...compared.change, items }, results: [], ...texts },
    problems: [...was.problems, ...is.problems],
  }
}

/** A target on one side; without files if its rules do not fit the device. */
function renderedAs(target: Target, job: Job, side: PolicySide) {
  const none = { files: [], uses: [] }
  const { ruleset, findings } = side.widen(target, job)
  if (findings.length > 0) return { ...none, ruleset: side.ruleset, problems: findings }
  const rendered = renderAll(ruleset, job)
  const problems = errorsIn(rendered.findings)
  const files = filesAt(target, rendered.files)
  return { ...(problems.length > 0 ? none : { files, uses: rendered.uses }), ruleset, problems }
}
