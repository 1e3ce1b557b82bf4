import type { Entry, FoundRule, Notes, OptionValues } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { rulesOfPolicy, zonesAsked } from '../_policies/rules.ts'
import { isHarmless } from './reader-fields.ts'
import { endsOf, isOn, nameOf, type PolicyParts, valuesOf } from './reader-sides.ts'

const ALIKE = ['direction', 'protocol', 'ports', 'coverage', 'isPartByZone'] as const

const SIDES = ['srcaddr', 'dstaddr', 'srcaddr6', 'dstaddr6']
const REQUIRED = ['srcintf', 'dstintf', 'service', 'schedule']
const UNLIMITING = new Set([...SIDES, ...REQUIRED, 'name', 'action', 'status', 'match-vip'])
/** Fields with which a policy covers only a part of the local side, but is otherwise understood. */
const PEOPLE = ['groups', 'users', 'fsso-groups']

/** The rules that a policy is, in each direction and protocol. */
export function rulesOf(entry: Entry, parts: PolicyParts): FoundRule[] {
  const { notes, context } = parts
  const proves = context.purpose === 'prove'
  const note = (reason: string, isByOptions = false): FoundRule[] => {
    notes.add(entry.place, nameOf(entry), reason, isByOptions ? { isByOptions } : {})
    return []
  }
  const byOptions = (reason: string) => (proves ? note(reason, true) : [])
  if (isOn(entry, 'status', notes, 'disable', 'enable')) return []
  if (proves && !isOwn(entry, context.options)) return byOptions('is not one of the ids that firstPolicyId sets aside')
  const missing = REQUIRED.filter((field) => textsOf(entry, field).length === 0)
  const ends = { from: textsOf(entry, 'srcintf'), to: textsOf(entry, 'dstintf') }
  const zones = kit.directionsBetween(ends, zonesAsked(context, 'srcintf', 'dstintf'), proves)
  if (zones.length === 0 && !missing.some((field) => field.endsWith('intf')))
    return byOptions('is between interfaces that the options do not name')
  notes.addAll(entry.notes)
  for (const field of ['srcintf', 'dstintf']) {
    const names = textsOf(entry, field)
    if (names.length > 1 && names.includes('any')) note(`has "any" beside others in ${field}`)
  }
  const action = isOn(entry, 'action', notes, 'accept', 'deny') ? 'allow' : 'deny'
  if (action === 'deny' && !['deny', undefined].includes(textsOf(entry, 'action')[0])) return []
  const limits = [...entry.fields.keys()].filter(
    (field) => !UNLIMITING.has(field) && !isHarmless(field) && !field.endsWith('-negate'),
  )
  const database = limits.filter((field) => field.startsWith('internet-service'))
  if (database.length > 0)
    return note(`matches by ${database.join(', ')}, whose addresses are not in the configuration`)
  if (missing.length > 0) return note(`has no ${missing.join(', ')}`)
  for (const field of limits) if (proves || !PEOPLE.includes(field)) note(`is limited or widened by its ${field}`)
  const schedule = textsOf(entry, 'schedule')[0]
  const isTimed = schedule !== (context.options.schedule ?? 'always') && (proves || schedule !== 'always')
  if (isTimed && proves) return byOptions('has a schedule that the options do not name')
  const rules = rulesBetween(entry, action, zones, limits.length > 0 || isTimed, parts)
  return rules.length === 0 && proves ? note('matches no addresses') : rules
}

/** The rules of a policy between these zones. */
function rulesBetween(
  entry: Entry,
  action: FoundRule['action'],
  zones: ReturnType<typeof kit.directionsBetween>,
  isPart: boolean,
  parts: PolicyParts,
): FoundRule[] {
  const { services, notes, skipped, context, addresses } = parts
  const isNegated = isOn(entry, 'service-negate', notes)
  const policy = {
    name: nameOf(entry),
    place: entry.place,
    action,
    services: services.of(valuesOf(entry, 'service'), isNegated),
    isPart,
  }
  const rules = FAMILIES.flatMap((family) => {
    const ends = endsOf(entry, family, zones, parts)
    return ends ? rulesOfPolicy({ ...policy, ...ends }, context) : []
  })
  // Traffic to a virtual IP may go on to a later policy.
  const found = rules.map((rule): FoundRule => {
    const isSkipped = rule.direction === 'inbound' && skipped?.has(entry) === true
    return isSkipped ? { ...rule, coverage: 'part', isPartByZone: false } : rule
  })
  return merged(found, addresses)
}

/** The rules of both families as one where they differ in nothing else: no connection has addresses of two families. */
function merged(rules: readonly FoundRule[], addresses: PolicyParts['addresses']): FoundRule[] {
  const all: FoundRule[] = []
  for (const rule of rules) {
    const isAlike = (other: FoundRule) => ALIKE.every((key) => other[key] === rule[key])
    const index = all.findIndex((other) => isAlike(other) && join(other, rule, addresses))
    const same = all[index]
    if (same) all[index] = { ...same, ...join(same, rule, addresses) }
    else all.push(rule)
  }
  return all
}

/** Undefined if the local sides stay apart: each object goes with the remote addresses of its own family. */
function join(
  { local: own, remote }: FoundRule,
  other: FoundRule,
  addresses: PolicyParts['addresses'],
): Pick<FoundRule, 'local' | 'remote'> | undefined {
  const both = { remote: { addresses: addresses.union(remote.addresses, other.remote.addresses), tags: [] } }
  if (!own || !other.local) return own || other.local ? undefined : both
  if (own.objects.length + other.local.objects.length > 0) return undefined
  return { ...both, local: { addresses: addresses.union(own.addresses, other.local.addresses), objects: [] } }
}

const textsOf = (entry: Entry, field: string) => valuesOf(entry, field).map(({ text }) => text)

/** True if a policy has an id that the options set aside. */
function isOwn({ name }: Entry, { firstPolicyId }: OptionValues): boolean {
  const before = Number(firstPolicyId)
  return /^\d+$/.test(name) && Number(name) > before && Number(name) < before + 10_000
}

/** A script may continue existing policies, so every field that it does not set keeps its old value. */
export function checkScript(policies: readonly Entry[], notes: Notes): void {
  const names = new Set<string>()
  for (const entry of policies) {
    const { name, fields, place } = entry
    const note = (reason: string) => notes.add(place, `edit ${name}`, reason)
    if (names.has(nameOf(entry))) note(`has the name of another policy, ${nameOf(entry)}`)
    names.add(nameOf(entry))
    const unsaid = ['name', ...SIDES, ...REQUIRED, 'action', 'status'].filter((field) => !fields.has(field))
    if (unsaid.length > 0) note(`neither sets nor unsets ${unsaid.join(', ')}`)
  }
}
