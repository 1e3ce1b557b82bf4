import { type Rendered, renderAll } from '../../compile/render-target.ts'
import type { Renderer } from '../../compile/share.ts'
import { SideMaker } from '../../compile/side-maker.ts'
import { changedOptions, changedSettings } from '../../compile/target-job.ts'
import { errorsIn, type Finding, hasErrors, type NoDelta, type NoWay } from '../../finding/finding.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import { type Device, loadWhole, readingsFrom } from '../../model/device.ts'
import { itemDifference, type RuleOrder, sameItems } from '../../model/item.ts'
import { lazy } from '../../model/lazy.ts'
import type { OptionValues } from '../../model/option.ts'
import type { ReadFile } from '../../model/reading.ts'
import type { Proof } from '../../model/result.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { artefactsFor, type Job, placesRules } from '../../model/vendor.ts'
import type { Readers } from '../../vendor/kit/reader-api.ts'
import { loadReader } from '../../vendor/reader.ts'
import { deltaExpectationOf, expectationOf, formOf } from '../../verify/expectation.ts'
import { isClean, type ProvedReload, proveReload } from '../../verify/leftovers.ts'
import { type LoadedFiles, Loads } from '../../verify/loaded-files.ts'
import { DeltaMoments, leadsBackFromHalfway, proveDelta } from '../../verify/prove-delta.ts'
import { brokenOnTheWay, filesOf, type Plan, pairsOf, plansOf, type Rulesets } from './delta-files.ts'
import { isEdit, waysOver } from './edit-steps.ts'
import { watchReload } from './rule-gaps.ts'
import type { Gap } from './set-gaps.ts'

/** The commands that change one target's firewall, proved; or a `NO_DELTA` finding, and no files. A file without commands has no text. */
export interface RenderedDelta {
  readonly files: readonly Rendered[]
  /** Of a rollback: true if it leads back from the states of the delta too. */
  readonly isFromHalfway?: boolean
  readonly proof: Proof | undefined
  /** The proof of these commands after a load of the newer full files over the older ones; undefined if nobody asked for it yet. */
  readonly reload?: ProvedReload
  /** The gaps of this load, where it was proved and shows them. */
  readonly gaps?: readonly Gap[] | undefined
  /** The names of the rules that the commands remove and make again, where a person may have set more in them. */
  readonly again?: readonly string[]
  /** Why there are no files. */
  readonly why?: NoDelta
  readonly findings: readonly Finding[]
}

/** The state that all work on one target shares: views, loaded files, and what they allow. It is large, so it must not outlive that work. */
export class TargetWork {
  readonly sides = new SideMaker()
  readonly loads = new Loads()
  readonly moments = new DeltaMoments()
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
  readonly shared?: TargetWork
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
  { from = job, render = renderAll, shared = new TargetWork(), ...options }: DeltaOptions = {},
): Promise<RenderedDelta> {
  const { vendor } = job
  const readers = from.vendor.folder === vendor.folder ? await loadReader(vendor) : undefined
  const artefacts = vendor.deltas.filter((one) => [from, job].some((side) => artefactsFor([one], side).length > 0))
  const work = { ...options, ...change, from, job, render, readers, ...shared, artefacts, requireProof }
  const why = optionsWithoutWay(work)
  if (why) return refuse({ kind: 'options', why }, job)
  if (artefacts.length === 0) return refuse({ kind: 'form' }, job)
  let direct: RenderedDelta | undefined
  // Commands that leave something after a full load over the older one: they are taken if no others are better.
  let leaving: RenderedDelta | undefined
  for (const way of waysOf(work)) {
    if ('kind' in way) return refuse(way, job)
    const delta = await tryWay(way, work)
    const { reload, why } = delta
    if (!why && (!reload || isClean(reload) || reload.cleanup?.proof)) return delta
    if (!why) leaving ??= delta
    else if (way.over.length === 0) direct = delta
  }
  return (leaving ?? direct) as RenderedDelta
}

/** The change of one target, and all that its commands are rendered, read and proved with. */
interface Work extends Rulesets, TargetWork, Pick<Plan, 'from' | 'job'>, Omit<DeltaOptions, 'from' | 'shared'> {
  readonly artefacts: readonly DeltaArtefact[]
  readonly readers: Readers | undefined
  readonly render: Renderer
  readonly requireProof: boolean
}

