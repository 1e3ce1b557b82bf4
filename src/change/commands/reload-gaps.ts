import { unlessRefused } from '../../errors.ts'
import { readingsFrom } from '../../model/device.ts'
import { applies } from '../../model/option.ts'
import type { MixedReading } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { placesRules } from '../../model/vendor.ts'
import type { Readers } from '../../vendor/kit/reader-api.ts'
import { loadReader } from '../../vendor/reader.ts'
import { deltaExpectationOf } from '../../verify/expectation.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import { wrongsOf } from '../../verify/moments.ts'
import { demandsOf } from '../../verify/prove-delta.ts'
import type { NewerFiles, OlderFiles } from './clean-target.ts'
import { isEdit } from './edit-steps.ts'
import { changedSettings } from './render-delta.ts'
import { type Gap, joinGaps, setGaps } from './set-gaps.ts'

/** The older side of a full load whose rules are known. */
type KnownFiles = OlderFiles & { readonly ruleset: Ruleset }

/**
 * The traffic that a device refuses for a moment, although both rulesets allow it, or does not deny, although neither allows it, while the full files of
 * `made` are loaded over those of `older`. A device that takes a file at once has no gaps.
 */
export async function reloadGaps(older: KnownFiles, made: NewerFiles, loads: Loads): Promise<readonly Gap[]> {
  const { ruleset, job } = made
  const { vendor, options } = job
  if (!vendor.setBySet.some((when) => applies(when, options))) return []
  const isEdited = isEdit(older.ruleset, ruleset) || changedSettings(older.job, job).length > 0
  const readers = isEdited && placesRules(vendor) ? await loadReader(vendor) : undefined
  // A device that places rules takes these one after the other too. An older file that it does not understand says nothing about them.
  const onDevice = readers?.follows ? unlessRefused(() => deviceGaps(older, made, readers, loads)) : undefined
  return onDevice ?? setGaps(older.ruleset, ruleset, job)
}

/** The gaps on a model of the device; undefined if it does not understand a command. */
function deviceGaps(older: KnownFiles, made: NewerFiles, readers: Readers, loads: Loads): Gap[] | undefined {
  const { ruleset, job, files } = made
  const device = loads.of(older.files, readers, job, older.job).take()
  const { lists } = device.reading()
  const expectation = deltaExpectationOf(job, { before: older.ruleset, after: ruleset }, older.job)
  const wrongsAt = wrongsOf({ ...demandsOf(expectation), isToldOnce: true })
  const gaps: Gap[] = []
  let last: MixedReading | undefined
  for (const reading of readingsFrom(device, files, 'full')) {
    if (reading.notes.length > 0) return undefined
    if (reading === last) continue
    last = reading
    for (const { flow, rules, missing, extra } of wrongsAt(reading, lists)) {
      gaps.push({ isRefused: true, rules, flow, prefixes: missing.addresses })
      gaps.push({ isRefused: false, rules, flow, prefixes: extra.addresses })
    }
  }
  return joinGaps(gaps.filter(({ prefixes }) => !prefixes.isEmpty))
}
