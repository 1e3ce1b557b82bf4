import type { AddressPart, EntryService, Forgotten, MemberUnion, Notes, PrefixSet, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { Known, type ObjectContext } from '../_policies/known.ts'
import { type Entry, valuesIn } from './reader-scopes.ts'
import type { Section } from './reader-sections.ts'
import type { Tree } from './reader-tree.ts'

/** The addresses of a name in one scope; of a group also its members. */
interface Addresses {
  readonly part: AddressPart
  readonly members?: MemberUnion
}

const ADDRESS_SECTIONS = ['address', 'address-group', 'other'] as const
/** The prefix of the keys of services. */
const SERVICE = 'service '

/** Looks up what rules refer to. */
export class Objects extends Known<Entry> {
  private readonly chains = new Map<string, readonly string[]>()

  constructor(
    private readonly tree: Tree,
    notes: Notes,
    context: ObjectContext,
  ) {
    super(notes, context, (key) => {
      const isService = key.startsWith(SERVICE)
      const [scope, name] = key.slice(isService ? SERVICE.length : 0).split('\n') as [string, string]
      const group = tree.scopes.section(scope, isService ? 'service-group' : 'address-group')?.get(name)
      return [group, isService ? [] : { part: [] }]
    })
  }

  /** The scopes in which a name in `scope` is looked up, in this order. */
  chainOf(scope: string): readonly string[] {
    const chain = this.chains.get(scope) ?? this.tree.scopes.chainOf(scope)
    this.chains.set(scope, chain)
    return chain
  }

  /** The addresses of a rule's source or destination. */
  addressesOf(members: readonly Value[], scope: string): { addresses: PrefixSet; isOpen: boolean } {
    const key = [scope, ...members.map(({ text }) => text), 'together'].join('\n')
    const addresses = this.found.of(key, () => kit.union(members.map((member) => this.addressOf(member, scope, false))))
    return { addresses, isOpen: this.found.isOpen(key) }
  }

  /** True if a name is a local object of the policy. */
  isLocalObject({ text }: Value, scope: string): boolean {
    if (text === 'any') return false
    const isAt = (place: string) =>
      ADDRESS_SECTIONS.some((section) => this.tree.scopes.section(place, section)?.has(text))
    return this.isObject(text, () => this.chainOf(scope).some(isAt) || partOfText(text) !== undefined)
  }

  private addressOf(member: Value, scope: string, isInGroup: boolean): AddressPart {
    const { text } = member
    if (text === 'any') return isInGroup ? this.unknown(member, 'is not a member of a group') : kit.everything()
    this.found.uses(text)
    for (const place of this.chainOf(scope)) {
      const address = this.find(place, 'address', member)
      if (address) return this.partOf(address)
      const group = this.find(place, 'address-group', member)
      if (group)
        return this.found.of(keyOf(group), (last: Forgotten<Addresses> | undefined) => this.groupOf(group, last)).part
      if (this.find(place, 'other', member))
        return this.unknown(member, 'is a list or region, whose addresses are unknown')
    }
    const isRegion = /^[A-Z]{2}$/.test(text)
    const reason = isRegion ? 'is a region, whose addresses are unknown' : 'names an address that does not exist'
    return (isInGroup ? undefined : partOfText(text)) ?? this.unknown(member, reason)
  }

  private partOf(entry: Entry): AddressPart {
    const value = valuesIn(entry, 'ip-netmask')[0] ?? valuesIn(entry, 'ip-range')[0]
    const part = value && partOfText(value.text)
    if (part) return part
    if (value) return this.unknown(value, 'is not an address, prefix or range')
    const [[fqdn], [wildcard]] = [valuesIn(entry, 'fqdn'), valuesIn(entry, 'ip-wildcard')] as const
    if (fqdn) return this.unknown(fqdn, 'is a domain name, whose addresses are unknown')
    if (wildcard) return this.unknown(wildcard, 'is a wildcard mask, which is not followed')
    return this.unknown(named(entry), 'is an address object without an address')
  }

  private groupOf(entry: Entry, last: Forgotten<Addresses> | undefined): Addresses {
    const { name, scope, fields } = entry
    this.found.uses(name)
    if (fields.static) {
      const members = last?.value.members ?? kit.memberUnion()
      const part = members.of(valuesIn(entry, 'static'), last?.changed ?? [], (member) =>
        this.addressOf(member, scope, true),
      )
      return { members, part }
    }
    const reason = fields.dynamic ? 'is a dynamic group, whose addresses are unknown' : 'is a group without members'
    return { part: this.unknown(named(entry), reason) }
  }

  /** The ports of a rule's services. */
  portsOf(members: readonly Value[], scope: string): readonly EntryService[] {
    const { everyPort: ports, joinServices } = kit
    if (members.some(({ text }) => text === 'any')) return [{ protocol: 'any', ports, isPart: false }]
    return joinServices(members.flatMap((member) => this.serviceOf(member, scope)))
  }

  private serviceOf(member: Value, scope: string): readonly EntryService[] {
    const { text } = member
    if (text === 'application-default') return [{ protocol: 'any', ports: kit.everyPort, isPart: true }]
    this.found.uses(text)
    for (const place of this.chainOf(scope)) {
      const service = this.find(place, 'service', member)
      const found = service ?? this.find(place, 'service-group', member)
      if (found)
        return this.found.of(`${SERVICE}${keyOf(found)}`, () =>
          service ? this.portsOfService(service) : this.portsOfGroup(found),
        )
    }
    const ports = PREDEFINED.get(text)?.map((port) => ({ first: port, last: port }))
    return ports
      ? [{ protocol: 'tcp', ports, isPart: false }]
      : this.unknown(member, 'names a service that does not exist')
  }

  private portsOfGroup(entry: Entry): readonly EntryService[] {
    this.found.uses(entry.name)
    const members = valuesIn(entry, 'members')
    if (members.length === 0) this.unknown(named(entry), 'is a group without members')
    // Services of several groups count once, so nested groups do not multiply them.
    return [...new Set(members.flatMap((member) => this.serviceOf(member, entry.scope)))]
  }

  private portsOfService(entry: Entry): readonly EntryService[] {
    this.found.uses(entry.name)
    const [protocol, port, source] = ['protocol', 'port', 'source-port'].map((field) => valuesIn(entry, field)[0])
    if (protocol?.text === 'sctp') return []
    if ((protocol?.text !== 'tcp' && protocol?.text !== 'udp') || !port)
      return this.unknown(named(entry), 'is a service without a protocol and ports')
    const list = port.text.split(',').map((one) => one.trim())
    const ports = kit.portList(list.join(','))
    const asks = source !== undefined && !/^(?:0|1)-65535$/.test(source.text)
    if (asks) this.unknown(source, 'matches source ports, which is not followed')
    if (ports) return [{ protocol: protocol.text, ports, isPart: asks }]
    return this.unknown(port, 'is not a list of ports')
  }

  private find(scope: string, section: Section, { text, place }: Value): Entry | undefined {
    const entry = this.tree.scopes.section(scope, section)?.get(text)
    if (entry && this.isOrdered && this.tree.isLater(entry.place, place))
      this.notes.add(place, text, 'is used before it exists')
    if (entry?.notes) this.notes.addAll(entry.notes)
    return entry
  }
}

/** An entry as what a note is about. */
const named = ({ name, place }: Entry): Value => ({ text: name, place })

const keyOf = ({ scope, name }: Entry) => `${scope}\n${name}`

const PREDEFINED: ReadonlyMap<string, readonly number[]> = new Map([
  ['service-http', [80, 8080]],
  ['service-https', [443]],
])

/** Accepts host bits, which the device masks. */
export function partOfText(text: string): AddressPart | undefined {
  const range = kit.rangeOfText(text)
  // `::/0` is every address of both families there.
  return range?.family === 'ipv6' && text.endsWith('/0') ? kit.everything() : range
}
