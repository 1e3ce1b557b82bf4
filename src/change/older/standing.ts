import { lint } from '../../compile/lint.ts'
import { wideOptions } from '../../compile/target-job.ts'
import { explain, type Finding } from '../../finding/finding.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { Before, LockedSide } from './before.ts'
import { oldRulesOn } from './old-rules.ts'
import type { Since } from './since.ts'

/** The warnings of `findings` that the rules and targets in the lock have too, word by word: an earlier run has said them in full. */
export function standingWarnings(
  findings: readonly Finding[],
  {
    policy,
    since,
    befores,
    sides,
  }: {
    readonly policy: Policy
    readonly since: Since
    readonly befores: ReadonlyMap<string, Before>
    readonly sides: (target: Target) => LockedSide | undefined
  },
): Finding[] {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0 || since.kind !== 'lock' || !since.lock) return []
  const ofRules = [...since.lock.states.values()].flatMap((state) => {
    const document = since.documentOf(state)
    if (!document) return []
    return lint({ ...policy, rules: state.rules }, oldRulesOn(policy.name, state.rules, document, document))
  })
  const ofTargets = policy.targets.flatMap((target) => {
    const before = befores.get(target.name)
    const locked = sides(target)?.locked
    return before?.kind === 'lock' && locked ? wideOptions(before.job, locked.target.options) : []
  })
  const said = new Set([...ofRules, ...ofTargets].map(explain))
  return warnings.filter((warning) => said.has(explain(warning)))
}
