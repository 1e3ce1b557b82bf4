import { type Renderer, Shared } from '../../compile/share.ts'
import type { Finding } from '../../finding/finding.ts'
import { memo } from '../../model/lazy.ts'
import { hashes } from '../../policy/lock/lock.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import type { FileThere } from '../build-targets.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import type { ItemComparer } from '../traffic/items.ts'
import { type Cleaned, cleanTarget, leavesAfter, manualList, type NewerFiles, type OlderFiles } from './clean-target.ts'
import type { DeltaKind } from './command-files.ts'
import { reloadGaps } from './reload-gaps.ts'
import { type DeltaOptions, type RenderedDelta, refuse, renderDelta, type TargetWork } from './render-delta.ts'
import type { Gap } from './set-gaps.ts'

type WithTexts = ComparedTarget<FileThere>

/** A changed target with everything that is proved on its device. */
export type CommandedTarget = Awaited<ReturnType<CommandMaker['make']>>

export interface CommandOptions {
  readonly requireProof: boolean
  readonly render: Renderer
  /**
   * True if the full files are written too; then a form without deltas is no news. Otherwise, a delta starts from what this version makes of the
   * older rules if their files are not known, as since an older document.
   */
  readonly isBesideFull: boolean
  readonly items: ItemComparer
}

/** Makes and proves the commands of one target after the other; once for targets that differ only in name and path. */
export class CommandMaker {
  readonly #deltas = new Shared<RenderedDelta>()
  readonly #cleaned = new Shared<Cleaned>()
  readonly #gaps = new Shared<readonly Gap[]>()

  constructor(private readonly options: CommandOptions) {}

  /** Targets with the same change share what has no findings. */
  async make({ before, made, change }: WithTexts, shared: TargetWork) {
    const { items } = this.options
    const { loads } = shared
    const key = items.keyOf(before, made)
    const whole = { ...change, items: await items.between({ before, made, change }, key, loads) }
    const changed = { before, made, change: whole }
    const rollbackOf = memo((_: RenderedDelta['files'], undoes: RenderedDelta) =>
      this.#delta('rollback', changed, key, { shared, undoes }),
    )
    const wayBack = async (delta: RenderedDelta) => (hasText(delta) ? rollbackOf(delta.files, delta) : NO_ROLLBACK)
    const delta = await this.#delta('delta', changed, key, { shared, wayBack })
    const rollback = await wayBack(delta)
    const paths = before.files.map(({ path }) => path)
    const older = { files: before.files, paths, ruleset: before.rules?.ruleset, job: before.job, delta }
    const cleanup = this.#cleaned.find(key) ?? this.#cleaned.keep(key, await cleanTarget(older, made, loads))
    const gaps = await this.#reloadGaps(older, made, key, loads)
    const isBackByFull = rollback.files.length === 0 && hasRunbook({ ...changed, delta })
    const files = { before: made.files, after: before.files }
    const left = isBackByFull ? await leavesAfter(files, made.job, before.job, loads) : []
    const stays = left && manualList('after the older full files', left)
    return {
      ...changed,
      delta: { ...delta, findings: [...gaps, ...delta.findings] },
      /** Has no files if there is no delta to lead back from. */
      rollback,
      /** The leftovers of its full load. */
      cleanup,
      /** The leftovers of the older full files, loaded over the newer ones, if that is the way back. */
      stays,
      isStayUnknown: left === undefined,
    }
  }

  /** The commands that lead a target from its older to its newer rules, or back, with the findings of its run. */
  async #delta(way: DeltaKind, changed: WithTexts, key: string, means: DeltaOptions): Promise<RenderedDelta> {
    const { isBesideFull } = this.options
    const { job } = changed.made
    const own = `${way} ${key} ${hashes(means.undoes?.files ?? [])}`
    const delta = this.#deltas.find(own) ?? this.#deltas.keep(own, await this.#rendered(way, changed, means))
    const { why } = delta
    // The change itself says which files it could not compare with, and nobody asks every week why a list has no delta.
    const isKnown = isBesideFull && (why?.kind === 'lock' || why?.kind === 'form')
    const none: Finding[] =
      why && !isKnown ? [{ code: 'NO_DELTA', severity: 'warning', target: job.target, way, why }] : []
    return { ...delta, findings: why ? none : delta.findings }
  }

  /** Warnings about the moments of a full load. */
  async #reloadGaps(older: OlderFiles, made: NewerFiles, key: string, loads: Loads): Promise<Finding[]> {
    const { ruleset, files, delta } = older
    if (!this.options.isBesideFull || !ruleset || files.length === 0) return []
    const gaps = this.#gaps.find(key) ?? this.#gaps.keep(key, await reloadGaps({ ...older, ruleset }, made, loads))
    const facts = { target: made.job.target, hasDelta: delta.files.length > 0 }
    return gaps.map((gap): Finding => ({ code: 'RELOAD_GAP', severity: 'warning', ...facts, ...gap }))
  }

  async #rendered(way: DeltaKind, { before, made }: WithTexts, means: DeltaOptions): Promise<RenderedDelta> {
    const { requireProof, render, isBesideFull } = this.options
    const { job, ruleset } = made
    if (!before.rules) return refuse({ kind: 'lock', why: before.why ?? 'unlocked' }, job)
    const inPlace = before.files.length > 0 ? before.files : undefined
    if (!inPlace && isBesideFull) return refuse({ kind: 'missing' }, job)
    const older = { ruleset: before.rules.ruleset, job: { ...before.job, target: job.target }, files: inPlace }
    const newer = { ruleset, job, files: made.files }
    const [from, to] = way === 'delta' ? [older, newer] : [newer, older]
    return renderDelta({ before: from.ruleset, after: to.ruleset }, to.job, requireProof, {
      ...means,
      from: from.job,
      render,
      start: from.files,
      end: way === 'delta' ? undefined : to.files,
    })
  }
}

const NO_ROLLBACK: RenderedDelta = { files: [], proof: undefined, findings: [] }

const hasText = ({ files }: RenderedDelta) => files.some(({ text }) => text !== '')

/** True if something is to be loaded: a delta, or full files that replace older ones. */
export function hasRunbook({ before, made, delta }: WithTexts & { readonly delta: RenderedDelta }): boolean {
  if (delta.files.length > 0) return hasText(delta)
  // A target that only writes its files elsewhere gives a device nothing new.
  const hasOthers = made.files.some(({ text }) => !before.files.some((file) => file.text === text))
  return before.files.length > 0 && (hasOthers || made.files.length !== before.files.length)
}
