import { fit } from '../compile/fit/fit.ts'
import { brokenFileLimits } from '../compile/fit/limits.ts'
import { type Rendered, renderAll, suffixFor } from '../compile/render-target.ts'
import type { Renderer } from '../compile/shared-renderer.ts'
import { errorsIn, type Finding, type NoDelta } from '../finding/finding.ts'
import type { DeltaArtefact } from '../model/artefact.ts'
import { type Device, itemKey } from '../model/device.ts'
import { loadWhole } from '../model/device-readings.ts'
import type { Fitted } from '../model/fitted.ts'
import type { ReadFile } from '../model/found-rule.ts'
import { artefactsFor, type Job } from '../model/job.ts'
import type { Proof } from '../model/result.ts'
import { isRegrouped, type RulesDelta } from '../model/rules-delta.ts'
import { onlyRule, type Ruleset, restrict } from '../model/ruleset.ts'
import type { Readers } from '../vendor/kit/reader-api.ts'
import { loadReader } from '../vendor/reader.ts'
import { deltaViewOf } from '../vendor/render/delta-view.ts'
import { templatesOf } from '../vendor/render/render.ts'
import { deltaExpectationOf, expectationOf, proofContext } from '../verify/expect-target.ts'
import { proveCleanup } from '../verify/leftovers.ts'
import { prove } from '../verify/prove.ts'
import { proveDelta } from '../verify/prove-delta.ts'
import { brokenOnTheWay } from './delta-limits.ts'
import { isEdit, waysOver } from './edit-steps.ts'
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
 * and proves them: see `proveDelta`. Where the direct way is not proved, or has no commands, it tries ways over other rulesets. Whatever
 * stands in the way of the direct one is one finding, `NO_DELTA`: the full file is always a way.
 */
export async function renderDelta(
  change: Change,
  job: Job,
  requireProof: boolean,
  { render: renderFull = renderAll, start }: DeltaStart = {},
): Promise<RenderedDelta> {
  const { vendor } = job
  const artefacts = artefactsFor(vendor.deltas, job)
  if (artefacts.length === 0) return refuse({ kind: 'form' }, job)
  const full = renderFull(change.before, job)
  const unfit = errorsIn(full.findings)
  if (unfit.length > 0) return refuse({ kind: 'before', findings: unfit }, job)
  const readers = await loadReader(vendor)
  const before = start ?? full.files
  if (readers && !holdSame(before, full.files, readers, job)) return refuse({ kind: 'inventory' }, job)
  const attempt = (over: readonly Ruleset[]) =>
    onWay({ change, over, before }, artefacts, job, { requireProof, readers })
  const direct = attempt([])
  // Where only addresses change, nothing is left over, and every week counts.
  if (!isRefused(direct) && !isEdit(change.before, change.after)) return direct
  const after = renderFull(change.after, job).files
  const ends = ({ files }: RenderedDelta) => readers && endsAsFresh({ change, before, files }, after, readers, job)
  const cleans = ({ files }: RenderedDelta) => readers && cleansAfter({ change, before, files }, after, readers, job)
  let best: RenderedDelta | undefined
  for (const way of canStep(artefacts) ? [[], ...waysOver(change.before, change.after, artefacts.length)] : [[]]) {
    const delta = way.length === 0 ? direct : attempt(way)
    if (isRefused(delta) || ends(delta) === false) continue
    if (cleans(delta) !== false) return delta
    best ??= delta
  }
  return best ?? direct
}

/** The files of a vendor's "cleanup": removals to load after the full files, where there are no deltas. */
export function renderRemovals(change: Change, job: Job): Rendered[] {
  const artefacts = artefactsFor(job.vendor.cleanup, job)
  const rendered = filesOf(plansOf(artefacts, change, [], job), job)
  return brokenFileLimits(rendered, job).length > 0 ? [] : rendered.map(({ artefact: _, ...file }) => file)
}

const refuse = (why: NoDelta, { target }: Job): RenderedDelta => {
  const finding: Finding = { code: 'NO_DELTA', severity: 'error', target, why }
  return { files: [], before: [], isEmpty: false, proof: undefined, findings: [finding] }
}

const isRefused = ({ findings }: RenderedDelta) => findings.some(({ code }) => code === 'NO_DELTA')

/** True if the commands can lead over another ruleset. */
const canStep = (artefacts: readonly DeltaArtefact[]) =>
  artefacts.every(({ steps, each }) => steps && each === undefined)

/** Over another ruleset, a single file holds both steps. Several files are loaded in two rounds, one for each step. */
export const ROUNDS = [1, 2] as const

interface WayOver {
  readonly change: Change
  /** The rulesets on the way. */
  readonly over: readonly Ruleset[]
  readonly before: readonly ReadFile[]
}

function onWay(
  { change, over, before }: WayOver,
  artefacts: readonly DeltaArtefact[],
  job: Job,
  { requireProof, readers }: { readonly requireProof: boolean; readonly readers: Readers | undefined },
): RenderedDelta {
  const { vendor, target } = job
  const unfit = over.flatMap((ruleset) => fit(restrict(ruleset, job.family), job).findings)
  if (unfit.length > 0) return refuse({ kind: 'limits', findings: unfit }, job)
  const deltas = plansOf(artefacts, change, over, job)
  for (const { artefact, steps } of deltas) {
    for (const delta of steps) {
      const task = impossible(artefact, delta)
      if (task) return refuse(task, job)
      const broken = brokenOnTheWay(delta, job)
      if (broken.length > 0) return refuse({ kind: 'limits', findings: broken }, job)
    }
  }
  const rendered = filesOf(deltas, job)
  const files: Rendered[] = rendered.map(({ artefact: _, ...file }) => file)
  const tooLarge = brokenFileLimits(rendered, job)
  if (tooLarge.length > 0) return refuse({ kind: 'limits', findings: tooLarge }, job)
  const isEmpty = deltas.every(({ delta }) => delta.isEmpty)
  const follow = readers?.follow
  if (!follow) {
    const severity = requireProof ? 'error' : 'warning'
    const finding: Finding = { code: 'NO_READER', severity, target, vendor: vendor.name }
    return { files, before, isEmpty, proof: undefined, findings: [finding] }
  }
  const readings = follow(before, files, proofContext(job))
  const { proof, findings } = proveDelta(deltaExpectationOf(job, change), readings)
  if (findings.length > 0) return refuse({ kind: 'proof', findings }, job)
  return { files, before, isEmpty, proof, findings: [] }
}

