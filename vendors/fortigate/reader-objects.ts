import type { AddressFamily, Note, Place, PrefixSet, Range, ReaderKit } from 'tagwall/reader'
import type { Entry, Field, Scope, Table } from './reader-tree.ts'

/** One side of a policy in one family, everything that it refers to resolved. */
export interface Side {
  /** Of one object they are made when they are asked for, so that `...` copies none. */
  readonly addresses: PrefixSet
  /** The same where it is a single range: many of them make one set together. */
  readonly range?: Range
  /** Whether some of it is not known here, which a note says. */
  readonly isOpen: boolean
  /** A virtual IP in it: traffic from outside that the device translates. */
  readonly virtual: string | undefined
}

const TABLES_OF = {
  ipv4: { address: 'firewall address', group: 'firewall addrgrp', virtual: ['firewall vip', 'firewall vipgrp'] },
  ipv6: { address: 'firewall address6', group: 'firewall addrgrp6', virtual: ['firewall vip6', 'firewall vipgrp6'] },
} as const

/** Groups in groups beyond this depth are not followed. */
export const DEEPEST = 100

/** The addresses of one VDOM. Notes come up where an object is used, once each. */
export class Addresses {
  private readonly known = { ipv4: new Map<string, Side>(), ipv6: new Map<string, Side>() }
  private readonly lists = new Map<string, Side>()
  private readonly open = new Set<Entry>()
  /** By the name of a member, the names of the groups that it was looked up for. */
  private readonly users = new Map<string, Set<string>>()
  private readonly unions = new WeakMap<PrefixSet, WeakMap<PrefixSet, PrefixSet>>()
  private readonly nothing: Side

  constructor(
    private readonly scopes: readonly Scope[],
    private readonly kit: ReaderKit,
    private readonly notes: Notes,
    /** A script is executed line by line: what a line names must be there before it. */
    private readonly isScript: boolean,
  ) {
    this.nothing = { addresses: kit.empty, isOpen: false, virtual: undefined }
  }

  /** The addresses that the names in `field` stand for together. */
  of(family: AddressFamily, field: Field, depth = 0): Side {
    // In a script each place counts, as a name may be known at one and not yet at the other.
    const key = this.isScript ? undefined : `${family}\n${field.values.join('\n')}`
    const found = key === undefined ? undefined : this.lists.get(key)
    if (found) return found
    const sides = field.values.map((name, index) => this.named(family, name, field.places[index] as Place, depth))
    const [only] = sides
    const side =
      only && sides.length === 1
        ? only
        : {
            addresses: this.together(sides),
            isOpen: sides.some(({ isOpen }) => isOpen),
            virtual: sides.find(({ virtual }) => virtual !== undefined)?.virtual,
          }
    if (key !== undefined) this.lists.set(key, side)
    return side
  }

  /** Looks every object of a table up, for what there is to say about it. */
  check(family: AddressFamily, objects: Table): void {
    for (const { name } of objects.values()) this.named(family, name, EVERYWHERE, 0)
  }

  /**
   * Looks a name up anew when it is asked for next, and every group that it is in. What is not forgotten is the same set
   * as before. A note comes up once, so that after one nothing that is known may be used again.
   */
  forget(name: string): void {
    this.lists.clear()
    const isKnown = [this.known.ipv4, this.known.ipv6].map((known) => known.delete(name)).includes(true)
    if (isKnown) for (const group of this.users.get(name) ?? []) this.forget(group)
  }

  /** Many policies are about the same objects. */
  union(a: PrefixSet, b: PrefixSet): PrefixSet {
    const known = this.unions.get(a) ?? new WeakMap<PrefixSet, PrefixSet>()
    this.unions.set(a, known)
    const both = known.get(b) ?? this.kit.union([a, b])
    known.set(b, both)
    return both
  }

  private together(sides: readonly Side[]): PrefixSet {
    const ranges = sides.flatMap(({ range }) => range ?? [])
    const sets = sides.flatMap((side) => (side.range ? [] : side.addresses))
    const ofRanges = this.kit.setOfRanges(ranges)
    return sets.length === 0 ? ofRanges : this.kit.union([ofRanges, ...sets])
  }

