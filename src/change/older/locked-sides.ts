import { rulesOfTarget } from '../../compile/rules-of-target.ts'
import { jobOf } from '../../compile/target-job.ts'
import { type Cover, coveredWith, widenFrom } from '../../compile/widen/widen.ts'
import { optionsOf, stageOf, withinOf } from '../../compile/widen/widen-target.ts'
import type { KnownDocument } from '../../document/history.ts'
import { memo } from '../../model/lazy.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { AddressSet, Ruleset } from '../../model/ruleset.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import { type LockedTarget, lockedFor, type State } from '../../policy/lock/lock.ts'
import { targetFields } from '../../policy/lock/lock-text.ts'
import type { LockedRules, LockedSide } from './before.ts'
import { oldRulesOn } from './old-rules.ts'
import type { Since } from './since.ts'

/** The current side, to compare older states with. */
export interface LockContext {
  readonly policy: Policy
  readonly vendorFolders: readonly string[]
  /** The newer document, which older rules are compiled against to tell the cause of a change. */
  readonly known: KnownDocument
}

/** Finds the older side of a target in a lock; undefined if the lock does not have it. */
export function lockedSides(
  { lock, documentOf }: Since,
  { policy, vendorFolders, known: { document: newer } }: LockContext,
): (target: Target) => LockedSide | undefined {
  const documents = memo((_: string, state: State) => documentOf(state))
  const compiled = memo((_: string, state: State, document: TagDocument) => ({
    older: oldRulesOn(policy.name, state.rules, document, document),
    between: oldRulesOn(policy.name, state.rules, newer, document),
  }))
  const placed = memo((_: string, locked: LockedTarget, state: State, document: TagDocument): LockedRules => {
    const { target, cover } = locked
    const job = jobOf(target, vendorFolders)
    const { older, between } = compiled(locked.state, state, document)
    return {
      job,
      older: {
        document,
        ruleset: widenedAs(placedAt(older, target), target, job, cover, document),
        between: rewidened(placedAt(between, target), target, job, cover, newer),
      },
    }
  })
  return (target) => {
    const locked = lock && lockedFor(target, lock, policy)
    if (!locked) return undefined
    const state = lock.states.get(locked.state)
    const document = state && documents(locked.state, state)
    const rules = () => {
      // Targets at many sites differ in their paths only.
      const { out: _, ...fields } = targetFields(locked.target)
      const cover = [...locked.cover].map(([name, set]) => [name, set.texts])
      const key = JSON.stringify([locked.state, fields, cover])
      const side = placed(key, locked, state as State, document as TagDocument)
      return { ...side, job: { ...side.job, target: target.name } }
    }
    return { locked, state, document, rules: document && rules }
  }
}

/** Without the rules that the local side leaves no address. */
const placedAt = (ruleset: Ruleset, target: Target): Ruleset => {
  const placed = rulesOfTarget(ruleset, target).ruleset
  const isUsed = ({ prefixes }: AddressSet) => !prefixes.isEmpty
  return { ...placed, sets: placed.sets.filter(isUsed), rules: placed.rules.filter(({ set }) => isUsed(set)) }
}

/** With the prefixes of the files in place. */
function widenedAs(ruleset: Ruleset, { widen }: Target, job: Job, cover: Cover, document: TagDocument): Ruleset {
  if (!widen) return ruleset
  return coveredWith(stageOf(widen, job, { document, ruleset }), cover, optionsOf(widen, job, { document }))
}

/** Widened again for a newer document; exact where its budget or its tag is impossible there. */
function rewidened(ruleset: Ruleset, { widen }: Target, job: Job, cover: Cover, document: TagDocument): Ruleset {
  if (!widen || (widen.within !== undefined && !withinOf(document, widen.within))) return ruleset
  const widened = widenFrom(stageOf(widen, job, { document, ruleset }), cover, optionsOf(widen, job, { document }))
  return widened.findings.length > 0 ? ruleset : widened.ruleset
}
