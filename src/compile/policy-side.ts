import type { History } from '../document/history.ts'
import type { KnownDocument } from '../document/known-document.ts'
import type { Finding } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Policy, PolicyLocal } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { compile } from './compile.ts'
import { lint } from './lint.ts'
import { failedTests } from './policy-tests.ts'
import { type CoverOf, type Widen, widenerFor } from './widen-target.ts'

/** A policy compiled against one document, for the files, the deltas and the report of the same run. */
export interface PolicySide {
  readonly known: KnownDocument
  /** Not to be used if a finding is an error. */
  readonly ruleset: Ruleset
  readonly findings: readonly Finding[]
  /** Widens the rules for one target. */
  readonly widen: Widen
}

export function sideOf(policy: Policy, known: KnownDocument, history: History, coverOf?: CoverOf): PolicySide {
  const { ruleset, findings } = compile(policy, known)
  return {
    known,
    ruleset,
    findings: [...findings, ...lint(policy, ruleset, known.nonRegional)],
    widen: widenerFor(policy, known, history, coverOf),
  }
}

/** The same for a policy that must compile and pass its tests. Throws `UserErrors` with every problem. */
export function checkedSide(policy: Policy, known: KnownDocument, history: History, coverOf?: CoverOf): PolicySide {
  const side = sideOf(policy, known, history, coverOf)
  refuseErrors(side.findings, `the policy ${policy.name} cannot be compiled`)
  refuseErrors(
    failedTests(policy.tests, side.ruleset, localsOf(policy)),
    `the policy ${policy.name} fails its own tests, so nothing is written`,
  )
  return side
}

/** The local sides that rules without their own get: those of the targets. */
function localsOf({ local, targets }: Policy): (PolicyLocal | undefined)[] {
  return targets.length > 0 ? [...new Set(targets.map((target) => target.local))] : [local]
}
