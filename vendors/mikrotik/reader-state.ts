import type { AddressFamily, MemberUnion, Notes, Place, PrefixSet, Value } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { type Command, propertiesOf } from './reader-text.ts'

/** An entry of an address list, or a filter rule. */
export interface Entry {
  readonly properties: Map<string, string>
  readonly place: Place
}

/** An entry of an address list, with the address. */
type Address = Entry & Value

/** The firewall configuration of one address family. */
export interface Firewall {
  readonly family: AddressFamily
  /** By list and address. */
  readonly lists: Map<string, Map<string, Address>>
  /** Of lists without a doubt, as they were last asked for. */
  readonly joined: Map<string, MemberUnion<Address>>
  /** The addresses of lists that were asked for since they last changed. */
  readonly sets: Map<string, Listed>
  /** The lists that commands changed since a reading. */
  readonly changed: Set<string>
  /** The rules of each chain, in order. */
  readonly chains: Map<string, Entry[]>
}

const firewallFor = (family: AddressFamily): Firewall => {
  return { family, lists: new Map(), joined: new Map(), sets: new Map(), changed: new Set(), chains: new Map() }
}

/** Appends a rule to its chain. */
export function addRule({ chains }: Firewall, rule: Entry): void {
  const chain = rule.properties.get('chain') ?? ''
  const rules = chains.get(chain) ?? []
  rules.push(rule)
  chains.set(chain, rules)
}

/** The addresses of a list; `doubt` says why it may hold others. */
export interface Listed {
  readonly set: PrefixSet
  readonly doubt: string | undefined
}

/** Properties of other menus that add to address lists. */
const FILLED = /(?:^|\s)(?:prefix-)?address-lists?=("(?:[^"\\]|\\[\s\S])*"|\S+)/g

/** Actions of NAT that change the destination. */
const ELSEWHERE = /^(?:dst-nat|redirect|netmap|endpoint-independent-nat)$/

export class Router {
  readonly firewalls: Readonly<Record<AddressFamily, Firewall>> = {
    ipv4: firewallFor('ipv4'),
    ipv6: firewallFor('ipv6'),
  }
  readonly interfaces = new InterfaceLists()
  /** True if NAT rules redirect connections; undefined if the files show no NAT, or UPnP makes rules. */
  sendsElsewhere: boolean | undefined
  /** Menus that came up. */
  readonly menus = new Set<string>()
  isIpv6Off = false
  /** Menus whose commands add addresses to a list, by family and list. */
  readonly #fillers = new Map<string, Set<string>>()

  /** Applies an `add` of an export. */
  add(command: Command, notes: Notes): void {
    const { menu, rest, place } = command
    const [firewall, kind] = this.firewallOf(menu)
    const properties = propertiesOf(rest)
    const action = properties?.get('action') ?? ''
    const isOff = properties?.get('disabled') === 'yes'
    const note = (reason: string, isHarmless = false) => notes.add(place, `add ${rest}`, reason, { isHarmless })
    if (/^\/ip(?:v6)?\/firewall\/nat$/.test(menu))
      this.sendsElsewhere ||= !isOff && (!properties || ELSEWHERE.test(action))
    else if (!firewall && !/^\/interface\/list(?:\/member)?$/.test(menu)) return
    else if (!properties) note('is not understood')
    else if (isOff) return
    else if (!firewall) this.interfaces.add(properties)
    else if (kind === 'address-list') this.list(firewall, { properties, place })
    else if (kind === 'filter') {
      addRule(firewall, { properties, place })
      if (properties.has('place-before')) note('is put before another rule, which is not followed')
    } else if (action === 'notrack') note('takes connections out of tracking, which is not followed')
    else if (/^(?:drop|tarpit)$/.test(action)) note('is a raw rule, which is not followed', true)
  }

  /** Notes the address lists that a command outside their menu fills, with clients, answers or packets. */
  fill({ menu, rest }: Command): void {
    if (this.firewallOf(menu)[1] === 'address-list' || propertiesOf(rest)?.get('disabled') === 'yes') return
    const [, family] = /^\/(ip|ipv6)\/firewall\//.exec(menu) ?? []
    const families = FAMILIES.filter((one) => family === undefined || one === (family === 'ip' ? 'ipv4' : 'ipv6'))
    for (const [, names = ''] of rest.matchAll(FILLED))
      for (const name of names.replaceAll(/^"|"$/g, '').split(','))
        for (const one of families) {
          const key = `${one} ${name}`
          this.#fillers.set(key, (this.#fillers.get(key) ?? new Set()).add(menu))
        }
  }

  list(firewall: Firewall, entry: Entry): void {
    const [list = '', text = ''] = ['list', 'address'].map((key) => entry.properties.get(key))
    const entries = firewall.lists.get(list) ?? new Map<string, Address>()
    entries.set(text, { ...entry, text })
    firewall.lists.set(list, entries)
    this.#change(firewall, list)
  }