  private named(family: AddressFamily, name: string, place: Place, depth: number): Side {
    const { address, group, virtual } = TABLES_OF[family]
    const object = this.find(address, name)
    const entry = object ?? this.find(group, name)
    const known = this.known[family].get(name)
    if (object && !known && this.find(group, name))
      this.notes.once(object.place, name, 'is the name of an address and of a group')
    if (entry && this.isScript && entry.place.line > place.line) {
      this.notes.once(place, name, 'names an address that is not there yet')
    }
    if (known) return known
    const side = object
      ? this.object(family, object)
      : entry
        ? this.group(family, entry, place, depth)
        : this.other(family, name, place, virtual)
    this.known[family].set(name, side)
    return side
  }

  /** Names of no address and no group. */
  private other(family: AddressFamily, name: string, place: Place, virtual: readonly string[]): Side {
    if (name === 'all') return { ...this.nothing, addresses: this.kit.everything(family) }
    if (name === 'none') return this.nothing
    if (virtual.some((table) => this.find(table, name))) return { ...this.nothing, isOpen: true, virtual: name }
    const feed = this.find('system external-resource', name)
    if (feed) this.notes.once(feed.place, name, 'is a threat feed, whose addresses the device fetches')
    else this.notes.once(place, name, 'names an address that is not there')
    return { ...this.nothing, isOpen: true }
  }

  private group(family: AddressFamily, entry: Entry, place: Place, depth: number): Side {
    this.notes.addAll(entry.odd)
    if (this.open.has(entry) || depth > DEEPEST) {
      const reason = depth > DEEPEST ? 'is in too many groups within groups' : 'is a group that is a member of itself'
      this.notes.once(depth > DEEPEST ? place : entry.place, entry.name, reason)
      return { ...this.nothing, isOpen: true }
    }
    if (entry.fields.has('category')) this.notes.once(entry.place, entry.name, 'is a group of tags, not of addresses')
    this.open.add(entry)
    // What a script says is never looked up anew.
    if (!this.isScript)
      for (const field of ['member', 'exclude-member']) this.noteUser(entry.name, entry.fields.get(field)?.values ?? [])
    const members = this.of(family, entry.fields.get('member') ?? NO_FIELD, depth + 1)
    const excluded =
      entry.fields.get('exclude')?.values[0] === 'enable'
        ? this.of(family, entry.fields.get('exclude-member') ?? NO_FIELD, depth + 1)
        : undefined
    this.open.delete(entry)
    if (!entry.fields.get('member')?.values.length) this.notes.once(entry.place, entry.name, 'is a group of nothing')
    if (!excluded) return members
    const addresses = members.addresses.subtract(excluded.addresses)
    return { addresses, isOpen: members.isOpen || excluded.isOpen, virtual: members.virtual }
  }

  private noteUser(group: string, members: readonly string[]): void {
    for (const member of members) {
      const users = this.users.get(member) ?? new Set()
      this.users.set(member, users.add(group))
    }
  }

  private object(family: AddressFamily, entry: Entry): Side {
    const { name, fields, place, odd } = entry
    if (odd.length > 0) this.notes.addAll(odd)
    const type = fields.get('type')?.values[0] ?? (family === 'ipv4' ? 'ipmask' : 'ipprefix')
    const valuesOf = (field: string) => fields.get(field)?.values ?? []
    const field = FIELDS[family].get(type)
    if (field === undefined) {
      this.notes.once(place, name, `is an address of type ${type}, whose addresses are not in the configuration`)
      return { ...this.nothing, isOpen: true }
    }
    const values = type === 'iprange' ? [...valuesOf('start-ip'), ...valuesOf('end-ip')] : valuesOf(field)
    if (values.length === 0 && type !== 'iprange') {
      // The default is every address, and a configuration does not show it.
      if (name === 'none') return this.nothing
      if (name !== 'all') this.notes.once(place, name, `has no ${field}, which the device takes as every address`)
      return { ...this.nothing, addresses: this.kit.everything(family) }
    }
    const isWhole = type === 'iprange' || values.length > 1 || values[0]?.includes('/')
    const block = type === 'iprange' ? rangeBetween(values, this.kit) : blockOf(values, this.kit)
    const range = isWhole ? block : undefined
    if (range?.family !== family) {
      this.notes.once(
        fields.get(field)?.place ?? place,
        `${name}: ${values.join(' ')}`,
        `is not an address of type ${type}`,
      )
      return { ...this.nothing, isOpen: true }
    }
    if (range.hasHostBits && this.isScript) {
      this.notes.once(fields.get(field)?.place ?? place, `${name}: ${values.join(' ')}`, 'has host bits set')
    }
    if (name === 'none' && range.first === 0n && range.last === 0n) return this.nothing
    return new Single(range, this.kit)
  }

