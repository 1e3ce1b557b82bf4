import { lint } from '../../compile/lint.ts'
import { wideOptions } from '../../compile/target-job.ts'
import { explain, type Finding } from '../../finding/finding.ts'
import type { Target } from '../../model/policy.ts'
import type { RunRequest } from '../prepare.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import type { LockedSide } from './before.ts'
import { oldRulesOn } from './locked-sides.ts'

/**
 * The warnings of `findings` that the rules and targets in the lock have too, word by word: an earlier run has said them in full. The addresses that a
 * rule of regions leaves out change every week, so its warning counts as the same.
 */
export function standingWarnings(
  findings: readonly Finding[],
  { policy, since }: RunRequest,
  targets: readonly ComparedTarget[],
  sides: (target: Target) => LockedSide | undefined,
): Finding[] {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0 || !since.lock) return []
  const ofRules = [...since.lock.states.values()].flatMap((state) => {
    const document = since.documentOf(state)
    if (!document) return []
    return lint({ ...policy, rules: state.rules }, oldRulesOn(policy.name, state.rules, document, document))
  })
  const ofTargets = targets.flatMap(({ before, made: { target } }) => {
    const locked = sides(target)?.locked
    return before.kind === 'lock' && locked ? wideOptions(before.job, locked.target.options) : []
  })
  const said = new Set([...ofRules, ...ofTargets].map(explain))
  const rules = [...since.lock.states.values()].flatMap((state) => state.rules)
  const hasRegionsOf = (base: string, rule: string) =>
    rules.some(({ name, tags }) => name === rule && tags.some((tag) => tag.startsWith(`${base}.`)))
  return warnings.filter(
    (warning) =>
      said.has(explain(warning)) ||
      // A snapshot lacks the base tag, so the older rules alone do not give the warning.
      (warning.code === 'GLOBAL_LEFT_OUT' && hasRegionsOf(warning.base, warning.rule)),
  )
}
