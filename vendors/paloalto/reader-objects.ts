import type { Note, Place, PortRange, Prefix, PrefixSet, Protocol, Range, ReaderKit } from 'tagwall/reader'
import type { Entry, Section, Tree, Value } from './reader-tree.ts'

/** Ports of one protocol that a rule is about. */
export interface Ports {
  readonly protocol: Protocol | 'any'
  readonly ports: readonly PortRange[]
  /** Whether the rule is about only some of the traffic to these ports. */
  readonly isPart: boolean
}

const EVERY_PORT: PortRange = { first: 0, last: 65535 }
const PREDEFINED: Readonly<Record<string, readonly PortRange[]>> = {
  'service-http': [portOf(80), portOf(8080)],
  'service-https': [portOf(443)],
}
/** Deeper nesting is far beyond what PAN-OS takes. */
const DEEPEST = 64

/** Looks up what rules refer to. Each object is read once, and only when it is used. */
export class Objects {
  private readonly ranges = new Map<Entry, readonly Range[]>()
  private readonly groups = new Map<Entry, PrefixSet | 'open'>()
  private readonly lists = new Map<string, PrefixSet>()
  private readonly services = new Map<Entry, readonly Ports[] | 'open'>()
  private readonly used = new Set<Entry>()
  /** By the name of a member, the groups that it was looked up for. */
  private readonly users = new Map<string, Set<Entry>>()
  private readonly chains = new Map<string, readonly string[]>()

  constructor(
    private readonly tree: Tree,
    private readonly kit: ReaderKit,
    private readonly note: (note: Note) => void,
    /** Whether what is used must come before its use: in an earlier file, or, for commands, above it in the same. */
    private readonly order: 'lines' | 'files' | undefined,
  ) {}

  /** The scopes in which a name in `scope` is looked up, in this order. */
  chainOf(scope: string): readonly string[] {
    const known = this.chains.get(scope)
    if (known) return known
    const chain: string[] = []
    for (let at: string | undefined = scope; at && !chain.includes(at); at = this.tree.parents.get(at)) chain.push(at)
    if (scope.startsWith('vsys ')) chain.push(`panorama ${scope}`)
    const whole = [...new Set([...chain, ...(/^(?:vsys|panorama)/.test(scope) ? ['panorama'] : []), 'shared'])]
    this.chains.set(scope, whole)
    return whole
  }

  /** Says what was not understood of something that is used. */
  use(entry: Entry): void {
    if (this.used.has(entry)) return
    this.used.add(entry)
    for (const problem of entry.problems) this.note(problem)
  }

  /**
   * Reads an entry anew when it is used next, and every group that has a member of its name. What is not forgotten is the
   * same set as before. A note comes up once, so that after one nothing that is known may be used again.
   */
  forget(entry: Entry): void {
    this.lists.clear()
    this.services.clear()
    this.ranges.delete(entry)
    this.groups.delete(entry)
    const users = this.users.get(entry.name) ?? []
    // Noted again when they are read.
    this.users.delete(entry.name)
    for (const group of users) this.forget(group)
  }

  /** The addresses of a rule's source or destination. */
  addressesOf(members: readonly Value[], scope: string): PrefixSet {
    const key = [scope, ...members.map(({ text }) => text)].join('\n')
    const known = this.lists.get(key)
    if (known) return known
    const set = this.union(members, scope, 0)
    this.lists.set(key, set)
    return set
  }

  private union(members: readonly Value[], scope: string, depth: number): PrefixSet {
    const texts = this.prefixesOf(members, scope)
    return (texts && this.kit.setOfTexts(texts)) ?? this.unionOneByOne(members, scope, depth)
  }

  /** What members say that are all address objects of the scope itself, with nothing to note about any: those of a group mostly are. */
  private prefixesOf(members: readonly Value[], scope: string): string[] | undefined {
    const objects = this.tree.section(scope, 'address')
    const texts: string[] = []
    for (const { text, place } of members) {
      const entry = text === 'any' ? undefined : objects?.get(text)
      const prefix = entry?.fields.get('ip-netmask')?.[0]?.text
      if (!entry || prefix === undefined || entry.problems.length > 0) return undefined
      // `::/0` is every address of both families.
      if (prefix.endsWith('/0') || (this.order && this.isLater(entry.place, place))) return undefined
      texts.push(prefix)
    }
    return texts
  }

