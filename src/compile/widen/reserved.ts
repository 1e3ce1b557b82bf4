import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { type AddressSet, type ConcreteRule, type Ruleset, withSets } from '../../model/ruleset.ts'
import { shareTraffic } from '../../model/traffic.ts'

/** Notes in each set the addresses that it must not gain by widening, because a later rule says the opposite of them. */
export function withReserved(ruleset: Ruleset): Ruleset {
  const { rules } = ruleset
  if (rules.every(({ action }) => action === rules[0]?.action)) return ruleset
  return withSets(ruleset, (set) => {
    const reserved = PrefixSet.union(
      rules.flatMap((rule, index) => (rule.set === set ? takenFrom(rule, rules.slice(index + 1)) : [])),
    )
    return reserved.isEmpty ? set : { ...set, reserved }
  })
}

/** The addresses of `later` rules that a wider `rule` would decide in their place. */
function takenFrom(rule: ConcreteRule, later: readonly ConcreteRule[]): PrefixSet[] {
  return later
    .filter((other) => other.action !== rule.action && shareTraffic(rule, other))
    .flatMap(({ set }) =>
      FAMILIES.filter((family) => !isException(rule, set, family)).map((family) => set.prefixes.family(family)),
    )
}

/** True if a rule is an exception to a later deny, such as the deny of everything else. Widening it allows more of the denied traffic. */
function isException({ action, set: own }: ConcreteRule, denied: AddressSet, family: AddressFamily): boolean {
  return action === 'allow' && denied.prefixes.family(family).contains(own.prefixes.family(family))
}
