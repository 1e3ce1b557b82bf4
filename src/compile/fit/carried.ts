import type { Finding } from '../../finding/finding.ts'
import type { FittedLocal } from '../../model/fitted.ts'
import type { Job } from '../../model/job.ts'
import type { AddressSet, LocalSide, Ruleset } from '../../model/ruleset.ts'
import type { PolicyDirection } from '../../model/traffic.ts'
import { type Carried, carriedBy } from '../../model/vendor.ts'

/** Findings for policy keys that the vendor cannot express. One finding for each policy rule and key. */
export function notCarried({ rules }: Ruleset, { target, vendor, options }: Job): Finding[] {
  const carried = carriedBy(vendor, options)
  const findings = rules
    .filter(({ suffix }) => suffix === '')
    .flatMap(({ name: rule, action, protocol, local, set }): Finding[] => {
      const refuse = (
        key: 'action' | 'protocol' | 'direction' | 'local',
        what: string,
        list: readonly string[],
      ): Finding[] =>
        list.includes(what)
          ? []
          : [
              {
                code: 'NOT_CARRIED',
                severity: 'error',
                target,
                vendor: vendor.name,
                rule,
                key,
                what,
                carried: list,
                hint: carried.hint,
              },
            ]
      const needsTwo =
        carried.objectFamilies === 'apart' &&
        local !== undefined &&
        'object' in local &&
        local.object6 === undefined &&
        !set.prefixes.family('ipv6').isEmpty
      return [
        ...refuse('action', action, carried.actions),
        ...refuse('protocol', protocol, carried.protocols),
        ...refuse('direction', directionOf(set, rules), carried.directions),
        ...(local ? refuse('local', 'object' in local ? 'object' : 'addresses', carried.local) : []),
        ...(needsTwo && carried.local.includes('object')
          ? [{ code: 'OBJECT6_MISSING', severity: 'error', target, rule, object: local.object } as const]
          : []),
      ]
    })
  return findings
}

/** The direction of a policy's rule, whose halves share a set. */
function directionOf(set: AddressSet, rules: Ruleset['rules']): PolicyDirection {
  const [first, ...others] = new Set(rules.filter((rule) => rule.set === set).map(({ direction }) => direction))
  return others.length > 0 || !first ? 'both' : first
}

/** The objects of a local side, as the vendor's rules name them. */
export function objectsOf(local: LocalSide | undefined, { vendor, options }: Job): FittedLocal | undefined {
  if (!local || 'set' in local) return undefined
  const { objectFamilies }: Carried = carriedBy(vendor, options)
  return { object: local.object, object6: objectFamilies === 'apart' ? (local.object6 ?? '') : '' }
}
