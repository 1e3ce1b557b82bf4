import type { AddressFamily } from '../address/prefix.ts'
import { everything, PrefixSet } from '../address/prefix-set.ts'
import type { Finding } from '../finding/finding.ts'
import type { PolicyLocal, PolicyTest } from '../model/policy.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { shareTraffic } from '../model/traffic.ts'

/** A test that fails. */
export type FailedTest = Finding & { readonly code: 'TEST_FAILED' }

/** The tests that `ruleset` fails: all addresses of a prefix are allowed, or none for any source. Rules without a local side have each of `locals`. */
export function failedTests(
  tests: readonly PolicyTest[],
  ruleset: Ruleset,
  locals: readonly (PolicyLocal | undefined)[] = [undefined],
): FailedTest[] {
  return tests.flatMap((test): FailedTest[] => {
    const remote = PrefixSet.of([test.remote])
    const ports = test.port === undefined ? [] : [{ first: test.port, last: test.port }]
    const reached = ruleset.rules.filter(
      (rule) => shareTraffic(rule, { ...test, ports }) && rule.set.prefixes.overlaps(remote),
    )
    const offending =
      test.expect === 'allow'
        ? remote.subtract(allowedBy(reached))
        : PrefixSet.union(locals.map((local) => openTo(reached, local, test.remote.family))).intersect(remote)
    if (offending.isEmpty) return []
    const namesOf = (rules: readonly ConcreteRule[]) => rules.map(({ name }) => name)
    if (test.expect === 'allow') {
      const denials = reached.filter(({ action, set }) => action === 'deny' && set.prefixes.overlaps(offending))
      const isDenied = PrefixSet.union(denials.map(({ set }) => set.prefixes)).contains(offending)
      return [{ code: 'TEST_FAILED', severity: 'error', test, offending, rules: isDenied ? namesOf(denials) : [] }]
    }
    const rules = namesOf(reached.filter(({ action }) => action === 'allow'))
    const first = reached.findIndex(({ action, set }) => action === 'allow' && set.prefixes.overlaps(offending))
    // Before the first rule that allows some of these addresses, others only deny them.
    const partly = namesOf(reached.slice(0, first).filter(({ set }) => set.prefixes.overlaps(offending)))
    return [{ code: 'TEST_FAILED', severity: 'error', test, offending, rules, ...(partly.length > 0 && { partly }) }]
  })
}

/** Local addresses of one family, or the name of an object that has them. */
type Locals = PrefixSet | string

/** The remote addresses that rules, in order, allow for any of their local addresses. */
function openTo(rules: readonly ConcreteRule[], fallback: PolicyLocal | undefined, family: AddressFamily): PrefixSet {
  const localsOf = ({ local }: ConcreteRule): Locals => {
    const own = local && 'set' in local ? local.set : (local ?? fallback)
    if (own === undefined) return everything(family)
    return 'object' in own ? own.object : own.prefixes.family(family)
  }
  return PrefixSet.union(
    rules.flatMap((rule, index) => {
      if (rule.action === 'deny') return []
      const denials = rules.slice(0, index).filter(({ action }) => action === 'deny')
      let open = [{ remote: rule.set.prefixes, local: localsOf(rule) }].filter(hasAddresses)
      for (const denial of denials) {
        open = open
          .flatMap(({ remote, local }) => [
            { remote: remote.subtract(denial.set.prefixes), local },
            { remote: remote.intersect(denial.set.prefixes), local: without(local, localsOf(denial), family) },
          ])
          .filter(hasAddresses)
      }
      return open.map(({ remote }) => remote)
    }),
  )
}

const hasAddresses = ({ remote, local }: { readonly remote: PrefixSet; readonly local: Locals }) =>
  !remote.isEmpty && (typeof local === 'string' || !local.isEmpty)

/** `local` without `denied`. Nothing is known of the addresses of an object. */
function without(local: Locals, denied: Locals, family: AddressFamily): Locals {
  if (typeof local !== 'string' && typeof denied !== 'string') return local.subtract(denied)
  const isAll = typeof denied === 'string' ? denied === local : denied.equals(everything(family))
  return isAll ? PrefixSet.empty : local
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
