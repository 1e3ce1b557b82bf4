import type { AddressFamily, Entry, Notes, ReaderContext, Value } from 'tagwall/reader'
import { ENDS, type End, kit } from '../_kit/kit.ts'
import { endOf, LOCAL_END, type PolicyEnd, REMOTE_END } from '../_policies/rules.ts'
import type { Addresses } from './reader-objects.ts'
import type { ServiceTable } from './reader-services.ts'

type Zones = ReturnType<typeof kit.directionsBetween>

const FIELDS = {
  ipv4: { source: 'srcaddr', destination: 'dstaddr' },
  ipv6: { source: 'srcaddr6', destination: 'dstaddr6' },
} as const

/** The source or destination of a policy in one family; `virtual`: a virtual IP in it, which is a local address. */
interface Ended extends PolicyEnd {
  readonly virtual: string | undefined
}

/** The context in which policies are read. */
export interface PolicyParts {
  readonly addresses: Addresses
  readonly services: ServiceTable
  readonly context: ReaderContext
  readonly notes: Notes
  /** Denials that do not hold for all that they name: traffic to virtual IPs goes on to a policy after them. */
  readonly skipped?: ReadonlySet<Entry>
}

/** Both ends of a policy in one family, and those of the directions whose local end they leave open; undefined if the policy matches nothing. */
export function endsOf(
  entry: Entry,
  family: AddressFamily,
  zones: Zones,
  parts: PolicyParts,
): { readonly ends: Readonly<Record<End, PolicyEnd>>; readonly zones: Zones } | undefined {
  const { place } = entry
  const { notes, context } = parts
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
  const { addresses, context, notes } = parts
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
  return {
    ...found,
    virtual,
    ...((isOpen || isUnsure(entry, field, notes)) && { addresses: everything, isPart: true }),
  }
}

/** The local end if the interfaces allow both directions, as far as only FortiOS tells it. */
function localEnd(
  { name }: Entry,
  { source, destination }: Readonly<Record<End, Ended>>,
  { purpose, options }: ReaderContext,
): End | undefined {
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

/** The values of a field; none if it is unset. */
export const valuesOf = ({ fields }: Entry, field: string): readonly Value[] => fields.get(field) ?? []

/** The name of a policy. */
export const nameOf = ({ name, fields }: Entry) => fields.get('name')?.[0]?.text ?? `policy ${name}`

/** True if a field with two values has the value `on`; the opposite is the default. */
export function isOn(
  { name, place, fields }: Entry,
  field: string,
  notes: Notes,
  on = 'enable',
  off = 'disable',
): boolean {
  const value = fields.get(field)?.[0]?.text ?? off
  if (value !== on && value !== off)
    notes.add(place, `edit ${name}`, `has ${field} ${kit.inShort(value)}, which is not understood`)
  return value === on
}
