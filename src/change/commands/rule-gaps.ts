import { applies } from '../../model/option.ts'
import type { MixedReading } from '../../model/reading.ts'
import { type Job, placesRules } from '../../model/vendor.ts'
import { deltaExpectationOf } from '../../verify/expectation.ts'
import { wrongsOf } from '../../verify/moments.ts'
import { demandsOf } from '../../verify/prove-delta.ts'
import type { Rulesets } from './delta-files.ts'
import { type Gap, joinGaps } from './set-gaps.ts'

/** True if a device fills one set after another while it loads a full file. */
export const fillsSets = ({ vendor, options }: Job) => vendor.setBySet.some((when) => applies(when, options))

/** Finds the gaps of a full load from the readings of a device that takes one rule after the other, as it takes sets; undefined for other devices. */
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
