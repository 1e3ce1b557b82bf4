import type {
  AddressFamily,
  AddressPart,
  Entry,
  EntryService,
  Forgotten,
  MemberUnion,
  Notes,
  Place,
  PrefixSet,
  Range,
  Value,
} from 'tagwall/reader'
import { kit, tableOf, valueIn } from '../_kit/kit.ts'
import { Known, type ObjectContext } from '../_policies/known.ts'
import { textsOf, valuesOf } from './reader-fields.ts'
import type { Scope, Tree } from './reader-tree.ts'

/** The addresses of a name in one family. */
interface Found {
  readonly addresses: AddressPart
  /** True if an object is not in the files; a note says so. */
  readonly isOpen: boolean
  /** A virtual IP in it, which is open: traffic from outside that the device translates. */
  readonly virtual: string | undefined
  /** Of several names. */
  readonly members?: MemberUnion
}

/** One side of a policy in one family, everything that it refers to resolved. */
export interface Side extends Found {
  readonly addresses: PrefixSet
}

const TABLES_OF = {
  ipv4: { address: 'firewall address', group: 'firewall addrgrp', virtual: ['firewall vip', 'firewall vipgrp'] },
  ipv6: { address: 'firewall address6', group: 'firewall addrgrp6', virtual: ['firewall vip6', 'firewall vipgrp6'] },
} as const

const NOTHING: Found = { addresses: [], isOpen: false, virtual: undefined }
const UNKNOWN: Found = { ...NOTHING, isOpen: true }
/** The traffic of a service that cannot be followed. */
export const UNKNOWN_SERVICE: readonly EntryService[] = [{ protocol: 'any', ports: [], isPart: true }]

/** Behind every line of a script. */
export const EVERYWHERE: Place = { part: '', line: Number.POSITIVE_INFINITY }

/** The object with this name, in the first scope that has one. */
export function find(scopes: readonly Scope[], table: string, name: string): Entry | undefined {
  for (const { tables } of scopes) {
    const entry = tables.get(table)?.get(name)
    if (entry) return entry
  }
  return undefined
}

/** The addresses of one VDOM. */
export class Addresses extends Known<Entry> {
  private readonly unions = new WeakMap<PrefixSet, WeakMap<PrefixSet, PrefixSet>>()

  constructor(
    readonly scopes: readonly Scope[],
    notes: Notes,
    /** The tree of a script. */
    private readonly script: Tree | undefined,
    context: ObjectContext,
  ) {
    super(notes, context, (key) => {
      const [kind, name] = key.split('\n') as ['service' | AddressFamily, string]
      if (kind === 'service') return [find(scopes, 'firewall service group', name), UNKNOWN_SERVICE]
      return [find(scopes, TABLES_OF[kind].group, name), UNKNOWN]
    })
  }

  /** The addresses of the names in a field together. */
  of(family: AddressFamily, names: readonly Value[]): Side {
    // In a script each place counts, because an object may be defined between two uses of its name.
    if (this.isOrdered) return this.together(family, names)
    const key = [family, ...names.map(({ text }) => text), 'together'].join('\n')
    return this.found.of(key, () => this.together(family, names))
  }

  /** True if a name is a local object of the policy. */
  isLocalObject(family: AddressFamily, { text }: Value): boolean {
    if (text === 'all' || text === 'none') return false
    const { address, group } = TABLES_OF[family]
    return this.isObject(text, () => [address, group].some((table) => find(this.scopes, table, text)))
  }

  /** True if a name is a virtual IP or a group of virtual IPs. */
  isVirtual(family: AddressFamily, name: string): boolean {
    return TABLES_OF[family].virtual.some((table) => find(this.scopes, table, name))
  }

  /** Looks every object of a kind up, or those behind keys that were forgotten, for what there is to say about it. */
  check(family: AddressFamily, kind: 'address' | 'group', forgotten?: ReadonlySet<string>): void {
    const table = this.scopes[0]?.tables.get(TABLES_OF[family][kind])
    const names = forgotten ? Array.from(forgotten, (key) => key.slice(key.indexOf('\n') + 1)) : (table?.keys() ?? [])
    for (const text of names) if (table?.has(text)) this.named(family, { text, place: EVERYWHERE })
  }

  /** A cached union, because many policies use the same objects. */
  union(a: PrefixSet, b: PrefixSet): PrefixSet {
    const known = this.unions.get(a) ?? new WeakMap<PrefixSet, PrefixSet>()
    this.unions.set(a, known)
    const both = known.get(b) ?? kit.union([a, b])
    known.set(b, both)
    return both
  }