/** A way over some rulesets, from the full files in place to others. */
interface Way extends Pick<Plan, 'over'> {
  /** The names of what the files in place word otherwise than the older rules are written. */
  readonly reworded: ReadonlySet<string>
  readonly start: readonly ReadFile[]
  readonly end: () => readonly ReadFile[]
}

/** The ways to try, the direct one first; at last, the reason if there can be no others. */
function* waysOf(work: Work): Generator<Way | NoDelta> {
  const { before, after, from, job, artefacts, readers, render, loads, sides, start, end } = work
  const { order } = job.vendor
  const newer = lazy(() => render(after, job, sides).files)
  // Commands that lead from the files in place to the newer ones name what is in both, so the older rules need not be rendered.
  const isThere = start !== undefined && !hasErrors(sides.fit(before, from).findings)
  if (isThere) yield { over: [], start, reworded: new Set(), end: end ? () => end : newer }
  const full = render(before, from, sides)
  if (hasErrors(full.findings)) return yield { kind: 'before', findings: errorsIn(full.findings) }
  const files = start ?? full.files
  const [held, made] = [files, full.files].map((each) => readers && loads.of(each, readers, job, from))
  // The files in place may be of another version of tagwall. The commands name what this one writes, and make again what it words otherwise.
  const isOther = held && made && held !== made
  const { changed, ...keys } = itemDifference(isOther ? held.items() : [], isOther ? made.items() : [], order)
  if (keys.added.length + keys.removed.length + keys.moved.length > 0) return yield { kind: 'items' }
  const reworded = new Set(changed.flatMap(({ item: { name, id = name } }) => [name, id]))
  const isTried = isThere && !end && reworded.size === 0
  const how = { files: artefacts.length, order, isOther: changedOptions(from, job).length > 0 }
  for (const over of canStep(artefacts) ? waysOver(before, after, how) : [[]])
    if (over.length > 0 || !isTried) yield { over, start: files, reworded, end: newer }
}

/** The commands of a way, if they are proved and lead to what the newer files make. */
async function tryWay({ over, start, reworded, end }: Way, work: Work): Promise<RenderedDelta> {
  const { from, job, readers, loads, moments, undoes, wayBack } = work
  // A reader without a model of its device follows no commands.
  if (!readers?.follows) return proveWay({ ...work, over, reworded }).delta
  const [before, after] = [loads.of(start, readers, job, from), loads.of(end(), readers, job)]
  const { delta, led } = proveWay({ ...work, over, reworded }, { before, after })
  if (!led) return delta
  if (!endsAsFresh(led, delta.files, after, job.vendor.order))
    return refuse({ kind: 'end', options: changedSettings(from, job) }, job)
  const isSameDevice = changedOptions(from, job).length === 0
  const isEdited = isEdit(work.before, work.after) || !isSameDevice
  if (undoes) {
    const halves = { delta: undoes.files, back: delta.files, commands: undoes.proof?.commands ?? 0 }
    const expectation = deltaExpectationOf(job, work, from)
    const isFromHalfway = leadsBackFromHalfway(expectation, led, { ...halves, items: after.items(), isEdited }, moments)
    if (isFromHalfway && isSameDevice) after.give(led)
    return { ...delta, isFromHalfway }
  }
  if (isSameDevice) after.give(led)
  // Where only addresses change, nothing is left over.
  if (!isEdited) return delta
  await wayBack?.(delta)
  const watch = watchReload(work, from, job)
  const reload = proveReload(expectationOf(job, work.after), { before, after, see: watch?.see }, delta.files, 'delta')
  return { ...delta, reload, gaps: watch?.gaps() }
}

