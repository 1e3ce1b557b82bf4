import { PrefixSet } from '../address/prefix-set.ts'
import { checkedSide, type PolicySide } from '../compile/policy-side.ts'
import { jobsOf } from '../compile/target-job.ts'
import { storedDocument } from '../document/history.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { coversIn } from '../policy/lock/lock.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { formOf } from '../verify/expect-target.ts'
import type { Expectation } from '../verify/expectation.ts'
import type { OlderRules, OlderTargets } from './older/older.ts'
import type { RunRequest } from './prepare.ts'
import { SetNumbers } from './traffic/set-numbers.ts'

/** The policy as it is now. */
export interface CurrentRules {
  readonly after: PolicySide
  /** True if every target has the rules of the lock, so the document of the run is not used. */
  readonly isKept: boolean
  /** By name, the targets that have the rules of the lock. */
  readonly kept: ReadonlyMap<string, OlderRules>
}

/**
 * The policy against the document of the run. A target with the same rules in the lock can stay as it is: so a week that changes no rule of a
 * target changes no file of it, however many addresses changed. If that holds for every target, the policy is against the document of the lock.
 */
export function compileNow(
  { policy, history, known, open, targets, vendorFolders, mayKeep }: RunRequest,
  older: OlderTargets,
): CurrentRules {
  const coverOf = coversIn(open.lock, policy)
  const after = checkedSide(policy, known, history, coverOf)
  const compared = new Map<Ruleset, Map<Ruleset, boolean>>()
  const areSame = (was: Ruleset, is: Ruleset, job: Job) => {
    const own = compared.get(was) ?? new Map<Ruleset, boolean>()
    const same = own.get(is) ?? areSameRules(restrict(was, job.family), restrict(is, job.family), formOf(job).by)
    compared.set(was, own.set(is, same))
    return same
  }
  const same = !mayKeep
    ? []
    : jobsOf(targets, vendorFolders).flatMap(({ target, job }) => {
        const { rules } = older.inLock(target)
        if (!rules) return []
        const { ruleset, findings } = after.widen(target, job, after.ruleset)
        const isSame = findings.length === 0 && areSame(rules.ruleset, ruleset, job)
        return isSame ? [{ target, rules }] : []
      })
  const kept = new Map(same.map(({ target, rules }) => [target.name, rules]))
  const newest = same
    .map(({ rules }) => rules.document)
    .sort((a, b) => byCodeUnit(a.published, b.published))
    .at(-1)
  if (!newest || same.length < targets.length || newest.published === known.document.published)
    return { after, isKept: false, kept }
  return { after: checkedSide(policy, storedDocument(newest), history, coverOf), isKept: true, kept }
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
      ...rules.map(({ set, local, targets: _, sites: __, ...rule }) => [
        rule,
        [
          set.name,
          set.id,
          set.tags,
          set.except?.tags ?? [],
          // Files name them too, where they change no address.
          ...[set.own, set.except?.prefixes].map((named) => sets.of(named ?? PrefixSet.empty)),
          ...(by === 'tags' ? [] : [sets.of(set.prefixes)]),
        ],
        local &&
          ('set' in local
            ? [local.set.name, local.set.id, sets.of(local.set.prefixes)]
            : [local.object, local.object6]),
      ]),
    ])
  return textOf(a) === textOf(b)
}