  /** Members that were known in a group, and are not open, are not asked again. */
  private together(family: AddressFamily, names: readonly Value[], last?: Forgotten<Found>): Side {
    const known = last?.value.isOpen ? undefined : last
    const members = known?.value.members ?? kit.memberUnion()
    const open: Found[] = []
    const addresses = members.of(names, known?.changed ?? [], (name) => {
      const found = this.named(family, name)
      if (found.isOpen) open.push(found)
      return found.addresses
    })
    const virtual = open.find((one) => one.virtual !== undefined)?.virtual
    return { addresses, members, isOpen: open.length > 0, virtual }
  }

  private named(family: AddressFamily, name: Value): Found {
    const { text, place } = name
    const { address, group } = TABLES_OF[family]
    const [object, other] = [find(this.scopes, address, text), find(this.scopes, group, text)]
    const entry = object ?? other
    if (object && other) this.notes.add(object.place, text, 'is the name of an address and of a group')
    if (this.isTooEarly(name, entry)) this.notes.add(place, text, 'names an address that does not exist yet')
    return this.found.of(`${family}\n${text}`, (last: Forgotten<Found> | undefined) => {
      this.found.uses(text)
      if (object) return this.object(family, object)
      return other ? this.group(family, other, last) : this.other(family, name)
    })
  }

  /** True if a script uses a name above its definition. */
  isTooEarly({ place }: Value, entry: Entry | undefined): boolean {
    return this.isOrdered && entry !== undefined && this.script?.isLater(entry.place, place) === true
  }

  /** Names of no address and no group. */
  private other(family: AddressFamily, { text, place }: Value): Found {
    if (text === 'all') return { ...NOTHING, addresses: kit.everything(family) }
    if (text === 'none') return NOTHING
    if (this.isVirtual(family, text)) return { ...UNKNOWN, virtual: text }
    const feed = find(this.scopes, 'system external-resource', text)
    if (feed) this.notes.add(feed.place, text, 'is a threat feed, whose addresses the device fetches')
    else this.notes.add(place, text, 'names an address that does not exist')
    return UNKNOWN
  }

  private group(family: AddressFamily, entry: Entry, last: Forgotten<Found> | undefined): Found {
    const { name, place, fields, notes } = entry
    this.notes.addAll(notes)
    if (fields.has('category')) this.notes.add(place, name, 'is a group of tags, not of addresses')
    const names = valuesOf(entry, 'member')
    if (names.length === 0) this.notes.add(place, name, 'is an empty group')
    if (textsOf(entry, 'exclude')[0] !== 'enable') return this.together(family, names, last)
    const members = this.together(family, names)
    const excluded = this.together(family, valuesOf(entry, 'exclude-member'))
    // An unknown exception may be all of it.
    const addresses = excluded.isOpen ? kit.empty : members.addresses.subtract(excluded.addresses)
    return { addresses, virtual: members.virtual, isOpen: members.isOpen || excluded.isOpen }
  }

  private object(family: AddressFamily, entry: Entry): Found {
    const { name, place } = entry
    this.notes.addAll(entry.notes)
    const type = textsOf(entry, 'type')[0] ?? (family === 'ipv4' ? 'ipmask' : 'ipprefix')
    const field = valueIn(FIELDS[family], type)
    if (field === undefined) {
      this.notes.add(place, name, `is an address of type ${type}, whose addresses are not in the configuration`)
      return UNKNOWN
    }
    const isRange = type === 'iprange'
    const values = (isRange ? ['start-ip', 'end-ip'] : [field]).flatMap((one) => textsOf(entry, one))
    if (values.length === 0 && !isRange) {
      // The default is every address, and a configuration does not show it.
      if (name === 'none') return NOTHING
      if (name !== 'all') this.notes.add(place, name, `has no ${field}, which the device reads as every address`)
      return { ...NOTHING, addresses: kit.everything(family) }
    }
    const block = blockOf(values, isRange)
    const about = [valuesOf(entry, field)[0]?.place ?? place, `${name}: ${values.join(' ')}`] as const
    if (block?.family !== family) {
      this.notes.add(...about, `is not an address of type ${type}`)
      return UNKNOWN
    }
    if (block.hasHostBits && this.isOrdered) this.notes.add(...about, 'has host bits set')
    if (name === 'none' && block.first === 0n && block.last === 0n) return NOTHING
    return { ...NOTHING, addresses: [block] }
  }
}

/** The field that holds the addresses of an object, by the object's type. */
const FIELDS = {
  ipv4: tableOf('ipmask=subnet iprange=start-ip wildcard=wildcard', String),
  ipv6: tableOf('ipprefix=ip6 iprange=start-ip', String),
}

/** The two ends of a range, an address with a length, or an address and a mask. */
function blockOf([first = '', second, ...more]: readonly string[], isRange: boolean) {
  if (more.length > 0) return undefined
  if (isRange)
    return { ...kit.rangeBetween(first, second ?? ''), hasHostBits: false } as Range & { hasHostBits: boolean }
  if (second !== undefined) return kit.maskedBlock(first, second)
  return first.includes('/') ? kit.blockOf(first) : undefined
}