/** The commands of one way, and the device that they lead to if they are proved. `loaded`: the full files that they start from and lead to. */
function proveWay(
  work: Work & Pick<Way, 'over' | 'reworded'>,
  loaded?: Readonly<Record<'before' | 'after', LoadedFiles>>,
): { delta: RenderedDelta; led?: Device } {
  const { from, job, artefacts, readers, moments, requireProof } = work
  const refused = (why: NoDelta) => ({ delta: refuse(why, job) })
  const unfit = work.over.flatMap((ruleset) => work.sides.fit(ruleset, job).findings)
  if (unfit.length > 0) return refused({ kind: 'limits', findings: unfit })
  const deltas = plansOf(artefacts, work)
  for (const [older, newer] of deltas.flatMap(({ sides }) => pairsOf(sides))) {
    const broken = brokenOnTheWay(older.fitted, newer.fitted, job)
    if (broken.length > 0) return refused({ kind: 'limits', findings: broken })
  }
  const { files, findings: tooLarge } = filesOf(deltas, job, work.reworded)
  if (tooLarge.length > 0) return refused({ kind: 'limits', findings: tooLarge })
  if (!loaded) {
    const facts = { target: job.target, vendor: job.vendor.name, hasReader: readers !== undefined }
    const finding: Finding = { code: 'NO_READER', severity: requireProof ? 'error' : 'warning', ...facts }
    return { delta: { files, proof: undefined, findings: [finding] } }
  }
  // A later question for what these files make needs no second load.
  loaded.before.reading()
  loaded.before.items()
  // The commands lead a device to what the newer files make.
  loaded.after.release()
  const led = loaded.before.take()
  const expectation = deltaExpectationOf(job, work, from)
  const { proof, findings } = proveDelta(expectation, readingsFrom(led, files, 'delta'), moments)
  if (findings.length > 0) return refused({ kind: 'proof', findings, options: changedSettings(from, job) })
  return { delta: { files, proof, again: rulesMadeAgain(work), findings: [] }, led }
}

/** The names of the rules of both sides that a way over copies removes in between, where the vendor puts its rules beside those of a person. */
function rulesMadeAgain({ before, after, over, job }: Work & Pick<Way, 'over'>): string[] {
  if (!placesRules(job.vendor)) return []
  const steps = [before, ...over, after].map(({ rules }) => new Set(rules.map(({ name }) => name)))
  const isThere = (name: string, at: number) => steps.at(at)?.has(name) === true
  return after.rules
    .map(({ name }) => name)
    .filter((name) => isThere(name, 0) && isThere(name, -1) && !steps.every((step) => step.has(name)))
}

/** The result where no commands lead there. */
export const refuse = (why: NoDelta, { target }: Job): RenderedDelta => {
  const finding: Finding = { code: 'NO_DELTA', severity: 'error', target, why }
  return { files: [], proof: undefined, why, findings: [finding] }
}

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

/**
 * Why no commands lead from the options of one job to those of another: another vendor, or options that say where or in which form the files are loaded.
 * Such an option makes other files of the same rules, but nothing else on the device; or the manifest says what else names its value. Undefined: commands
 * may lead there.
 */
function optionsWithoutWay(work: Work): NoWay | undefined {
  const { from, job } = work
  if (from.vendor.folder !== job.vendor.folder) return { vendor: from.vendor.name }
  const changed = changedOptions(from, job)
  if (changed.length === 0) return undefined
  const options = changed.flatMap((name) => {
    const alone = { ...job, options: { ...job.options, [name]: from.options[name] } as OptionValues }
    if (isOtherForm(alone, job)) return [{ name }]
    const differing = [work.before, work.after].filter((ruleset) => haveOtherFiles(ruleset, alone, work))
    if (differing.length === 0) return []
    const usedBy = job.vendor.options[name]?.usedBy
    if (usedBy !== undefined) return [{ name, usedBy }]
    return differing.every((ruleset) => haveSameItems(ruleset, alone, work)) ? [{ name }] : []
  })
  const before = { ...job, options: from.options }
  if (options.length === 0 && isOtherForm(before, job)) return { options: changed.map((name) => ({ name })) }
  return options.length > 0 ? { options } : undefined
}

/** True if deltas of the two have no file in common, or a device has their rules in another form. */
function isOtherForm(a: Job, b: Job): boolean {
  const [one, other] = [a, b].map((job) => [artefactsFor(job.vendor.deltas, job).map(({ part }) => part), formOf(job)])
  return JSON.stringify(one) !== JSON.stringify(other)
}

/** True if another job than that of the newer rules makes other files of the same rules. */
function haveOtherFiles(ruleset: Ruleset, other: Job, { job, render }: Work): boolean {
  const [its, own] = [other, job].map((job) => render(ruleset, job).files.map(({ part, text }) => [part, text]))
  return JSON.stringify(its) !== JSON.stringify(own)
}

/** True if a device that is empty holds the same after both, as far as a model of it knows. */
function haveSameItems(ruleset: Ruleset, other: Job, { job, render, readers, loads }: Work): boolean {
  const made = [other, job].map((job) => ({ job, ...render(ruleset, job) }))
  if (!readers?.follows || made.some(({ findings }) => hasErrors(findings))) return false
  const [its = [], own = []] = made.map(({ files, job }) => loads.of(files, readers, job).items())
  return sameItems(its, own, job.vendor.order)
}
