import { compile } from '../compile/rules/compile.ts'
import { lint } from '../compile/rules/lint.ts'
import { failedTests } from '../compile/rules/policy-tests.ts'
import type { Finding } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { refuseErrors } from './findings-output.ts'
import type { KnownDocument } from './known-document.ts'

/** Compiles a policy and runs its tests. Throws `UserErrors` with every problem. */
export function compilePolicy(policy: Policy, known: KnownDocument): { ruleset: Ruleset; findings: Finding[] } {
  const { ruleset, findings } = compile(policy, known)
  refuseErrors(findings, `the policy ${policy.name} cannot be compiled`)
  refuseErrors(
    failedTests(policy.tests, ruleset),
    `the policy ${policy.name} fails its own tests, so nothing is written`,
  )
  return { ruleset, findings: [...findings, ...lint(policy, ruleset, known.nonRegional)] }
}