  /** Removes an entry of an address list. A list without entries no longer exists. */
  unlist(firewall: Firewall, list: string, address: string): void {
    if (!firewall.lists.get(list)?.delete(address)) return
    this.#change(firewall, list)
    if (firewall.lists.get(list)?.size === 0) firewall.lists.delete(list)
  }

  #change(firewall: Firewall, list: string): void {
    firewall.sets.delete(list)
    firewall.changed.add(list)
  }

  firewallOf(menu: string): [firewall: Firewall | undefined, kind: string] {
    const [, family, kind = ''] = /^\/(ip|ipv6)\/firewall\/(address-list|filter|raw)$/.exec(menu) ?? []
    return [family === undefined ? undefined : this.firewalls[family === 'ip' ? 'ipv4' : 'ipv6'], kind]
  }

  /** The addresses of a list. One that does not exist has none. */
  addressesOf(firewall: Firewall, name: string): Listed {
    const known = firewall.sets.get(name)
    if (known) return known
    const joined = firewall.joined.get(name) ?? kit.memberUnion<Address>()
    let doubt: string | undefined
    const set = joined.of([...(firewall.lists.get(name)?.values() ?? [])], [], ({ text, properties }) => {
      const range = kit.rangeOfText(text)
      const isOfFamily = range?.family === firewall.family
      if (properties.has('timeout')) doubt = 'has entries that time out'
      else if (!isOfFamily)
        doubt = /[a-z]/i.test(text) && !text.includes(':') ? 'has a domain name in it' : 'has an invalid address'
      return isOfFamily ? [range] : []
    })
    if (doubt === undefined) firewall.joined.set(name, joined)
    // A doubt comes up when its entry is read, so all are read again.
    else firewall.joined.delete(name)
    const fillers = this.#fillers.get(`${firewall.family} ${name}`)
    if (fillers) doubt = `is also filled by ${[...fillers].join(' and ')}`
    const found = { set, doubt }
    firewall.sets.set(name, found)
    return found
  }
}

/** The share of the requested interfaces that a name covers. */
type Share = 'all' | 'some' | 'none'

class InterfaceLists {
  private readonly members = new Map<string, Set<string>>()
  private readonly included = new Map<string, string[]>()

  /** Adds a list (`/interface list`) or a member of one. */
  add(properties: ReadonlyMap<string, string>): void {
    const list = properties.get('list') ?? properties.get('name') ?? ''
    const own = this.members.get(list) ?? new Set()
    this.members.set(list, own)
    const name = properties.get('interface')
    if (name !== undefined) own.add(name)
    const others = properties.get('include')?.split(',') ?? []
    if (others.length > 0) this.included.set(list, others)
    // Exclusions are not followed, so the list may hold fewer interfaces than it seems to.
    if (properties.get('exclude')) own.add(UNKNOWN)
  }

  /** The share of `asked`, an interface or a list, that `name` covers: an interface, or a list with this name. */
  shareOf(asked: string, name: string, isList: boolean): Share {
    if (name === 'all' || asked === name) return 'all'
    if (isList && name === 'none') return 'none'
    // Dynamic interfaces, or all of a type.
    if (KIND.test(name)) return 'some'
    const all = [...(this.membersOf(asked) ?? [asked])]
    const held = isList ? (this.membersOf(name) ?? new Set()) : new Set([name])
    const inside = all.filter((one) => one !== UNKNOWN && held.has(one)).length
    if (inside > 0 && inside === all.length && !held.has(UNKNOWN)) return 'all'
    // A list without members may be filled by other means.
    const isVague = all.length === 0 || all.includes(UNKNOWN) || held.has(UNKNOWN) || (isList && held.size === 0)
    return inside > 0 || isVague ? 'some' : 'none'
  }

  /** True if the files show no member of a list, so it may have any. */
  isUnknown(list: string): boolean {
    return !this.membersOf(list)?.size
  }

  /** The interfaces of a list and of the lists that it includes; undefined for an unknown list. */
  private membersOf(list: string): ReadonlySet<string> | undefined {
    if (!this.members.has(list)) return undefined
    const lists = new Set([list])
    // A set that grows while it is walked: its new members are walked too.
    for (const one of lists) for (const other of this.included.get(one) ?? []) lists.add(other)
    return new Set(
      [...lists].flatMap((one) => [...(this.members.get(one) ?? (KIND.test(one) || one === 'all' ? [UNKNOWN] : []))]),
    )
  }
}

/** A placeholder for interfaces that the files do not name. */
const UNKNOWN = ''
const KIND = /^(?:dynamic|static|all-(?:ethernet|ppp|vlan|wireless))$/
