import { compile } from '../../compile/compile.ts'
import { rulesOfTarget } from '../../compile/rules-of-target.ts'
import { rulesKey } from '../../compile/share.ts'
import { isSameDevice, jobOf } from '../../compile/target-job.ts'
import { type Cover, coveredWith, widenFrom } from '../../compile/widen/widen.ts'
import { optionsOf, stageOf, withinOf } from '../../compile/widen/widen-target.ts'
import type { KnownDocument } from '../../document/history.ts'
import { UserError } from '../../errors.ts'
import { noDeltaText } from '../../finding/finding.ts'
import { memo } from '../../model/lazy.ts'
import type { Policy, Rule, Target } from '../../model/policy.ts'
import type { ReadFile } from '../../model/reading.ts'
import type { AddressSet, Ruleset } from '../../model/ruleset.ts'
import { type Asked, chosenTags, isAsked, select, type TagDocument } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import { type LockedTarget, lockedFor, type State } from '../../policy/lock/lock.ts'
import { targetFields } from '../../policy/lock/lock-text.ts'
import type { WidenedTarget } from '../build-targets.ts'
import { beforeOf, type LockedRules, type LockedSide } from './before.ts'
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
  // Who takes another cloud changes the policy: the older one would have stayed with its documents.
  const nextOf = (older: TagDocument) => (older.cloud === newer.cloud ? newer : older)
  const compiled = memo((_: string, state: State, document: TagDocument) => ({
    older: oldRulesOn(policy.name, state.rules, document, document),
    between: oldRulesOn(policy.name, state.rules, nextOf(document), document),
  }))
  const placed = memo((_: string, { target, cover, state }: LockedTarget, document: TagDocument): LockedRules => {
    const job = jobOf(target, vendorFolders)
    const { older, between } = compiled(state, lock?.states.get(state) as State, document)
    return {
      job,
      older: {
        document,
        ruleset: widenedAs(placedAt(older, target), target, job, cover, document),
        between: rewidened(placedAt(between, target), target, job, cover, nextOf(document)),
      },
    }
  })
  return (target) => {
    const locked = lock && lockedFor(target, lock, policy)
    if (!locked) return undefined
    const state = lock.states.get(locked.state)
    const document = state && documents(locked.state, state)
    const rules = () => {
      const { older, between } = compiled(locked.state, state as State, document as TagDocument)
      const { vendor, options, family, model, limits } = targetFields(locked.target)
      // Targets at many sites differ in their paths only.
      const device = JSON.stringify([locked.state, vendor, options, family, model, limits])
      const keys = [older, between].map((ruleset) => rulesKey(locked.target, ruleset, locked.cover))
      const side = placed([device, ...keys].join(' '), locked, document as TagDocument)
      return { ...side, job: { ...side.job, target: target.name } }
    }
    const on = (other: TagDocument) =>
      placedAt(oldRulesOn(policy.name, (state as State).rules, other, document as TagDocument), locked.target)
    return { locked, state, document, rules: document && rules, on: document && !locked.target.widen ? on : undefined }
  }
}

/** The rules of a target that was built from an older document, against a newer one. */
export function nextRules(
  { name, rules }: Policy,
  { target, job, ruleset }: WidenedTarget,
  older: TagDocument,
  newer: TagDocument,
): Ruleset {
  const next = older.cloud === newer.cloud ? newer : older
  const cover = new Map(target.widen ? ruleset.sets.map((set) => [set.name, set.prefixes]) : [])
  return rewidened(placedAt(oldRulesOn(name, rules, next, older), target), target, job, cover, next)
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

/**
 * Older rules against a newer document, to tell the cause of a change: a tag that the newer document lacks is empty, and a rule without
 * addresses is left out. A tag that the newer document was never asked for is as in the older one.
 */
export function oldRulesOn(policy: string, rules: readonly Rule[], newer: TagDocument, older: Asked): Ruleset {
  const document = { ...newer, tags: new Map([...unrequestedTags(rules, newer, older), ...newer.tags]) }
  const names = [...document.tags.keys()]
  const known = (selectors: readonly string[]) => selectors.filter((selector) => select(names, selector).length > 0)
  const usable = rules
    .map((rule) => ({ ...rule, tags: known(rule.tags), except: { ...rule.except, tags: known(rule.except.tags) } }))
    .filter(({ tags, prefixes }) => tags.length + prefixes.length > 0)
  return compile({ name: policy, rules: usable }, { document, names, where: '' }).ruleset
}

/** The tags of the older document that the newer one was never asked for. */
function unrequestedTags(rules: readonly Rule[], newer: TagDocument, older: Asked) {
  const selectors = rules.flatMap(({ tags, except }) => [...tags, ...except.tags])
  return chosenTags(
    older,
    selectors.filter((selector) => !isAsked(newer, selector)),
  )
}

/** The older rules of one target, and its files of then, if they are known. */
export interface Older {
  readonly ruleset: Ruleset
  readonly start: readonly ReadFile[] | undefined
}

/** The older rules of a target. Throws `UserError` if the older side does not know them, or the target was another one then. */
export async function olderOf(since: Since, now: WidenedTarget, context: LockContext): Promise<Older> {
  const { rules, files, why, job } = await beforeOf(now, since, lockedSides(since, context)(now.target))
  if (!rules)
    throw new UserError(`${since.text}: ${noDeltaText({ kind: 'lock', why: why ?? 'unlocked' })}; nothing is emitted`)
  if (!isSameDevice(job, now.job))
    throw new UserError(`${since.text}: ${noDeltaText({ kind: 'options' })}; nothing is emitted`)
  return { ruleset: rules.ruleset, start: files.length > 0 ? files : undefined }
}
