import { fit } from '../../compile/fit/fit.ts'
import { brokenFileLimits } from '../../compile/fit/limits.ts'
import { type Rendered, renderAll } from '../../compile/render-target.ts'
import type { Renderer } from '../../compile/share.ts'
import { errorsIn, type Finding, type NoDelta } from '../../finding/finding.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import { type Device, loadWhole, readingsFrom } from '../../model/device.ts'
import { itemDifference, type RuleOrder, sameItems } from '../../model/item.ts'
import { lazy } from '../../model/lazy.ts'
import type { ReadFile } from '../../model/reading.ts'
import type { Proof } from '../../model/result.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import { artefactsFor, type Job } from '../../model/vendor.ts'
import type { Readers } from '../../vendor/kit/reader-api.ts'
import { loadReader } from '../../vendor/reader.ts'
import { deltaExpectationOf, expectationOf } from '../../verify/expect-target.ts'
import { isClean, type ProvedReload, proveReload } from '../../verify/leftovers.ts'
import { type LoadedFiles, Loads } from '../../verify/loaded-files.ts'
import { leadsBackFromHalfway, proveDelta } from '../../verify/prove-delta.ts'
import { areOther, changedOptions, optionsWithoutWay } from './changed-options.ts'
import { filesOf, type Jobs, type Plan, pairsOf, plansOf, type Rulesets, SideMaker, writtenOf } from './delta-files.ts'
import { brokenOnTheWay } from './delta-limits.ts'
import { isEdit, waysOver } from './edit-steps.ts'

/** The commands that change one target's firewall, proved; or a `NO_DELTA` finding, and no files. A file without commands has no text. */
export interface RenderedDelta {
  readonly files: readonly Rendered[]
  /** The full files that the commands start from. */
  readonly before: readonly ReadFile[]
  /** Of a rollback: true if it leads back from the states of the delta too. */
  readonly isFromHalfway?: boolean
  readonly proof: Proof | undefined
  /** The proof of these commands after a load of the newer full files over the older ones; undefined if nobody asked for it yet. */
  readonly reload?: ProvedReload
  readonly findings: readonly Finding[]
}

/** The start and the end of commands, and what they share with the other work on their target. */
export interface DeltaOptions {
  /** The job of the older rules, if it is another one. */
  readonly from?: Job
  readonly render?: Renderer
  /** The full files that a delta starts from: those in place; undefined for what `render` makes of the older rules. */
  readonly start?: readonly ReadFile[] | undefined
  /** The full files in place that the commands should lead back to, if a delta began with them. */
  readonly end?: readonly ReadFile[] | undefined
  readonly loads?: Loads
  readonly sides?: SideMaker
  /** The delta that a rollback leads back from; nobody loads a rollback after full files. */
  readonly undoes?: Pick<RenderedDelta, 'files' | 'proof'> | undefined
  /** Makes the rollback of a proved delta, which leaves a device with the older files for the proof of a full load over them. */
  readonly wayBack?: ((delta: RenderedDelta) => Promise<unknown>) | undefined
}

/**
 * Renders the commands that change the configuration of `before`, under the options of `from`, into that of `after`, under those of `job`,
 * and proves them: see `proveDelta`. Where the direct way is not proved, or has no commands, it tries ways over other rulesets. Whatever
 * stands in the way of the direct one is one finding, `NO_DELTA`: the full file is always a way.
 */