  private find(table: string, name: string): Entry | undefined {
    // By hand: it is asked several times for each name, and an iterator takes longer than it does.
    for (let index = 0; index < this.scopes.length; index++) {
      const entry = this.scopes[index]?.tables.get(table)?.get(name)
      if (entry) return entry
    }
    return undefined
  }
}

/** One range, which becomes a set when it is asked for alone. */
class Single implements Side {
  readonly isOpen = false
  readonly virtual = undefined

  constructor(
    readonly range: Range,
    private readonly kit: ReaderKit,
  ) {}

  get addresses() {
    return this.kit.setOfRanges([this.range])
  }
}

/** Which field holds the addresses of an object, by its type. */
const FIELDS: Readonly<Record<AddressFamily, ReadonlyMap<string, string>>> = {
  ipv4: new Map([
    ['ipmask', 'subnet'],
    ['iprange', 'start-ip'],
    ['wildcard', 'wildcard'],
  ]),
  ipv6: new Map([
    ['ipprefix', 'ip6'],
    ['iprange', 'start-ip'],
  ]),
}

/** Behind every line of a script. */
export const EVERYWHERE: Place = { part: '', line: Number.POSITIVE_INFINITY }

const NO_FIELD: Field = { values: [], places: [], place: { part: '', line: 0 } }

type Block = Range & { readonly hasHostBits: boolean }

/** `192.0.2.0 255.255.255.0`, `192.0.2.0/24`, `2001:db8::/32`, or one address; as the device does, without host bits. */
export function blockOf(values: readonly string[], kit: ReaderKit): Block | undefined {
  const text = values[0] ?? ''
  const mask = values[1]
  const slash = text.indexOf('/')
  const host = addressOf(slash < 0 ? text : text.slice(0, slash), kit)
  if (!host || values.length > 2 || (slash >= 0 && mask !== undefined)) return undefined
  const bits = host.family === 'ipv4' ? 32 : 128
  const length = slash < 0 ? `${bits}` : text.slice(slash + 1)
  const hostBits = mask === undefined ? hostBitsOf(length, bits) : hostBitsOfMask(mask, kit)
  if (hostBits === undefined) return undefined
  const first = host.address & ~hostBits
  return { family: host.family, first, last: first | hostBits, hasHostBits: first !== host.address }
}

export function rangeBetween(values: readonly string[], kit: ReaderKit): Block | undefined {
  const [first, last, ...more] = values.map((value) => addressOf(value, kit))
  if (!first || !last || more.length > 0 || first.family !== last.family || first.address > last.address) {
    return undefined
  }
  return { family: first.family, first: first.address, last: last.address, hasHostBits: false }
}

function addressOf(text: string, kit: ReaderKit) {
  if (text.includes('/')) return undefined
  try {
    return kit.parsePrefixOrAddress(text)
  } catch {
    return undefined
  }
}

function hostBitsOf(length: string, bits: number): bigint | undefined {
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits) return undefined
  return (1n << BigInt(bits - Number(length))) - 1n
}

function hostBitsOfMask(text: string, kit: ReaderKit): bigint | undefined {
  const mask = addressOf(text, kit)
  if (mask?.family !== 'ipv4') return undefined
  const hostBits = mask.address ^ 0xffff_ffffn
  // Only a mask whose ones come first is a prefix.
  return (hostBits & (hostBits + 1n)) === 0n ? hostBits : undefined
}

/** Notes in the order in which they came up, each once. */
export class Notes {
  readonly all: Note[] = []
  private readonly said = new Set<string>()

  once(place: Place, text: string, reason: string): void {
    this.addAll([{ place, text, reason }])
  }

  addAll(notes: readonly Note[]): void {
    for (const note of notes) {
      const key = `${note.place.part}\n${note.place.line}\n${note.text}\n${note.reason}`
      if (!this.said.has(key)) this.all.push(note)
      this.said.add(key)
    }
  }
}