  private unionOneByOne(members: readonly Value[], scope: string, depth: number): PrefixSet {
    const sets: PrefixSet[] = []
    const ranges: Range[] = []
    for (const member of members) {
      const found = this.addressOf(member, scope, depth)
      if (Array.isArray(found)) for (const range of found) ranges.push(range)
      else sets.push(found as PrefixSet)
    }
    if (ranges.length === 0 && sets.length === 1) return sets[0] as PrefixSet
    const ofRanges = this.kit.setOfRanges(ranges)
    return sets.length === 0 ? ofRanges : this.kit.union([ofRanges, ...sets])
  }

  private addressOf(member: Value, scope: string, depth: number): readonly Range[] | PrefixSet {
    if (member.text === 'any')
      return depth === 0 ? this.kit.everything() : this.unknown(member, 'is not a member of a group')
    for (const place of this.chainOf(scope)) {
      const address = this.find(place, 'address', member)
      if (address) return this.rangesOf(address)
      const group = this.find(place, 'address-group', member)
      if (group) return this.groupOf(group, member, depth)
      if (this.find(place, 'other', member))
        return this.unknown(member, 'is a list or region: its addresses are not known here')
    }
    const literal = depth === 0 ? rangesOfText(member.text, this.kit) : undefined
    if (literal) return literal
    const isRegion = /^[A-Z]{2}$/.test(member.text)
    return this.unknown(
      member,
      isRegion ? 'is a region: its addresses are not known here' : 'names an address that is not there',
    )
  }

  private rangesOf(entry: Entry): readonly Range[] {
    const known = this.ranges.get(entry)
    if (known) return known
    this.use(entry)
    const { fields } = entry
    const value = fields.get('ip-netmask')?.[0] ?? fields.get('ip-range')?.[0]
    const ranges = value && rangesOfText(value.text, this.kit)
    if (!ranges) {
      const named = value ?? fields.get('fqdn')?.[0] ?? fields.get('ip-wildcard')?.[0]
      if (value) this.unknown(value, 'is not an address, prefix or range')
      else if (!named) this.unknown({ text: entry.name, place: entry.place }, 'is an address object without an address')
      else if (fields.has('fqdn')) this.unknown(named, 'is a domain name: its addresses are not known here')
      else this.unknown(named, 'is a wildcard mask, which is not followed')
    }
    this.ranges.set(entry, ranges ?? [])
    return ranges ?? []
  }

  private groupOf(entry: Entry, member: Value, depth: number): PrefixSet {
    const known = this.groups.get(entry)
    if (known === 'open') return this.unknown(member, 'is a group that contains itself')
    if (known) return known
    if (depth > DEEPEST) return this.unknown(member, 'is nested too deep')
    this.use(entry)
    this.groups.set(entry, 'open')
    const members = entry.fields.get('static')
    if (!members) {
      const isDynamic = entry.fields.has('dynamic')
      this.unknown(
        { text: entry.name, place: entry.place },
        isDynamic ? 'is a dynamic group: its addresses are not known here' : 'is a group without members',
      )
    }
    // What is proved as a whole is never read anew.
    if (!this.order)
      for (const { text } of members ?? []) this.users.set(text, (this.users.get(text) ?? new Set()).add(entry))
    const set = this.union(members ?? [], entry.scope, depth + 1)
    this.groups.set(entry, set)
    return set
  }

  /** The ports of a rule's services. */
  portsOf(members: readonly Value[], scope: string): readonly Ports[] {
    if (members.some(({ text }) => text === 'any')) return [{ protocol: 'any', ports: [EVERY_PORT], isPart: false }]
    return gather(members.flatMap((member) => this.serviceOf(member, scope, 0)))
  }

  private serviceOf(member: Value, scope: string, depth: number): readonly Ports[] {
    if (member.text === 'application-default') return [{ protocol: 'any', ports: [EVERY_PORT], isPart: true }]
    for (const place of this.chainOf(scope)) {
      const service = this.find(place, 'service', member)
      const entry = service ?? this.find(place, 'service-group', member)
      if (!entry) continue
      const known = this.services.get(entry)
      if (known && known !== 'open') return known
      if (known || depth > DEEPEST) {
        this.unknown(member, known ? 'is a group that contains itself' : 'is nested too deep')
        return []
      }
      this.use(entry)
      this.services.set(entry, 'open')
      const members = entry.fields.get('members') ?? []
      const ports = service
        ? this.portsOfService(entry)
        : gather(members.flatMap((next) => this.serviceOf(next, entry.scope, depth + 1)))
      if (!service && members.length === 0)
        this.unknown({ text: entry.name, place: entry.place }, 'is a group without members')
      this.services.set(entry, ports)
      return ports
    }
    const predefined = Object.hasOwn(PREDEFINED, member.text) ? PREDEFINED[member.text] : undefined
    if (predefined) return [{ protocol: 'tcp', ports: predefined, isPart: false }]
    this.unknown(member, 'names a service that is not there')
    return []
  }

