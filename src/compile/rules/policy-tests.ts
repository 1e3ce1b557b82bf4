import type { Finding } from '../../model/finding.ts'
import type { PolicyTest } from '../../model/policy.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { ConcreteRule, Ruleset } from '../../model/ruleset.ts'

/** The tests that `ruleset` fails. A test of a prefix is about all its addresses: all allowed, or none. */
export function failedTests(tests: readonly PolicyTest[], ruleset: Ruleset): Finding[] {
  return tests.flatMap((test): Finding[] => {
    const reached = ruleset.rules.filter((rule) => isReached(rule, test))
    const allowed = PrefixSet.union(reached.map(({ set }) => set.prefixes))
    const remote = PrefixSet.of([test.remote])
    const offending = test.expect === 'allow' ? remote.subtract(allowed) : remote.intersect(allowed)
    if (offending.isEmpty) return []
    const rules = reached.filter(({ set }) => set.prefixes.overlaps(remote)).map(({ name }) => name)
    return [{ code: 'TEST_FAILED', severity: 'error', test, offending, rules }]
  })
}

function isReached(rule: ConcreteRule, { direction, protocol, port }: PolicyTest): boolean {
  return (
    rule.direction === direction &&
    rule.protocol === protocol &&
    rule.ports.some(({ first, last }) => first <= port && port <= last)
  )
}
