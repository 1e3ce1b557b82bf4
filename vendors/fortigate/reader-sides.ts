import type { AddressFamily, Entry, Notes, ReaderContext, Value } from 'tagwall/reader'
import { ENDS, type End, kit, LOCAL_END, REMOTE_END } from '../_kit/kit.ts'
import { endOf, type PolicyEnd } from '../_policies/rules.ts'
import type { Addresses } from './reader-objects.ts'

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
export interface SideParts {
  readonly addresses: Addresses
  readonly context: ReaderContext
  readonly notes: Notes
}

/** The ends of one policy in one family. */
export class PolicyEnds {
  constructor(
    private readonly parts: SideParts,
    private readonly entry: Entry,
    private readonly family: AddressFamily,
  ) {}

  /** Both ends, and those of the directions whose local end they leave open; undefined if the policy matches nothing. */
  read(zones: Zones): { readonly ends: Readonly<Record<End, PolicyEnd>>; readonly zones: Zones } | undefined {
    const [end, other] = ENDS.filter((end) => this.valuesOf(end).length > 0)
    if (end && !other) {
      const missing = end === 'source' ? 'destination' : 'source'
      this.note(nameOf(this.entry), `has ${this.fieldOf(end)} without ${this.fieldOf(missing)}`)
    }
    if (!other) return undefined
    const ends = { source: this.readEnd('source'), destination: this.readEnd('destination') }
    if (ENDS.some((end) => isNothing(ends[end]))) return undefined
    const local = zones.length > 1 ? this.localEnd(ends) : undefined
    const open = zones.filter(({ direction }) => !local || LOCAL_END[direction] === local)
    for (const { direction } of open) {
      const { virtual } = ends[REMOTE_END[direction]]
      if (virtual !== undefined) this.note(virtual, 'is a virtual IP on the remote side, which is not followed')
    }
    return { ends, zones: open }
  }

  private fieldOf(end: End): string {
    return FIELDS[this.family][end]
  }

  private valuesOf(end: End): readonly Value[] {
    return this.entry.fields.get(this.fieldOf(end)) ?? []
  }

  private note(text: string, reason: string): void {
    this.parts.notes.add(this.entry.place, text, reason)
  }

  private readEnd(end: End): Ended {
    const { addresses, context, notes } = this.parts
    const { family } = this
    const everything = kit.everything(family)
    const values = this.valuesOf(end)
    const isObject = (value: Value) => addresses.isLocalObject(family, value)
    const object = values.find(isObject)
    // tagwall never writes both, so the object is a word too many.
    if (context.purpose === 'prove' && object && values.some(({ text }) => text === 'all'))
      notes.add(object.place, object.text, 'is in a list with all')
    const name = nameOf(this.entry)
    const found = endOf(values, {
      isNegated: isOn(this.entry, `${this.fieldOf(end)}-negate`, notes),
      everything,
      isObject,
      isOwn: ({ text }) => isNamedLike(text, name),
      sideOf: (some) => addresses.of(family, some),
    })
    const { isOpen, virtual } = found.side
    return { ...found, virtual, ...((isOpen || this.isUnsure(end)) && { addresses: everything, isPart: true }) }
  }

  /** The local end if the interfaces allow both directions, as far as only FortiOS tells it. */
  private localEnd(ends: Readonly<Record<End, Ended>>): End | undefined {
    const { purpose, options } = this.parts.context
    // The inbound policies of a script have separate ids.
    if (purpose === 'prove')
      return Number(this.entry.name) > Number(options.firstPolicyId) + 5000 ? 'destination' : 'source'
    const isNamed = ends.source.hasObjects !== ends.destination.hasObjects
    return !isNamed && ends.destination.virtual !== undefined ? 'destination' : undefined
  }

  /** True if a negation of the field for IPv4 may be about that for IPv6 too. */
  private isUnsure(end: End): boolean {
    const { entry } = this
    const field = this.fieldOf(end)
    const v4Field = field.replace(/6$/, '')
    const isClear = field === v4Field || entry.fields.has(`${field}-negate`)
    if (isClear || !isOn(entry, `${v4Field}-negate`, this.parts.notes)) return false
    this.note(nameOf(entry), `has ${v4Field}-negate; whether this applies to ${field} too depends on the version`)
    return true
  }
}

const isNothing = ({ addresses, objects, isPart }: Ended) => !isPart && objects.length === 0 && addresses.isEmpty

/** True if a group is named like a policy. The policy's name may be truncated, and ends in `-in` if it is inbound. */
const isNamedLike = (group: string, policy: string) =>
  group.startsWith(policy.replace(/-in$/, '')) && !/-local(?:-v[46])?$/.test(group)

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
