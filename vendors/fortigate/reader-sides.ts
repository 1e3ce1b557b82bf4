import type {
  AddressFamily,
  Direction,
  Entry,
  FoundLocal,
  Notes,
  PrefixSet,
  ReaderContext,
  Value,
} from 'tagwall/reader'
import { ENDS, type End, kit, LOCAL_END, REMOTE_END } from '../_kit/kit.ts'
import type { Addresses, Side } from './reader-objects.ts'

const FIELDS = {
  ipv4: { source: 'srcaddr', destination: 'dstaddr' },
  ipv6: { source: 'srcaddr6', destination: 'dstaddr6' },
} as const

/** The sides of a policy in one direction and family. */
export interface Sides {
  readonly direction: Direction
  /** Undefined: any local address. */
  readonly local: FoundLocal | undefined
  readonly remote: PrefixSet
  /** True if the policy covers only an unknown part of the local side. */
  readonly isPart: boolean
}

/** The source or destination of a policy, with its local objects separate. */
interface Ended extends Side {
  readonly objects: readonly string[]
}

/** The context in which policies are read. */
export interface SideParts {
  readonly addresses: Addresses
  readonly context: ReaderContext
  readonly notes: Notes
}

/** The sides of one policy in one family. */
export class PolicySides {
  private readonly everything: PrefixSet
  private readonly ends: Readonly<Record<End, Ended>> | undefined

  constructor(
    private readonly parts: SideParts,
    private readonly entry: Entry,
    private readonly family: AddressFamily,
  ) {
    this.everything = kit.everything(family)
    const [end, other] = ENDS.filter((end) => this.valuesOf(end).length > 0)
    if (end && !other) {
      const missing = end === 'source' ? 'destination' : 'source'
      this.note(nameOf(entry), `has ${this.fieldOf(end)} without ${this.fieldOf(missing)}`)
    }
    if (other) this.ends = { source: this.readEnd('source'), destination: this.readEnd('destination') }
  }

  /** The sides in each of the directions that the interfaces of the policy leave. */
  in(directions: readonly Direction[]): Sides[] {
    const ends = this.ends
    if (!ends || ENDS.some((end) => isNothing(ends[end]))) return []
    const local = directions.length > 1 ? this.localEnd(ends) : undefined
    return directions
      .filter((direction) => !local || LOCAL_END[direction] === local)
      .flatMap((direction): Sides[] => {
        const own = ends[LOCAL_END[direction]]
        const remote = this.remoteAt(REMOTE_END[direction], ends)
        if (remote.virtual !== undefined)
          this.note(remote.virtual, 'is a virtual IP on the remote side, which is not followed')
        if (remote.addresses.isEmpty) return []
        const isAny = own.isOpen || own.addresses.equals(this.everything)
        const found = { addresses: own.addresses, objects: own.objects }
        return [{ direction, local: isAny ? undefined : found, remote: remote.addresses, isPart: own.isOpen }]
      })
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
    const values = this.valuesOf(end)
    const objects = values.filter((value) => addresses.isLocalObject(this.family, value))
    const others = values.filter((value) => !objects.includes(value))
    // tagwall never writes both, so the object is a word too many.
    if (context.purpose === 'prove' && objects[0] && others.some(({ text }) => text === 'all'))
      notes.add(objects[0].place, objects[0].text, 'is in a list with all')
    const side = this.negate(end, addresses.of(this.family, others))
    // The complement of a local object is unknown.
    if (this.isNegated(end) && objects.length > 0) return { ...side, isOpen: true, objects: [] }
    return { ...side, objects: objects.map(({ text }) => text) }
  }

  private remoteAt(end: End, ends: Readonly<Record<End, Ended>>): Side {
    const { addresses } = this.parts
    const values = this.valuesOf(end)
    const hasObjects = values.some((value) => addresses.isLocalObject(this.family, value))
    return hasObjects ? this.negate(end, addresses.of(this.family, values)) : ends[end]
  }

  /** The local side if the interfaces allow both directions; undefined if unknown. */
  private localEnd(ends: Readonly<Record<End, Ended>>): End | undefined {
    const { purpose, options, remotes } = this.parts.context
    // The inbound policies of a script have separate ids.
    if (purpose === 'prove')
      return Number(this.entry.name) > Number(options.firstPolicyId) + 5000 ? 'destination' : 'source'
    const objects = ENDS.filter((end) => ends[end].objects.length > 0)
    if (objects.length === 1) return objects[0]
    // A virtual IP is a local address.
    if (ends.destination.virtual !== undefined) return 'destination'
    // The side that is restricted is the remote one, unless it is surely local.
    const open = ENDS.filter((end) => this.isAny(ends[end]))
    const [other] = ENDS.filter((end) => !open.includes(end))
    if (open.length === 1 && other && !kit.areLocal(ends[other].addresses, remotes)) return open[0]
    // In tagwall's own files, the group with the remote side is named like the policy.
    const name = nameOf(this.entry)
    const own = ENDS.filter((end) => this.valuesOf(end).every(({ text }) => isNamedLike(text, name)))
    return own.length === 1 ? ENDS.find((end) => end !== own[0]) : undefined
  }

  private isAny({ addresses, objects, isOpen }: Ended): boolean {
    return !isOpen && objects.length === 0 && addresses.equals(this.everything)
  }

  private isNegated(end: End): boolean {
    return isOn(this.entry, `${this.fieldOf(end)}-negate`, this.parts.notes)
  }

  private negate(end: End, side: Side): Side {
    const field = this.fieldOf(end)
    if (this.isNegated(end)) return { ...side, addresses: this.everything.subtract(side.addresses) }
    const v4Field = field.replace(/6$/, '')
    const isClear = field === v4Field || this.entry.fields.has(`${field}-negate`)
    if (isClear || !isOn(this.entry, `${v4Field}-negate`, this.parts.notes)) return side
    this.note(nameOf(this.entry), `has ${v4Field}-negate; whether this applies to ${field} too depends on the version`)
    return { ...side, isOpen: true }
  }
}

const isNothing = ({ addresses, isOpen, objects }: Ended) => !isOpen && objects.length === 0 && addresses.isEmpty

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
