import { fit } from '../compile/fit/fit.ts'
import { brokenFileLimits } from '../compile/fit/limits.ts'
import { type Rendered, renderAll, suffixFor } from '../compile/render-target.ts'
import type { Renderer } from '../compile/shared-renderer.ts'
import { errorsIn, type Finding, type NoDelta } from '../finding/finding.ts'
import { itemKey } from '../model/device.ts'
import { loadWhole } from '../model/device-readings.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { artefactsFor, type Job } from '../model/job.ts'
import type { Proof } from '../model/result.ts'
import type { RulesDelta } from '../model/rules-delta.ts'
import { onlyRule, type Ruleset, restrict } from '../model/ruleset.ts'
import type { DeltaArtefact } from '../model/vendor.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { loadReader } from '../vendor/reader.ts'
import { deltaViewOf } from '../vendor/render/delta-view.ts'
import { templatesOf } from '../vendor/render/render.ts'
import { deltaExpectationOf, proofContext } from '../verify/expect-target.ts'
import { proveDelta } from '../verify/prove-delta.ts'
import { brokenOnTheWay } from './delta-limits.ts'
import { rulesDelta } from './rules-delta.ts'

/** The older and the newer state of one target. */
export interface Change {
  readonly before: Ruleset
  readonly after: Ruleset
}

/** The commands that change one target's firewall, proved; or a `NO_DELTA` finding, and no files. */
export interface RenderedDelta {
  readonly files: readonly Rendered[]
  /** The full files that the commands start from. */
  readonly before: readonly ReadFile[]
  /** Whether the delta has no commands. */
  readonly isEmpty: boolean
  readonly proof: Proof | undefined
  readonly findings: readonly Finding[]
}

/** How to render full files, and the files that a delta starts from: those in place, or else what `render` makes of the older rules. */
export interface DeltaStart {
  readonly render?: Renderer
  readonly start?: readonly ReadFile[]
}

/**
 * Renders the commands that change the configuration of `before` into that of `after`, both under the options of `job`,
 * and proves them: see `proveDelta`. Whatever stands in the way is one finding, `NO_DELTA`: the full file is always a way.
 */
export async function renderDelta(
  change: Change,
  job: Job,
  requireProof: boolean,
  { render: renderFull = renderAll, start }: DeltaStart = {},
): Promise<RenderedDelta> {
  const { vendor, options, target } = job
  const refuse = (why: NoDelta): RenderedDelta => {
    const finding: Finding = { code: 'NO_DELTA', severity: 'error', target, why }
    return { files: [], before: [], isEmpty: false, proof: undefined, findings: [finding] }
  }
  const artefacts = artefactsFor(vendor.deltas, job)
  if (artefacts.length === 0) return refuse({ kind: 'form' })
  const full = renderFull(change.before, job)
  const unfit = errorsIn(full.findings)
  if (unfit.length > 0) return refuse({ kind: 'before', findings: unfit })

  const deltas = artefacts.flatMap((artefact) => planOf(artefact, change, job))
  for (const { artefact, delta } of deltas) {
    const task = impossible(artefact, delta)
    if (task) return refuse(task)
    const over = brokenOnTheWay(delta, job)
    if (over.length > 0) return refuse({ kind: 'limits', findings: over })
  }
  const render = templatesOf(vendor)
  const files = deltas.map(({ artefact: { template, family, extension }, part, suffix, delta }): Rendered => {
    const text = render(template, deltaViewOf(delta, vendor, options))
    return { part, family, suffix, extension, number: undefined, text }
  })
  const tooLarge = brokenFileLimits(
    deltas.map(({ artefact, part }, index) => ({ artefact, part, text: files[index]?.text ?? '' })),
    job,
  )
  if (tooLarge.length > 0) return refuse({ kind: 'limits', findings: tooLarge })
  const isEmpty = deltas.every(({ delta }) => delta.isEmpty)

  const readers = await loadReader(vendor)
  const before = start ?? full.files
  if (readers && !holdSame(before, full.files, readers, job)) return refuse({ kind: 'inventory' })
  const follow = readers?.follow
  if (!follow) {
    const severity = requireProof ? 'error' : 'warning'
    const finding: Finding = { code: 'NO_READER', severity, target, vendor: vendor.name }
    return { files, before, isEmpty, proof: undefined, findings: [finding] }
  }
  const readings = follow(before, files, proofContext(job))
  const { proof, findings } = proveDelta(deltaExpectationOf(job, change), readings)
  if (findings.length > 0) return refuse({ kind: 'proof', findings })
  return { files, before, isEmpty, proof, findings: [] }
}

/**
 * Whether a device holds the same things by name after loading either files. Those in place may be of another version of tagwall, and the
 * commands name what this one writes.
 */
function holdSame(files: readonly ReadFile[], rendered: readonly ReadFile[], { device }: Readers, job: Job): boolean {
  const [texts, others] = [files, rendered].map((all) => all.map(({ text }) => text))
  if (JSON.stringify(texts) === JSON.stringify(others)) return true
  const [held, wanted] = [files, rendered].map((all) => {
    const model = device(proofContext(job))
    loadWhole(model, all)
    return model.inventory().map(itemKey).sort()
  })
  return JSON.stringify(held) === JSON.stringify(wanted)
}

interface Planned {
  readonly artefact: DeltaArtefact
  readonly delta: RulesDelta
  readonly part: string
  readonly suffix: string
}

function planOf(artefact: DeltaArtefact, change: Change, job: Job): Planned[] {
  const family = job.family ?? artefact.family
  const [before, after] = [restrict(change.before, family), restrict(change.after, family)]
  const between = (before: Ruleset, after: Ruleset) =>
    rulesDelta(fit(before, { ...job, family }).fitted, fit(after, { ...job, family }).fitted)
  const { part, suffix } = artefact
  if (!artefact.each) return [{ artefact, part, suffix, delta: between(before, after) }]
  const names = new Set([...after.sets, ...before.sets].map(({ name }) => name))
  return [...names].map((name) => ({
    artefact,
    part: `${part}-${name}`,
    suffix: suffixFor(artefact, name),
    delta: between(onlyRule(before, name), onlyRule(after, name)),
  }))
}

/** Changes that the commands of the delta cannot express. */
function impossible({ cannot }: DeltaArtefact, { rules, removedRules }: RulesDelta): NoDelta | undefined {
  const tasks = {
    addRules: rules.filter(({ kind }) => kind === 'added').map(({ rule }) => rule.name),
    reshapeRules: rules.filter(({ kind, isReshaped }) => kind === 'changed' && isReshaped).map(({ rule }) => rule.name),
    removeRules: removedRules.map(({ name }) => name),
  }
  const task = cannot.find((task) => tasks[task].length > 0)
  return task && { kind: 'task', task, rules: tasks[task] }
}
