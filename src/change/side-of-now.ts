import { PrefixSet } from '../address/prefix-set.ts'
import { checkedSide, type PolicySide } from '../compile/policy-side.ts'
import { jobsOf } from '../compile/target-job.ts'
import { storedDocument } from '../document/history.ts'
import type { Target } from '../model/policy.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { coversIn } from '../policy/lock/lock.ts'
import { formOf } from '../verify/expect-target.ts'
import type { Expectation } from '../verify/expectation.ts'
import type { LockedSide } from './older/before.ts'
import type { RunRequest } from './prepare.ts'
import { SetNumbers } from './traffic/set-numbers.ts'

/**
 * The policy against the document of the run; or against that of the lock, if every target has the same rules there: so a week that changes
 * no rule changes no file, however many addresses changed.
 */
export function sideOfNow(
  { policy, history, known, open, targets, vendorFolders, mayKeep }: RunRequest,
  sides: (target: Target) => LockedSide | undefined,
): { after: PolicySide; isKept: boolean } {
  const coverOf = coversIn(open.lock, policy)
  const after = checkedSide(policy, known, history, coverOf)
  const kept = mayKeep ? documentOfAll(targets, sides) : undefined
  if (!kept || kept.published === known.document.published) return { after, isKept: false }
  const isSame = jobsOf(targets, vendorFolders).every(({ target, job }) => {
    const older = sides(target)?.rules?.()
    const { ruleset, findings } = after.widen(target, job, after.ruleset)
    if (!older || findings.length > 0) return false
    const [was, is] = [restrict(older.older.ruleset, older.job.family), restrict(ruleset, job.family)]
    return areSameRules(was, is, formOf(job).by)
  })
  if (!isSame) return { after, isKept: false }
  const side = checkedSide(policy, storedDocument(kept), history, coverOf)
  return { after: side, isKept: true }
}

/** The document that all targets are locked to; undefined if a target is not, or they differ. */
function documentOfAll(
  targets: readonly Target[],
  sides: (target: Target) => LockedSide | undefined,
): TagDocument | undefined {
  const documents = new Set(targets.map((target) => sides(target)?.document))
  const [only, ...others] = documents
  return others.length === 0 ? only : undefined
}

/**
 * True if files of two rulesets differ in their date only: the same rules over the same addresses. Where a device resolves tags itself,
 * over the same tags.
 */
export function areSameRules(a: Ruleset, b: Ruleset, by: Expectation['by']): boolean {
  const sets = new SetNumbers()
  const textOf = ({ policy, cloud, rules }: Ruleset) =>
    JSON.stringify([
      policy,
      cloud,
      ...rules.map(({ set, local, targets: _, ...rule }) => [
        rule,
        [
          set.name,
          set.id,
          set.tags,
          set.except?.tags ?? [],
          sets.of((by === 'tags' ? set.own : set.prefixes) ?? PrefixSet.empty),
        ],
        local &&
          ('set' in local
            ? [local.set.name, local.set.id, sets.of(local.set.prefixes)]
            : [local.object, local.object6]),
      ]),
    ])
  return textOf(a) === textOf(b)
}
