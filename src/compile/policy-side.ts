import type { History, KnownDocument } from '../document/history.ts'
import type { Finding } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import { groupsOf } from '../model/group-by.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { compile } from './compile.ts'
import { lint } from './lint.ts'
import { failedTests } from './policy-tests.ts'
import { type CheckedRuleset, isFor, isForAll } from './rules-of-target.ts'
import { type CoverOf, type Widen, widenerFor } from './widen/widen-target.ts'

/** A policy compiled against one document, for the files, the deltas and the report of the same run. */
export interface PolicySide extends CheckedRuleset {
  readonly known: KnownDocument
  /** The rules of one target. */
  readonly widen: Widen
}

export function sideOf(known: KnownDocument, history: History, coverOf?: CoverOf): PolicySide {
  const compiled = compile(history.policy, known)
  return { known, ...compiled, widen: widenerFor({ ...known, ruleset: compiled.ruleset }, history, coverOf) }
}

/** The same with the warnings about its rules. */
export function lintedSide(known: KnownDocument, history: History, coverOf?: CoverOf): PolicySide {
  const side = sideOf(known, history, coverOf)
  return { ...side, findings: [...side.findings, ...lint(history.policy, side.ruleset, known.nonRegional)] }
}

/** As `lintedSide`, for a policy that must compile and pass its tests. Throws `UserErrors` with every problem. */
export function checkedSide(known: KnownDocument, history: History, coverOf?: CoverOf): PolicySide {
  const { policy } = history
  const side = lintedSide(known, history, coverOf)
  refuseErrors(side.findings, `the policy ${policy.name} cannot be compiled`)
  refuseErrors(testsOf(policy, side.ruleset), `the policy ${policy.name} fails its own tests, so nothing is written`)
  return side
}

/** The tests that fail, once for targets with the same rules, with the local side of each. Where rules differ, findings name the first. */
function testsOf(policy: Policy, ruleset: Ruleset): Finding[] {
  const { tests, local, targets } = policy
  const isSplit = [...ruleset.rules, ...tests].some((one) => !isForAll(one))
  if (!isSplit || targets.length === 0)
    return failedTests(tests, ruleset, targets.length > 0 ? localsOf(targets) : [local])
  const keyOf = ({ name }: Target) => [...ruleset.rules, ...tests].map((one) => Number(isFor(one, name))).join('')
  return groupsOf(targets, keyOf).flatMap((own) => {
    const [{ name }] = own
    const rules = ruleset.rules.filter((rule) => isFor(rule, name))
    const asked = tests.filter((test) => isFor(test, name))
    return failedTests(asked, { ...ruleset, rules }, localsOf(own)).map((finding) => ({ ...finding, target: name }))
  })
}

/** The local sides that rules without their own get: those of the targets. */
const localsOf = (targets: readonly Target[]) => [...new Set(targets.map(({ local }) => local))]