export async function renderDelta(
  change: Rulesets,
  job: Job,
  requireProof: boolean,
  options: DeltaOptions = {},
): Promise<RenderedDelta> {
  const { from = job, render = renderAll, start, end, loads = new Loads(), sides = new SideMaker() } = options
  const { vendor } = job
  const readers = from.vendor.folder === vendor.folder ? await loadReader(vendor) : undefined
  const newer = lazy(() => render(change.after, job).files)
  const why = optionsWithoutWay(from, job, { ...change, render, readers, loads })
  if (why) return refuse({ kind: 'options', why }, job)
  const artefacts = vendor.deltas.filter((one) => [from, job].some((side) => artefactsFor([one], side).length > 0))
  if (artefacts.length === 0) return refuse({ kind: 'form' }, job)
  const loaded = (files: readonly ReadFile[]) => readers && loads.of(files, readers, job, from)
  const tries = new Tries(change, { from, job }, { ...options, artefacts, readers, requireProof, loads, sides })
  // Commands that lead from the files in place to the newer ones name what is in both, so the older rules need not be rendered.
  const fitted = errorsIn(fit(restrict(change.before, from.family), from).findings)
  const isThere = start !== undefined && fitted.length === 0
  const quick = isThere ? await tries.over([], start, new Set(), end ? () => end : newer) : undefined
  if (quick) return quick
  const full = render(change.before, from)
  const unfit = errorsIn(full.findings)
  if (unfit.length > 0) return refuse({ kind: 'before', findings: unfit }, job)
  const files = start ?? full.files
  const [before, rendered] = [loaded(files), loaded(full.files)]
  // The files in place may be of another version of tagwall. The commands name what this one writes, and make again what it words otherwise.
  const isOther = before && rendered && before !== rendered
  const [held, made] = isOther ? [before.items(), rendered.items()] : [[], []]
  const { changed, ...keys } = itemDifference(held, made, vendor.order)
  if (keys.added.length + keys.removed.length + keys.moved.length > 0) return refuse({ kind: 'items' }, job)
  const reworded = new Set(changed.flatMap(({ item: { name, id = name } }) => [name, id]))
  const how = { files: artefacts.length, order: vendor.order, isOther: areOther(from, job) }
  const ways = canStep(artefacts) ? waysOver(change.before, change.after, how) : [[]]
  for (const way of ways) {
    const isTried = isThere && !end && way.length === 0 && reworded.size === 0
    const delta = isTried ? undefined : await tries.over(way, files, reworded, newer)
    if (delta) return delta
  }
  return tries.best
}

/** The means by which the commands of all ways are rendered and proved. */
interface Means extends Omit<DeltaOptions, 'loads' | 'sides'>, Required<Pick<DeltaOptions, 'loads' | 'sides'>> {
  readonly artefacts: readonly DeltaArtefact[]
  readonly readers: Readers | undefined
  readonly requireProof: boolean
}

/** Ways from one ruleset to the other, tried one after the other. */
class Tries {
  #best: RenderedDelta | undefined
  #direct: RenderedDelta | undefined

  constructor(
    private readonly change: Rulesets,
    private readonly jobs: Jobs,
    private readonly means: Means,
  ) {}

  /** The commands over some rulesets; undefined if they are not proved, or better ones may exist. */
  async over(
    way: readonly Ruleset[],
    files: readonly ReadFile[],
    reworded: ReadonlySet<string>,
    newer: () => readonly ReadFile[],
  ): Promise<RenderedDelta | undefined> {
    const { change, jobs } = this
    const { from, job } = jobs
    const { readers, loads, sides, undoes, wayBack } = this.means
    // A reader without a model of its device follows no commands.
    const device = readers?.follows ? loads.of(files, readers, job, from) : undefined
    // The way back ends with these files.
    device?.items()
    const { delta, led } = this.#try({ change, over: way, reworded, jobs, sides }, files, device)
    if (way.length === 0) this.#direct = delta
    if (isRefused(delta)) return undefined
    if (!readers || !device || !led) return delta
    const after = loads.of(newer(), readers, job)
    if (!endsAsFresh(led, delta.files, after, job.vendor.order)) return undefined
    const isSameDevice = !areOther(from, job)
    const isEdited = isEdit(change.before, change.after) || !isSameDevice
    if (undoes) {
      const halves = { delta: undoes.files, back: delta.files, commands: undoes.proof?.commands ?? 0 }
      const expectation = deltaExpectationOf(job, change, from)
      const isFromHalfway = leadsBackFromHalfway(expectation, led, { ...halves, items: after.items(), isEdited })
      if (isFromHalfway && isSameDevice) after.give(led)
      return { ...delta, isFromHalfway }
    }
    if (isSameDevice) after.give(led)
    // Where only addresses change, nothing is left over.
    if (!isEdited) return delta
    await wayBack?.(delta)
    const reload = proveReload(expectationOf(job, change.after), { before: device, after }, delta.files, 'delta')
    if (isClean(reload) || reload.cleanup?.proof) return { ...delta, reload }
    this.#best ??= { ...delta, reload }
    return undefined
  }

