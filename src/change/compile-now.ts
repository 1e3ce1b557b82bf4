import { isDeepStrictEqual } from 'node:util'
import { checkedSide } from '../compile/policy-side.ts'
import { Shared } from '../compile/share.ts'
import { jobsOf } from '../compile/target-job.ts'
import { storedDocument } from '../document/history.ts'
import { newestOf } from '../model/delta.ts'
import type { Target } from '../model/policy.ts'
import { areSameRules, type Ruleset, restrict } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { coversIn } from '../policy/lock/lock.ts'
import { targetFields } from '../policy/lock/lock-text.ts'
import { formOf } from '../verify/expect-target.ts'
import { refuseUnfit, widenedOn } from './build-targets.ts'
import type { OlderTargets } from './older/older.ts'
import type { RunRequest } from './prepare.ts'

/**
 * The policy against the document of the run. A target with the same rules in the lock can stay as it is: so a week that changes no rule of a
 * target changes no file of it, however many addresses changed. If that holds for every target, `isKept` is true and the policy is against the document of the lock. `kept`: by name, the targets
 * that have the rules of the lock. Throws `UserErrors` with the problems of all targets.
 */
export function compileNow(
  { policy, history, known, open, targets, vendorFolders, mayKeep }: RunRequest,
  older: OlderTargets,
) {
  const coverOf = coversIn(open.lock, policy)
  const after = checkedSide(known, history, coverOf)
  const compared = new Shared<boolean>()
  const areSame = (was: Ruleset, is: Ruleset, job: Job) => {
    const key = compared.keyOf(job, [was, is])
    return compared.find(key) ?? compared.keep(key, areSameOn(job, was, is))
  }
  const jobs = jobsOf(targets, vendorFolders)
  const widened = widenedOn(after, jobs)
  const same = !mayKeep
    ? []
    : widened.flatMap(({ target, job, ruleset, findings }) => {
        const { locked, rules } = older.inLock(target)
        if (!rules || !areWidenedAlike(locked.target, target)) return []
        const isSame = findings.length === 0 && areSame(rules.ruleset, ruleset, job)
        return isSame ? [{ target, rules }] : []
      })
  const kept = new Map(same.map(({ target, rules }) => [target.name, rules]))
  const newest = newestOf(same.map(({ rules }) => rules.document))
  if (!newest || same.length < targets.length || newest.published === known.document.published)
    return { after, isKept: false, kept, widened: refuseUnfit(widened) }
  const side = checkedSide(storedDocument(newest), history, coverOf)
  return { after: side, isKept: true, kept, widened: refuseUnfit(widenedOn(side, jobs)) }
}

/** True if two targets are widened in one way: files say what it costs, also where it adds no address. */
const areWidenedAlike = (a: Target, b: Target) => isDeepStrictEqual(targetFields(a).widen, targetFields(b).widen)

/** True if a target has the same rules in two rulesets, as far as its device can tell. */
export const areSameOn = (job: Job, a: Ruleset, b: Ruleset): boolean =>
  areSameRules(restrict(a, job.family), restrict(b, job.family), formOf(job).by)
