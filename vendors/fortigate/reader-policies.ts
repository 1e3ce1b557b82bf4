import type { AddressFamily, Entry, FoundRule, Notes, OptionValues, ReaderContext, Value } from 'tagwall/reader'
import { ENDS, type End, FAMILIES, kit } from '../_kit/kit.ts'
import { endOf, LOCAL_END, type PolicyEnd, REMOTE_END, rulesOfPolicy, zonesAsked } from '../_policies/rules.ts'
import { isLimiting, textsOf, valuesOf } from './reader-fields.ts'
import type { Addresses } from './reader-objects.ts'
import type { ServiceTable } from './reader-services.ts'

const ALIKE = ['direction', 'protocol', 'ports', 'coverage', 'isPartByZone'] as const

const SIDES = ['srcaddr', 'dstaddr', 'srcaddr6', 'dstaddr6']
const REQUIRED = ['srcintf', 'dstintf', 'service', 'schedule']
/** Fields with which a policy covers only a part of the local side, but is otherwise understood. */
const PEOPLE = ['groups', 'users', 'fsso-groups']

/** The rules that a policy is, in each direction and protocol. */
export function rulesOf(entry: Entry, parts: PolicyParts): FoundRule[] {
  const { addresses, services, skipped, context } = parts
  const { notes } = addresses
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
  const limits = [...entry.fields.keys()].filter(isLimiting)
  const database = limits.filter((field) => field.startsWith('internet-service'))
  if (database.length > 0)
    return note(`matches by ${database.join(', ')}, whose addresses are not in the configuration`)
  if (missing.length > 0) return note(`has no ${missing.join(', ')}`)
  for (const field of limits) if (proves || !PEOPLE.includes(field)) note(`is limited or widened by its ${field}`)
  const schedule = textsOf(entry, 'schedule')[0]
  const isTimed = schedule !== (context.options.schedule ?? 'always') && (proves || schedule !== 'always')
  if (isTimed && proves) return byOptions('has a schedule that the options do not name')
  const policy = {
    name: nameOf(entry),
    place: entry.place,
    action,
    services: services.of(valuesOf(entry, 'service'), isOn(entry, 'service-negate', notes)),
    isPart: limits.length > 0 || isTimed,
  } as const
  const found = FAMILIES.flatMap((family) => {
    const ends = endsOf(entry, family, zones, parts)
    return ends ? rulesOfPolicy({ ...policy, ...ends }, context) : []
  })
  // Traffic to a virtual IP may go on to a later policy.
  const rules = found.map((rule): FoundRule => {
    const isSkipped = rule.direction === 'inbound' && skipped?.has(entry) === true
    return isSkipped ? { ...rule, coverage: 'part', isPartByZone: false } : rule
  })
  return rules.length === 0 && proves ? note('matches no addresses') : merged(rules, addresses)
}

