/** How much of the interfaces that are asked for a name stands for. */
export type Share = 'all' | 'some' | 'none'

/** Interface lists, and what is in them. */
export class InterfaceLists {
  private readonly members = new Map<string, Set<string>>()
  private readonly included = new Map<string, string[]>()

  /** Takes in a list (`/interface list`) or a member of one. */
  add(properties: ReadonlyMap<string, string>): void {
    const list = properties.get('list') ?? properties.get('name') ?? ''
    const own = this.members.get(list) ?? new Set()
    this.members.set(list, own)
    const name = properties.get('interface')
    if (name !== undefined) own.add(name)
    const others = properties.get('include')?.split(',') ?? []
    if (others.length > 0) this.included.set(list, others)
    // What it leaves out is not followed: then it may hold less than it seems to.
    if (properties.get('exclude')) own.add(UNKNOWN)
  }

  /** How much of `asked`, an interface or a list of them, is `name`, or in the list of that name. */
  shareOf(asked: string, name: string, isList: boolean): Share {
    if (name === 'all' || asked === name) return 'all'
    if (isList && name === 'none') return 'none'
    // Those that come and go, or all of a kind.
    if (KIND.test(name)) return 'some'
    const all = [...(this.membersOf(asked) ?? [asked])]
    const held = isList ? (this.membersOf(name) ?? new Set()) : new Set([name])
    const inside = all.filter((one) => one !== UNKNOWN && held.has(one)).length
    if (inside > 0 && inside === all.length && !held.has(UNKNOWN)) return 'all'
    // A list without members is one that somebody fills.
    const isVague = all.length === 0 || all.includes(UNKNOWN) || held.has(UNKNOWN) || (isList && held.size === 0)
    return inside > 0 || isVague ? 'some' : 'none'
  }

  /** What is in a list, and in those that it includes; undefined if there is no such list. */
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

/** Stands for interfaces that nobody knows here. */
const UNKNOWN = ''
const KIND = /^(?:dynamic|static|all-(?:ethernet|ppp|vlan|wireless))$/
