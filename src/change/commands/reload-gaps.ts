import { changedSettings } from '../../compile/target-job.ts'
import { unlessRefused } from '../../errors.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { loadReader } from '../../vendor/reader.ts'
import { reloaded } from '../../verify/leftovers.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import type { NewerFiles, OlderFiles } from './clean-target.ts'
import { isEdit } from './edit-steps.ts'
import { fillsSets, watchReload } from './rule-gaps.ts'
import { type Gap, setGaps } from './set-gaps.ts'

/** The older side of a full load whose rules are known. */
type KnownFiles = OlderFiles & { readonly ruleset: Ruleset }

/**
 * The traffic that a device refuses for a moment, although both rulesets allow it, or does not deny, although neither allows it, while the full files of
 * `made` are loaded over those of `older`. A device that takes a file at once has no gaps.
 */
export async function reloadGaps(older: KnownFiles, made: NewerFiles, loads: Loads): Promise<readonly Gap[]> {
  const { ruleset, job, files } = made
  const { vendor } = job
  if (!fillsSets(job)) return []
  if (older.delta.gaps) return older.delta.gaps
  const isEdited = isEdit(older.ruleset, ruleset) || changedSettings(older.job, job).length > 0
  const readers = isEdited ? await loadReader(vendor) : undefined
  const watch = readers?.follows ? watchReload({ before: older.ruleset, after: ruleset }, older.job, job) : undefined
  if (!readers || !watch) return setGaps(older.ruleset, ruleset, job)
  const before = loads.of(older.files, readers, job, older.job)
  const gaps = () => {
    reloaded({ before, after: loads.of(files, readers, job), see: watch.see })
    return watch.gaps()
  }
  // An older file that the device does not understand says nothing about the rules.
  return unlessRefused(gaps) ?? setGaps(older.ruleset, ruleset, job)
}