/** The rules of both families as one where they differ in nothing else: no connection has addresses of two families. */
function merged(rules: readonly FoundRule[], addresses: Addresses): FoundRule[] {
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
function join({ local: own, remote }: FoundRule, other: FoundRule, addresses: Addresses) {
  const both = { remote: { addresses: addresses.union(remote.addresses, other.remote.addresses), tags: [] } }
  if (!own || !other.local) return own || other.local ? undefined : both
  if (own.objects.length + other.local.objects.length > 0) return undefined
  return { ...both, local: { addresses: addresses.union(own.addresses, other.local.addresses), objects: [] } }
}

/** True if a policy has an id that the options set aside. */
function isOwn({ name }: Entry, { firstPolicyId }: OptionValues): boolean {
  const before = Number(firstPolicyId)
  return /^\d+$/.test(name) && Number(name) > before && Number(name) < before + 10_000
}

/** A script may continue existing policies, so every field that it does not set keeps its old value. */
export function checkScript(policies: readonly Entry[], notes: Notes): void {
  for (const { name, fields, place } of policies) {
    const unsaid = ['name', ...SIDES, ...REQUIRED, 'action', 'status'].filter((field) => !fields.has(field))
    if (unsaid.length > 0) notes.add(place, `edit ${name}`, `neither sets nor unsets ${unsaid.join(', ')}`)
  }
}

type Zones = ReturnType<typeof kit.directionsBetween>

export const FIELDS = {
  ipv4: { source: 'srcaddr', destination: 'dstaddr' },
  ipv6: { source: 'srcaddr6', destination: 'dstaddr6' },
} as const

/** The source or destination of a policy in one family; `virtual`: a virtual IP in it, which is a local address. */
interface Ended extends PolicyEnd {
  readonly virtual: string | undefined
}

type Ends = Readonly<Record<End, Ended>>

/** The context in which policies are read. */
interface PolicyParts {
  readonly addresses: Addresses
  readonly services: ServiceTable
  readonly context: ReaderContext
  /** Denials that do not hold for all that they name: traffic to virtual IPs goes on to a policy after them. */
  readonly skipped?: ReadonlySet<Entry>
}

/** Both ends of a policy in one family, and those of the directions whose local end they leave open; undefined if the policy matches nothing. */
function endsOf(entry: Entry, family: AddressFamily, zones: Zones, parts: PolicyParts) {
  const { place } = entry
  const { addresses, context } = parts
  const { notes } = addresses
  const fields = FIELDS[family]
  const [end, other] = ENDS.filter((end) => entry.fields.get(fields[end])?.length)
  if (end && !other) {
    const missing = end === 'source' ? 'destination' : 'source'
    notes.add(place, nameOf(entry), `has ${fields[end]} without ${fields[missing]}`)
  }
  if (!other) return undefined
  const endAt = (end: End) => readEnd(entry, family, fields[end], parts)
  const ends = { source: endAt('source'), destination: endAt('destination') }
  if (ENDS.some((end) => isNothing(ends[end]))) return undefined
  const local = zones.length > 1 ? localEnd(entry, ends, context) : undefined
  const open = zones.filter(({ direction }) => !local || LOCAL_END[direction] === local)
  for (const { direction } of open) {
    const { virtual } = ends[REMOTE_END[direction]]
    if (virtual !== undefined) notes.add(place, virtual, 'is a virtual IP on the remote side, which is not followed')
  }
  return { ends, zones: open }
}

function readEnd(entry: Entry, family: AddressFamily, field: string, parts: PolicyParts): Ended {
  const { addresses, context } = parts
  const { notes } = addresses
  const everything = kit.everything(family)
  const values = valuesOf(entry, field)
  const isObject = (value: Value) => addresses.isLocalObject(family, value)
  const object = values.find(isObject)
  // tagwall never writes both, so the object is a word too many.
  if (context.purpose === 'prove' && object && values.some(({ text }) => text === 'all'))
    notes.add(object.place, object.text, 'is in a list with all')
  const name = nameOf(entry)
  const found = endOf(values, {
    isNegated: isOn(entry, `${field}-negate`, notes),
    everything,
    isObject,
    isOwn: ({ text }) => isNamedLike(text, name),
    sideOf: (some) => addresses.of(family, some),
  })
  const { isOpen, virtual } = found.side
  const unknown = { addresses: everything, isPart: true }
  if (isUnsure(entry, field, notes)) return { ...found, ...unknown, virtual, remote: () => unknown }
  return { ...found, ...(isOpen && unknown), virtual }
}

/** The local end if the interfaces allow both directions, as far as only FortiOS tells it. */
function localEnd({ name }: Entry, ends: Ends, { purpose, options }: ReaderContext): End | undefined {
  const { source, destination } = ends
  // The inbound policies of a script have separate ids.
  if (purpose === 'prove') return Number(name) > Number(options.firstPolicyId) + 5000 ? 'destination' : 'source'
  const isNamed = source.hasObjects !== destination.hasObjects
  return !isNamed && destination.virtual !== undefined ? 'destination' : undefined
}

/** True if a negation of the field for IPv4 may be about that for IPv6 too. */
function isUnsure(entry: Entry, field: string, notes: Notes): boolean {
  const v4Field = field.replace(/6$/, '')
  const isClear = field === v4Field || entry.fields.has(`${field}-negate`)
  if (isClear || !isOn(entry, `${v4Field}-negate`, notes)) return false
  const reason = `has ${v4Field}-negate; whether this applies to ${field} too depends on the version`
  notes.add(entry.place, nameOf(entry), reason)
  return true
}

const isNothing = ({ addresses, objects, isPart }: Ended) => !isPart && objects.length === 0 && addresses.isEmpty

/** True if a group is named like a policy. The policy's name may be truncated, and ends in `-in` if it is inbound. */
const isNamedLike = (group: string, policy: string) =>
  group.startsWith(policy.replace(/-in$/, '')) && !/-local(?:-v[46])?$/.test(group)

/** The name of a policy. */
export const nameOf = (entry: Entry) => textsOf(entry, 'name')[0] ?? `policy ${entry.name}`

/** True if a field with two values has the value `on`; the opposite is the default. */
function isOn(entry: Entry, field: string, notes: Notes, on = 'enable', off = 'disable'): boolean {
  const [value = off] = textsOf(entry, field)
  if (value !== on && value !== off)
    notes.add(entry.place, `edit ${entry.name}`, `has ${field} ${kit.inShort(value)}, which is not understood`)
  return value === on
}
