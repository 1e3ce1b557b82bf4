import { FAMILIES } from '../../address/family.ts'
import { familiesOf } from '../../address/prefix-set.ts'
import type { Finding } from '../../finding/finding.ts'
import type { FittedLocal } from '../../model/fitted.ts'
import { groupBy } from '../../model/group-by.ts'
import { type ConcreteRule, namesTwoObjects, type Ruleset } from '../../model/ruleset.ts'
import { carriedBy, type Job, splitOf } from '../../model/vendor.ts'

/** Findings for policy keys that the vendor cannot express. One finding for each policy rule and key. */
export function notCarried({ rules }: Ruleset, job: Job): Finding[] {
  const { target, vendor, options } = job
  const carried = carriedBy(vendor, options)
  // The halves of a policy's rule share its set.
  const halves = groupBy(rules, ({ set }) => set)
  return rules
    .filter(({ suffix }) => suffix === '')
    .flatMap((rule): Finding[] => {
      const { action, protocol, local, set } = rule
      const direction = (halves.get(set)?.length ?? 0) > 1 ? 'both' : rule.direction
      const asked = [
        ['action', action, carried.actions],
        ['protocol', protocol, carried.protocols],
        ['direction', direction, carried.directions],
        ['local', local && ('object' in local ? 'object' : 'addresses'), carried.local],
      ] as const
      const refused = asked.flatMap(([key, what, list]): Finding[] => {
        if (what === undefined || list.some((one) => one === what)) return []
        const facts = { target, vendor: vendor.name, rule: rule.name, key, what, carried: list, hint: carried.hint }
        return [{ code: 'NOT_CARRIED', severity: 'error', ...facts }]
      })
      return [...refused, ...refuseObjects(rule, job), ...refuseFamilies(rule, job)]
    })
}

/**
 * Where objects have one family, the finding for a rule of both that names one; where an object serves both, for a rule that names two. A tag
 * that the device resolves may have addresses of both.
 */
function refuseObjects({ name: rule, local, set: { prefixes } }: ConcreteRule, job: Job): Finding[] {
  const { target, vendor, options } = job
  const carried = carriedBy(vendor, options)
  if (!local || 'set' in local || !carried.local.includes('object')) return []
  const { objectFamilies } = carried
  const { object, object6 } = local
  if (objectFamilies === 'apart' && object6 === undefined && !prefixes.family('ipv6').isEmpty)
    return [{ code: 'OBJECT6_MISSING', severity: 'error', target, rule, object }]
  if (objectFamilies !== 'together' || object6 === undefined || !namesTwoObjects(local)) return []
  if (familiesOf(prefixes).length < FAMILIES.length && splitOf(vendor, options) !== 'tag') return []
  return [{ code: 'OBJECT6_NOT_CARRIED', severity: 'error', target, rule, object, object6 }]
}

/** Where the device resolves tags, the addresses beside them of a family that its rules cannot have. */
function refuseFamilies({ name: rule, local, set: { own } }: ConcreteRule, job: Job): Finding[] {
  const { target, vendor, options } = job
  if (splitOf(vendor, options) !== 'tag') return []
  const { addressFamilies } = carriedBy(vendor, options)
  const locals = local && 'set' in local ? local.set.prefixes : undefined
  return FAMILIES.filter((family) => !addressFamilies.includes(family)).flatMap((family) =>
    [['own', own] as const, ['local', locals] as const].flatMap(([what, set]): Finding[] => {
      const [prefix] = set?.family(family).texts ?? []
      if (!prefix) return []
      return [
        { code: 'ADDRESSES_NOT_CARRIED', severity: 'error', target, vendor: vendor.name, rule, what, family, prefix },
      ]
    }),
  )
}

/** The objects of a rule's local side, as the vendor's rules name them. A rule of IPv6 alone has the object for IPv6. */
export function objectsOf({ local, set }: ConcreteRule, { vendor, options }: Job): FittedLocal | undefined {
  if (!local || 'set' in local) return undefined
  const { object, object6 = '' } = local
  const { objectFamilies } = carriedBy(vendor, options)
  if (objectFamilies === 'apart') return { object, object6 }
  return { object: (set.prefixes.family('ipv4').isEmpty && object6) || object, object6: '' }
}
