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
import { kit } from './kit.ts'
import type { Addresses, Side } from './reader-objects.ts'

const FIELDS = {
  ipv4: { source: 'srcaddr', destination: 'dstaddr' },
  ipv6: { source: 'srcaddr6', destination: 'dstaddr6' },
} as const
const ENDS = ['source', 'destination'] as const
type End = (typeof ENDS)[number]
const LOCAL: Readonly<Record<Direction, End>> = { outbound: 'source', inbound: 'destination' }
const REMOTE: Readonly<Record<Direction, End>> = { outbound: 'destination', inbound: 'source' }

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

/** Reads the sides of policies. */
export function sideReader(addresses: Addresses, context: ReaderContext, notes: Notes) {
  const { purpose, options } = context
  const isOn = flagReader(notes)
  const proves = purpose === 'prove'
  const everything = { ipv4: kit.everything('ipv4'), ipv6: kit.everything('ipv6') }

  /** The sides of a policy in one family; `directions` are those that its interfaces leave. */
  return (entry: Entry, family: AddressFamily, directions: readonly Direction[]): Sides[] => {
    const fields = FIELDS[family]
    const valuesOf = (end: End): readonly Value[] => entry.fields.get(fields[end]) ?? []
    const named = ENDS.filter((end) => valuesOf(end).length > 0)
    if (named.length === 0) return []
    const name = nameOf(entry)
    const [end] = named as [End]
    if (named.length === 1) {
      const other = fields[end === 'source' ? 'destination' : 'source']
      notes.add(entry.place, name, `has ${fields[end]} without ${other}`)
      return []
    }
    const ends = { source: readEnd('source'), destination: readEnd('destination') }
    if (ENDS.some((end) => isNothing(ends[end]))) return []
    const local = directions.length > 1 ? localEnd() : undefined
    return directions
      .filter((direction) => !local || LOCAL[direction] === local)
      .flatMap((direction): Sides[] => {
        const own = ends[LOCAL[direction]]
        const remote = remoteAt(REMOTE[direction])
        if (remote.virtual !== undefined)
          notes.add(entry.place, remote.virtual, 'is a virtual IP on the remote side, which is not followed')
        if (remote.addresses.isEmpty) return []
        const isAny = own.isOpen || own.addresses.equals(everything[family])
        const found = { addresses: own.addresses, objects: own.objects }
        return [{ direction, local: isAny ? undefined : found, remote: remote.addresses, isPart: own.isOpen }]
      })

    function readEnd(end: End): Ended {
      const objects = valuesOf(end).filter((value) => addresses.isLocalObject(family, value))
      const others = valuesOf(end).filter((value) => !objects.includes(value))
      // tagwall never writes both, so the object is a word too many.
      if (proves && objects[0] && others.some(({ text }) => text === 'all'))
        notes.add(objects[0].place, objects[0].text, 'stands beside all')
      const side = negate(end, addresses.of(family, others))
      // The complement of a local object is unknown.
      if (isNegated(end) && objects.length > 0) return { ...side, isOpen: true, objects: [] }
      return { ...side, objects: objects.map(({ text }) => text) }
    }

    function remoteAt(end: End): Side {
      const hasObjects = valuesOf(end).some((value) => addresses.isLocalObject(family, value))
      return hasObjects ? negate(end, addresses.of(family, valuesOf(end))) : ends[end]
    }

    /** The local side if the interfaces allow both directions; undefined if unknown. */
    function localEnd(): End | undefined {
      // The inbound policies of a script have separate ids.
      if (proves) return Number(entry.name) > Number(options.firstPolicyId) + 5000 ? 'destination' : 'source'
      const objects = ENDS.filter((end) => ends[end].objects.length > 0)
      if (objects.length === 1) return objects[0]
      // A virtual IP is a local address.
      if (ends.destination.virtual !== undefined) return 'destination'
      // The side that is restricted is the remote one, unless it is surely local.
      const open = ENDS.filter((end) => isAny(ends[end]))
      const [other] = ENDS.filter((end) => !open.includes(end))
      if (open.length === 1 && other && !kit.areLocal(ends[other].addresses, context.remotes)) return open[0]
      // In tagwall's own files, the group with the remote side is named like the policy.
      const own = ENDS.filter((end) => valuesOf(end).every(({ text }) => isNamedLike(text, name)))
      return own.length === 1 ? ENDS.find((end) => end !== own[0]) : undefined
    }

    function isAny({ addresses: all, objects, isOpen }: Ended): boolean {
      return !isOpen && objects.length === 0 && all.equals(everything[family])
    }

    function isNegated(end: End): boolean {
      return isOn(entry, `${fields[end]}-negate`)
    }

    function negate(end: End, side: Side): Side {
      const field = fields[end]
      if (isNegated(end)) return { ...side, addresses: everything[family].subtract(side.addresses) }
      const v4Field = field.replace(/6$/, '')
      const isClear = field === v4Field || entry.fields.has(`${field}-negate`)
      if (isClear || !isOn(entry, `${v4Field}-negate`)) return side
      const reason = `has ${v4Field}-negate; whether that goes for ${field} too depends on the version`
      notes.add(entry.place, name, reason)
      return { ...side, isOpen: true }
    }
  }
}

const isNothing = ({ addresses, isOpen, objects }: Ended) => !isOpen && objects.length === 0 && addresses.isEmpty

/** True if a group is named like a policy. The policy's name may be truncated, and ends in `-in` if it is inbound. */
const isNamedLike = (group: string, policy: string) =>
  group.startsWith(policy.replace(/-in$/, '')) && !/-local(?:-v[46])?$/.test(group)

/** The name of a policy. */
export const nameOf = ({ name, fields }: Entry) => fields.get('name')?.[0]?.text ?? `policy ${name}`

/** A reader for fields with two values: true if a field has the value `on`, whose opposite is the default. */
export function flagReader(notes: Notes) {
  return ({ name, place, fields }: Entry, field: string, on = 'enable', off = 'disable'): boolean => {
    const value = fields.get(field)?.[0]?.text ?? off
    if (value !== on && value !== off)
      notes.add(place, `edit ${name}`, `has ${field} ${kit.inShort(value)}, which is not understood`)
    return value === on
  }
}
