import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { Finding } from '../../model/finding.ts'
import type { PolicyTest } from '../../model/policy.ts'
import type { ConcreteRule, Ruleset } from '../../model/ruleset.ts'

/** The tests that `ruleset` fails. A test of a prefix is about all its addresses: all allowed, or none. */
export function failedTests(tests: readonly PolicyTest[], ruleset: Ruleset): Finding[] {
  return tests.flatMap((test): Finding[] => {
    const reached = ruleset.rules.filter((rule) => isReached(rule, test))
    const allowed = allowedBy(reached)
    const remote = PrefixSet.of([test.remote])
    const offending = test.expect === 'allow' ? remote.subtract(allowed) : remote.intersect(allowed)
    if (offending.isEmpty) return []
    const rules = reached.filter(({ set }) => set.prefixes.overlaps(remote)).map(({ name }) => name)
    return [{ code: 'TEST_FAILED', severity: 'error', test, offending, rules }]
  })
}

/** The addresses that rules allow, in order: the first rule that has an address decides. */
function allowedBy(rules: readonly ConcreteRule[]): PrefixSet {
  let [allowed, denied] = [PrefixSet.empty, PrefixSet.empty]
  for (const { action, set } of rules) {
    if (action === 'allow') allowed = allowed.union(set.prefixes.subtract(denied))
    else denied = denied.union(set.prefixes.subtract(allowed))
  }
  return allowed
}

function isReached(rule: ConcreteRule, { direction, protocol, port }: PolicyTest): boolean {
  if (rule.direction !== direction) return false
  if (rule.protocol === 'any') return true
  if (rule.protocol !== protocol) return false
  return port === undefined || rule.ports.some(({ first, last }) => first <= port && port <= last)
}