/** The rendered files of a plan, without those that may be left out and hold nothing. */
function filesOf(planned: readonly Planned[], { vendor, options }: Job) {
  const render = templatesOf(vendor)
  return planned.flatMap(({ artefact, part, suffix, delta, steps }) => {
    const { template, family, extension, optional } = artefact
    const text = render(template, deltaViewOf(delta, vendor, options, steps))
    return optional && text === '' ? [] : [{ artefact, part, family, suffix, extension, number: undefined, text }]
  })
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

/** Whether a device holds after a delta what it holds after a load of the newer files alone, also if the delta is loaded twice. */
function endsAsFresh(
  { change, before, files }: Pick<RenderedDelta, 'before' | 'files'> & { readonly change: Change },
  after: readonly ReadFile[],
  { device, follow }: Readers,
  job: Job,
): boolean {
  if (!follow) return true
  const [led, fresh] = [device(proofContext(job)), device(proofContext(job))]
  const held = (model: Device) => JSON.stringify(model.inventory().map(itemKey).sort())
  loadWhole(led, before)
  loadWhole(led, files, 'delta')
  loadWhole(fresh, after)
  if (held(led) !== held(fresh)) return false
  loadWhole(led, files, 'delta')
  return held(led) === held(fresh) && prove(expectationOf(job, change.after), led.reading()).findings.length === 0
}

/** Whether a delta also removes what a full load over the older files leaves, loaded after it. */
function cleansAfter(
  { change, before, files }: Pick<RenderedDelta, 'before' | 'files'> & { readonly change: Change },
  after: readonly ReadFile[],
  { device }: Readers,
  job: Job,
): boolean {
  const reload = { device: () => device(proofContext(job)), before, after }
  return proveCleanup(expectationOf(job, change.after), reload, files, 'delta').proof !== undefined
}

interface Planned {
  readonly artefact: DeltaArtefact
  /** From the older ruleset to the newer one. */
  readonly delta: RulesDelta
  /** The same one after the other over the rulesets on the way. */
  readonly steps: readonly RulesDelta[]
  readonly part: string
  readonly suffix: string
}

function plansOf(artefacts: readonly DeltaArtefact[], change: Change, over: readonly Ruleset[], job: Job): Planned[] {
  const plans = artefacts.flatMap((artefact) => planOf(artefact, change, over, job))
  if (over.length === 0 || artefacts.length === 1) return plans
  return ROUNDS.flatMap((round) =>
    plans.map(({ artefact, part, suffix, steps }): Planned => {
      const delta = steps[round - 1] as RulesDelta
      return { artefact, delta, steps: [delta], part: `${part}-${round}`, suffix: `.${round}${suffix}` }
    }),
  )
}

function planOf(artefact: DeltaArtefact, change: Change, over: readonly Ruleset[], job: Job): Planned[] {
  const family = job.family ?? artefact.family
  const all = [change.before, ...over, change.after].map((ruleset) => restrict(ruleset, family))
  const fitted = (ruleset: Ruleset) => fit(ruleset, { ...job, family }).fitted
  const planned = (rulesets: readonly Ruleset[], named: Pick<Planned, 'part' | 'suffix'>): Planned => {
    const sides = rulesets.map(fitted)
    const delta = rulesDelta(sides[0] as Fitted, sides.at(-1) as Fitted)
    const steps = sides.slice(1).map((side, index) => rulesDelta(sides[index] as Fitted, side))
    return { artefact, delta, steps: steps.length === 1 ? [delta] : steps, ...named }
  }
  const { part, suffix } = artefact
  if (!artefact.each) return [planned(all, { part, suffix })]
  const names = new Set([...all].reverse().flatMap(({ sets }) => sets.map(({ name }) => name)))
  return [...names].map((name) =>
    planned(
      all.map((ruleset) => onlyRule(ruleset, name)),
      { part: `${part}-${name}`, suffix: suffixFor(artefact, name) },
    ),
  )
}

/** The view that a vendor's templates of deltas see of a change. */
export function deltaView({ before, after }: Change, job: Job): object {
  return deltaViewOf(rulesDelta(fit(before, job).fitted, fit(after, job).fitted), job.vendor, job.options)
}

/** Changes that the commands of the delta cannot express. */
function impossible({ cannot }: DeltaArtefact, { rules, removedRules }: RulesDelta): NoDelta | undefined {
  const tasks = {
    addRules: rules.filter(({ kind }) => kind === 'added').map(({ rule }) => rule.name),
    reshapeRules: rules.filter(({ kind, isReshaped }) => kind === 'changed' && isReshaped).map(({ rule }) => rule.name),
    regroupRules: rules
      .filter(({ kind, changes }) => kind === 'changed' && isRegrouped(changes))
      .map(({ rule }) => rule.name),
    removeRules: removedRules.map(({ name }) => name),
  }
  const task = cannot.find((task) => tasks[task].length > 0)
  return task && { kind: 'task', task, rules: tasks[task] }
}
