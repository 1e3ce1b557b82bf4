import { changedSettings } from '../../compile/target-job.ts'
import { unlessRefused } from '../../errors.ts'
import { applies } from '../../model/option.ts'
import type { MixedReading } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { type Job, placesRules } from '../../model/vendor.ts'
import { loadReader } from '../../vendor/reader.ts'
import { deltaExpectationOf } from '../../verify/expectation.ts'
import { reloaded } from '../../verify/leftovers.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import { wrongsOf } from '../../verify/moments.ts'
import { demandsOf } from '../../verify/prove-delta.ts'
import type { NewerFiles, OlderFiles } from './clean-target.ts'
import type { Rulesets } from './delta-files.ts'
import { isEdit } from './edit-steps.ts'
import { type Gap, joinGaps, setGaps } from './set-gaps.ts'

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
  if (readers && watch) {
    const before = loads.of(older.files, readers, job, older.job)
    // An older file that the device does not understand says nothing about the rules.
    unlessRefused(() => reloaded({ before, after: loads.of(files, readers, job), see: watch.see }))
  }
  return watch?.gaps() ?? setGaps(older.ruleset, ruleset, job)
}

const fillsSets = ({ vendor, options }: Job) => vendor.setBySet.some((when) => applies(when, options))

/** What sees the moments of a full load on a model of a device that takes one rule after the other, too; undefined for another device. */
export function watchReload(rules: Rulesets, from: Job, job: Job) {
  if (!fillsSets(job) || !placesRules(job.vendor)) return undefined
  const wrongsAt = wrongsOf({ ...demandsOf(deltaExpectationOf(job, rules, from)), isToldOnce: true })
  const found: Gap[] = []
  let first: MixedReading | undefined
  let last: MixedReading | undefined
  let isUnderstood = true
  return {
    see: (reading: MixedReading) => {
      isUnderstood &&= reading.notes.length === 0
      if (!isUnderstood || reading === last) return
      first ??= reading
      last = reading
      for (const { flow, rules, missing, extra } of wrongsAt(reading, first.lists)) {
        found.push({ isRefused: true, rules, flow, prefixes: missing.addresses })
        found.push({ isRefused: false, rules, flow, prefixes: extra.addresses })
      }
    },
    /** Undefined if the device did not understand a command, or loaded none. */
    gaps: () => (first && isUnderstood ? joinGaps(found.filter(({ prefixes }) => !prefixes.isEmpty)) : undefined),
  }
}
