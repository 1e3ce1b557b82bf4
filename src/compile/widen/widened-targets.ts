import { PrefixSet } from '../../address/prefix-set.ts'
import type { History, KnownDocument } from '../../document/history.ts'
import { errorsIn, explain } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { WideningDelta } from '../../model/delta.ts'
import { pairsBy } from '../../model/group-by.ts'
import type { AddressSet, Ruleset } from '../../model/ruleset.ts'
import { sideOf } from '../policy-side.ts'
import { jobOf } from '../target-job.ts'

/** The changes in widened targets. A target that cannot be widened in either document is skipped with a note. */
export function widenedTargets(
  before: KnownDocument,
  after: KnownDocument,
  history: History,
  folders: readonly string[],
  io: Io,
): WideningDelta[] {
  const targets = history.policy.targets.filter(({ widen }) => widen)
  const sides = [before, after].map((known) => sideOf(known, history))
  return targets.flatMap((target) => {
    const job = jobOf(target, folders)
    const widened = sides.map(({ widen, ruleset, findings }) => {
      const errors = errorsIn(findings)
      return errors.length > 0 ? { ruleset, findings: errors } : widen(target, job)
    })
    const [problem] = widened.flatMap(({ findings }) => findings)
    if (problem) io.err(`note: target ${target.name} is skipped: ${explain(problem)}\n`)
    const [old, young] = widened
    return problem || !old || !young ? [] : wideningDiff(target.name, old.ruleset, young.ruleset)
  })
}

/** The changes in each rule of a widened target, by cause: `published` and `widening` together are what its files gain and lose. */
export function wideningDiff(target: string, before: Ruleset, after: Ruleset): WideningDelta[] {
  return pairsBy(before.sets, after.sets, ({ name }) => name).map(([rule, old, young]) => {
    const gained = prefixesOf(young).subtract(prefixesOf(old))
    const lost = prefixesOf(old).subtract(prefixesOf(young))
    const [was, is] = [exactOf(old), exactOf(young)]
    return {
      target,
      rule,
      published: { added: gained.intersect(is), removed: lost.intersect(was) },
      widening: { added: gained.subtract(is), removed: lost.subtract(was) },
      kept: was.subtract(is).intersect(prefixesOf(young)),
      known: is.subtract(was).intersect(prefixesOf(old)),
      before: old?.widened?.prices ?? [],
      after: young?.widened?.prices ?? [],
    }
  })
}

const prefixesOf = (set: AddressSet | undefined) => set?.prefixes ?? PrefixSet.empty

const exactOf = (set: AddressSet | undefined) => set?.widened?.exact ?? prefixesOf(set)
