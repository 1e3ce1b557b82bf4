import { checkedSide, type PolicySide } from '../../compile/policy-side.ts'
import { jobsOf } from '../../compile/target-job.ts'
import { storedDocument } from '../../document/history.ts'
import type { Target } from '../../model/policy.ts'
import { restrict } from '../../model/ruleset.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { formOf } from '../../verify/expect-target.ts'
import type { RunPlan } from '../run-plan.ts'
import type { LockedSide } from './before.ts'
import { areSameRules } from './same-rules.ts'

/**
 * The policy against the document of the run; or against that of the lock, if every target has the same rules there: so a week that changes
 * no rule changes no file, however many addresses changed.
 */
export function sideOfNow(
  { policy, history, known, open, targets, vendorFolders, mayKeep, since }: RunPlan,
  sides: (target: Target) => LockedSide | undefined,
): { after: PolicySide; isKept: boolean } {
  const coverOf = (target: string) => open.lock?.targets.get(target)?.cover
  const after = checkedSide(policy, known, history, (target) => nonEmpty(coverOf(target)))
  const kept = mayKeep && since.kind === 'lock' ? documentOfAll(targets, sides) : undefined
  if (!kept || kept.published === known.document.published) return { after, isKept: false }
  const isSame = jobsOf(targets, vendorFolders).every(({ target, job }) => {
    const side = sides(target) as LockedSide
    const older = side.state && side.document && side.rules(side.state, side.document)
    const { ruleset, findings } = after.widen(target, job, after.ruleset)
    if (!older || findings.length > 0) return false
    const [was, is] = [restrict(older.older.ruleset, older.job.family), restrict(ruleset, job.family)]
    return areSameRules(was, is, formOf(job).by)
  })
  if (!isSame) return { after, isKept: false }
  const side = checkedSide(policy, storedDocument(kept), history, (target) => nonEmpty(coverOf(target)))
  return { after: side, isKept: true }
}

const nonEmpty = <K, V>(map: ReadonlyMap<K, V> | undefined) => (map && map.size > 0 ? map : undefined)

/** The document that all targets are locked to; undefined if a target is not, or they differ. */
function documentOfAll(
  targets: readonly Target[],
  sides: (target: Target) => LockedSide | undefined,
): TagDocument | undefined {
  const documents = new Set(targets.map((target) => sides(target)?.document))
  const [only, ...others] = documents
  return others.length === 0 ? only : undefined
}
