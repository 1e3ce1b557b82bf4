import { loadReader } from '../vendor/reader.ts'
import type { Loads } from '../verify/loaded-files.ts'
import type { Cleaned } from './clean-target.ts'
import { Cleaner } from './cleanups.ts'
import { type ChangedTarget, DeltaMaker, type DeltaPlan, type MadeDelta } from './deltas.ts'
import { staysAfter } from './stays.ts'

/** A changed target with everything that is proved on its device. */
export interface CommandedTarget extends ChangedTarget {
  readonly delta: MadeDelta
  /** Undefined if there is no delta to lead back from. */
  readonly rollback: MadeDelta | undefined
  /** The leftovers of its full load. */
  readonly cleaned: Cleaned
  /** The leftovers of the older full files, loaded over the newer ones, if that is the way back. */
  readonly stays: readonly string[]
}

/** Makes and proves the commands of one target after the other. */
export class CommandMaker {
  readonly #deltas: DeltaMaker
  readonly #cleaner = new Cleaner()

  constructor(plan: DeltaPlan) {
    this.#deltas = new DeltaMaker(plan)
  }

  async make(changed: ChangedTarget, loads: Loads): Promise<CommandedTarget> {
    const delta = await this.#deltas.make('delta', changed, loads)
    const leads = delta.files.length > 0 && !delta.isEmpty
    // The way back changes the device with the newer files, so before that its items are kept; after it, one large device less is in memory.
    if (leads) await rememberItems(changed, loads)
    const rollback = leads ? await this.#deltas.make('rollback', changed, loads) : undefined
    const cleaned = await this.#cleaner.clean(changed, delta, loads)
    const isBackByFull = (rollback?.files ?? []).length === 0 && hasRunbook({ ...changed, delta })
    const stays = isBackByFull ? await staysAfter(changed.made, changed.before.files, loads) : []
    return { ...changed, delta, rollback, cleaned, stays }
  }
}

async function rememberItems({ made: { job, files } }: ChangedTarget, loads: Loads): Promise<void> {
  const readers = await loadReader(job.vendor)
  if (readers) loads.of(files, readers, job).rememberItems()
}

/** True if something is to be loaded: a delta, or full files that replace older ones. */
export const hasRunbook = ({ before, delta }: ChangedTarget & { readonly delta: MadeDelta }): boolean =>
  delta.files.length > 0 ? !delta.isEmpty : before.files.length > 0