  /** The commands of one way, and the device that they lead to if they are proved. `device` has `before`, the full files that they start from. */
  #try(
    plan: Plan,
    before: readonly ReadFile[],
    device: LoadedFiles | undefined,
  ): { delta: RenderedDelta; led?: Device } {
    const { from, job } = plan.jobs
    const { artefacts, readers, requireProof } = this.means
    const refused = (why: NoDelta) => ({ delta: refuse(why, job) })
    const unfit = plan.over.flatMap((ruleset) => fit(restrict(ruleset, job.family), job).findings)
    if (unfit.length > 0) return refused({ kind: 'limits', findings: unfit })
    const deltas = plansOf(artefacts, plan)
    for (const [older, newer] of deltas.flatMap(({ sides }) => pairsOf(sides))) {
      const broken = brokenOnTheWay(older.fitted, newer.fitted, job)
      if (broken.length > 0) return refused({ kind: 'limits', findings: broken })
    }
    const rendered = filesOf(deltas, job)
    const files = writtenOf(rendered)
    const tooLarge = brokenFileLimits(rendered, job)
    if (tooLarge.length > 0) return refused({ kind: 'limits', findings: tooLarge })
    if (!device) {
      const facts = { target: job.target, vendor: job.vendor.name, hasReader: readers !== undefined }
      const finding: Finding = { code: 'NO_READER', severity: requireProof ? 'error' : 'warning', ...facts }
      return { delta: { files, before, proof: undefined, findings: [finding] } }
    }
    // A later question for the rules of these files needs no second load.
    device.reading()
    const led = device.take()
    const expectation = deltaExpectationOf(job, plan.change, from)
    const { proof, findings } = proveDelta(expectation, readingsFrom(led, files, 'delta'))
    if (findings.length > 0) return refused({ kind: 'proof', findings })
    return { delta: { files, before, proof, findings: [] }, led }
  }

  /** Commands that leave something after a full load over the older one, or why there are none. */
  get best(): RenderedDelta {
    const { from, job } = this.jobs
    const options = changedOptions(from, job)
    const direct = this.#direct?.findings.find((finding) => finding.code === 'NO_DELTA')
    const why = direct?.why ?? { kind: 'end' }
    return this.#best ?? refuse(why.kind === 'proof' || why.kind === 'end' ? { ...why, options } : why, job)
  }
}

const refuse = (why: NoDelta, { target }: Job): RenderedDelta => {
  const finding: Finding = { code: 'NO_DELTA', severity: 'error', target, why }
  return { files: [], before: [], proof: undefined, findings: [finding] }
}

const isRefused = ({ findings }: RenderedDelta) => findings.some(({ code }) => code === 'NO_DELTA')

/** True if the commands can lead over another ruleset: derived ones, or several files, loaded in two rounds. A template of one file knows one step. */
const canStep = (artefacts: readonly DeltaArtefact[]) =>
  artefacts.every(({ template, each }) => each === undefined && (template === undefined || artefacts.length > 1))

/** True if a device that a delta led to holds what the newer files alone make, in their order, also if the delta is loaded again. */
function endsAsFresh(led: Device, commands: readonly ReadFile[], fresh: LoadedFiles, order: RuleOrder): boolean {
  const items = led.items()
  if (!sameItems(fresh.items(), items, order)) return false
  loadWhole(led, commands, 'delta')
  return led.reading().notes.length === 0 && sameItems(items, led.items(), order)
}