  private portsOfService({ name, place, fields }: Entry): readonly Ports[] {
    const [protocol, port, source] = ['protocol', 'port', 'source-port'].map((field) => fields.get(field)?.[0])
    const own = { text: name, place }
    if (protocol?.text === 'sctp') return []
    if ((protocol?.text !== 'tcp' && protocol?.text !== 'udp') || !port) {
      this.unknown(own, 'is a service without a protocol and ports')
      return []
    }
    const ports = portRangesOf(port.text)
    if (!ports) this.unknown(port, 'is not a list of ports')
    const asks = source !== undefined && !/^(?:0|1)-65535$/.test(source.text)
    if (asks) this.unknown(source, 'asks for source ports, which is not followed')
    return ports ? [{ protocol: protocol.text, ports, isPart: asks }] : []
  }

  private find(scope: string, section: Section, { text, place }: Value): Entry | undefined {
    const entry = this.tree.section(scope, section)?.get(text)
    if (entry && this.order && this.isLater(entry.place, place)) {
      this.note({ place, text, reason: 'is used before it is there' })
    }
    return entry
  }

  private isLater(a: Place, b: Place): boolean {
    if (a.part === b.part) return this.order === 'lines' && a.line > b.line
    return this.tree.files.indexOf(a.part) > this.tree.files.indexOf(b.part)
  }

  private unknown({ text, place }: Value, reason: string): PrefixSet {
    this.note({ place, text, reason })
    return this.kit.empty
  }
}

/** Also with host bits, which the device masks. `::/0` is every address of both families there. */
export function rangesOfText(text: string, kit: ReaderKit): readonly Range[] | undefined {
  try {
    return rangesOfPrefix(kit.parsePrefix(text), kit)
  } catch {
    // With host bits, without a length, or two ends.
  }
  try {
    const dash = text.indexOf('-')
    if (dash >= 0) {
      const [from, to] = [text.slice(0, dash), text.slice(dash + 1)].map((end) => kit.rangeOf(plain(end, kit)))
      if (!from || !to || from.family !== to.family || from.first > to.last) return undefined
      return [{ family: from.family, first: from.first, last: to.last }]
    }
    const slash = text.indexOf('/')
    if (slash < 0) return [kit.rangeOf(plain(text, kit))]
    const { family, address } = plain(text.slice(0, slash), kit)
    const { length } = kit.parsePrefix(`${family === 'ipv4' ? '0.0.0.0' : '::'}${text.slice(slash)}`)
    if (length === 0) return rangesOfPrefix({ family, address: 0n, length }, kit)
    const hostBits = kit.rangeOf({ family, address: 0n, length }).last
    return [kit.rangeOf({ family, address: address & ~hostBits, length })]
  } catch {
    return undefined
  }
}

function rangesOfPrefix(prefix: Prefix, kit: ReaderKit): readonly Range[] {
  return prefix.family === 'ipv6' && prefix.length === 0 ? kit.everything().ranges : [kit.rangeOf(prefix)]
}

function plain(text: string, kit: ReaderKit) {
  if (text.includes('/')) throw new Error(`"${text}" is not an address`)
  return kit.parsePrefixOrAddress(text)
}

function portRangesOf(text: string): PortRange[] | undefined {
  const ranges = text.split(',').map((run) => {
    const [, first, last] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(run) ?? []
    return { first: Number(first), last: Number(last ?? first) }
  })
  return ranges.every(({ first, last }) => first <= last && last <= 65535) ? sorted(ranges) : undefined
}

/** One for each protocol, whole or part. */
function gather(found: readonly Ports[]): readonly Ports[] {
  if (found.length < 2) return found
  const byKind = new Map<string, Ports[]>()
  for (const ports of found) {
    const kind = `${ports.protocol} ${ports.isPart}`
    byKind.set(kind, [...(byKind.get(kind) ?? []), ports])
  }
  return [...byKind.values()].map((same) => ({
    ...(same[0] as Ports),
    ports: sorted(same.flatMap(({ ports }) => ports)),
  }))
}

function sorted(ranges: readonly PortRange[]): PortRange[] {
  const merged: PortRange[] = []
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1)
    if (before && range.first <= before.last + 1)
      merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) }
    else merged.push(range)
  }
  return merged
}

function portOf(port: number): PortRange {
  return { first: port, last: port }
}
