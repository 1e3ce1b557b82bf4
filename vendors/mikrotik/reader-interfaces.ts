/** The share of the requested interfaces that a name covers. */
export type Share = 'all' | 'some' | 'none'

/** Interface lists, and their members. */
export class InterfaceLists {
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
    return (this.membersOf(list)?.size ?? 0) === 0
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
