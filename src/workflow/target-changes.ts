import { countChanges, fileChange } from '../compile/delta/target-change.ts'
import { fit } from '../compile/fit/fit.ts'
import { wideningDiff } from '../compile/widen/widening-diff.ts'
import { byTarget } from '../model/by-target.ts'
import type { Use } from '../model/capacity.ts'
import type { WideningDelta } from '../model/delta.ts'
import { errorsIn, type Finding } from '../model/finding.ts'
import type { Fitted } from '../model/fitted.ts'
import type { Job } from '../model/job.ts'
import type { Target } from '../model/policy.ts'
import type { TargetChange } from '../model/report.ts'
import type { FileResult, TargetPrice } from '../model/result.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import { splitOf } from '../model/vendor.ts'
import type { UsedTarget } from './capacity.ts'
import type { PolicySide } from './policy-side.ts'
import type { Rendered } from './render-target.ts'
import type { Renderer } from './shared-renderer.ts'
import { jobOf, pathOf } from './target-job.ts'
import { pricesOf } from './widen-target.ts'

export interface TargetPlan {
  readonly targets: readonly Target[]
  readonly vendorFolders: readonly string[]
  readonly before: PolicySide | undefined
  readonly after: PolicySide
  readonly render: Renderer
  /** Deltas next to the full files. */
  readonly deltas: readonly FileResult[]
  readonly cleanups: readonly { readonly target: string; readonly path: string }[]
  readonly runbooks: readonly { readonly target: string; readonly path: string }[]
}

export interface TargetChanges {
  readonly change: TargetChange
  readonly widened: readonly WideningDelta[]
  readonly prices: readonly TargetPrice[]
  /** What the newer rules use; undefined if they cannot be rendered. */
  readonly used: UsedTarget | undefined
}

/** The changes in the files of each target from the older to the newer side. */
export function targetChanges(plan: TargetPlan): TargetChanges[] {
  const beside = { deltas: byTarget(plan.deltas), cleanups: byTarget(plan.cleanups), runbooks: byTarget(plan.runbooks) }
  return plan.targets.map((target) => changeOf(target, plan, beside))
}

/** The files beside the full files of a target. */
type Beside = {
  readonly [Kind in 'deltas' | 'cleanups' | 'runbooks']: (target: string) => TargetPlan[Kind]
}

function changeOf(target: Target, plan: TargetPlan, beside: Beside): TargetChanges {
  const job = jobOf(target, plan.vendorFolders)
  const [old, young] = [plan.before, plan.after].map((side) => side && renderSide(target, job, side, plan.render))
  const isByTag = splitOf(job.vendor, job.options) === 'tag'
  const none = { added: 0, changed: 0, removed: 0 }
  const own = beside.deltas(target.name)
  const [deltas, rollbacks] = (['delta', 'rollback'] as const).map((way) =>
    own.filter(({ delta }) => delta?.way === way),
  ) as [FileResult[], FileResult[]]
  const label = {
    target: target.name,
    vendor: target.vendor,
    unit: isByTag ? ('tags' as const) : job.vendor.groups ? ('objects' as const) : ('prefixes' as const),
    deltas: deltas.map(({ path }) => path),
    rollbacks: rollbacks.map(({ path }) => path),
    runbooks: beside.runbooks(target.name).map(({ path }) => path),
    cleanups: beside.cleanups(target.name).map(({ path }) => path),
    commands: deltas[0]?.proof?.commands,
  }
  if (!young || 'problem' in young || (old && 'problem' in old)) {
    const [problem] = [young, old].flatMap((side) => (side && 'problem' in side ? [side.problem] : []))
    return {
      change: { ...label, files: [], prefixes: none, groups: none, rules: none, problem },
      widened: [],
      prices: [],
      used: undefined,
    }
  }
  const [oldTexts, texts] = [old, young].map(
    (made) => new Map(made?.files.map((file) => [pathOf(target, file), file.text])),
  ) as [Map<string, string>, Map<string, string>]
  const counts = countChanges(old?.fitted ?? nothing(young, job), young.fitted)
  return {
    change: {
      ...label,
      ...counts,
      prefixes: isByTag ? none : counts.prefixes,
      files: [...new Set([...texts.keys(), ...oldTexts.keys()])].map((path) =>
        fileChange(path, oldTexts.get(path), texts.get(path)),
      ),
      problem: undefined,
    },
    widened: target.widen && old ? wideningDiff(target.name, old.ruleset, young.ruleset) : [],
    prices: target.widen ? pricesOf(target.name, young.ruleset, plan.after.known.everything) : [],
    used: { target, job, uses: young.uses },
  }
}

/** The full files of one target for one document. */
interface RenderedSide {
  readonly ruleset: Ruleset
  readonly fitted: Fitted
  readonly files: readonly Rendered[]
  readonly uses: readonly Use[]
}

function renderSide(
  target: Target,
  job: Job,
  { ruleset, findings, widen }: PolicySide,
  render: Renderer,
): RenderedSide | { problem: Finding } {
  const [uncompiled] = errorsIn(findings)
  if (uncompiled) return { problem: uncompiled }
  const widened = widen(target, job, ruleset)
  const [unwidened] = widened.findings
  if (unwidened) return { problem: unwidened }
  const rendered = render(widened.ruleset, job)
  const [unfit] = errorsIn(rendered.findings)
  if (unfit) return { problem: unfit }
  const { fitted } = fit(restrict(widened.ruleset, job.family), job)
  return { ruleset: widened.ruleset, fitted, files: rendered.files, uses: rendered.uses }
}

const nothing = ({ ruleset }: RenderedSide, job: Job) => fit({ ...ruleset, sets: [], rules: [] }, job).fitted
