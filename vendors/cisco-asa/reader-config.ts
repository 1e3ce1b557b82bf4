import type { Item, OptionValues, Place, Statement } from 'tagwall/reader'
import { actionOf, type Entry, type Group, groupItems, type List, Named } from '../_cisco/groups.ts'

/** `access-group LIST in interface NAME`, or `global`. */
export interface Binding {
  readonly list: string
  readonly side: 'in' | 'out' | 'global'
  readonly interface: string
  readonly place: Place
}

export interface Interface {
  name: string
  level: number | undefined
  isManagement: boolean
}

/** The configuration of an ASA, as far as access rules depend on it. */
export class Configuration extends Named {
  /** True if groups are created and changed in a configuration session. */
  isSession = false
  /** The names of the groups that the open session made. */
  readonly newGroups = new Set<string>()
  bindings: Binding[] = []
  readonly interfaces: Interface[] = []
  /** The interface that the next lines belong to. */
  interface: Interface | undefined
  /** Addresses by the names that `name` gives them. */
  readonly names = new Map<string, string>()
  /** True if interfaces of equal security level pass traffic to each other. */
  passesSameLevel = false
  /** True for a whole configuration, where unbound lists have no effect. */
  isWhole = false

  /** Leaves the group or interface of the lines before. */
  leave(): void {
    this.group = undefined
    this.interface = undefined
  }

  /** Applies a command about groups and access lists as the ASA would; a reason if it would refuse. */
  apply(statement: Statement): string | undefined {
    const { words } = statement
    const isRemoval = words[0] === 'no'
    const [verb = '', ...rest] = isRemoval ? words.slice(1) : words
    if (verb === 'object' || verb === 'object-group') {
      const [kind = '', name = '', protocol] = rest
      const full = verb === 'object' ? `object ${kind}` : kind
      this.interface = undefined
      if (!isRemoval) return this.enter({ name, kind: full, protocol })
      this.group = undefined
      return this.removeGroup(name, full)
    }
    if (verb !== 'access-list' && verb !== 'exit') return this.group && this.changeGroup(statement, this.group)
    this.group = undefined
    if (verb === 'exit') return undefined
    return isRemoval ? this.removeByText(rest) : this.addEntry(rest, statement)
  }

  private enter(named: Pick<Group, 'name' | 'kind' | 'protocol'>): string | undefined {
    const { name } = named
    const isKnown = this.groups.has(name)
    const before = this.group
    const reason =
      this.enterGroup(named) ??
      (this.isSession && this.newGroups.has(name) ? 'changes a group that this session made' : undefined)
    if (reason) this.group = before
    else if (!isKnown) this.newGroups.add(name)
    return reason
  }

  private addEntry([name = '', ...rest]: readonly string[], { text, place }: Statement): undefined {
    const list: List = this.lists.get(name) ?? { name, entries: [], texts: new Set() }
    this.lists.set(name, list)
    const { entries, texts } = list
    const [line, words] = rest[0] === 'line' ? [Number(rest[1]) - 1, rest.slice(2)] : [entries.length, rest]
    const own = words.join(' ')
    // An existing entry keeps its place; remarks may repeat.
    if (texts.has(own)) return undefined
    if (words[0] !== 'remark') texts.add(own)
    const at = Number.isSafeInteger(line) ? line : entries.length
    entries.splice(at, 0, { words, text, place, number: at + 1, missing: this.missingIn(words) })
    renumber(entries, at + 1)
    return undefined
  }

  private removeByText([name = '', ...words]: readonly string[]): string | undefined {
    const list = this.lists.get(name) ?? { name, entries: [], texts: new Set() }
    const own = words.join(' ')
    const reason = this.removeEntry(list, (entry) => entry.words.join(' ') === own)
    renumber(list.entries, 0)
    if (list.entries.length === 0) this.lists.delete(name)
    return reason
  }
}

/** Gives each entry from a position on the number of its line. */
function renumber(entries: Entry[], from: number): void {
  for (const [index, entry] of entries.slice(from).entries())
    if (entry.number !== from + index + 1) entries[from + index] = { ...entry, number: from + index + 1 }
}

/** The entries of our access lists, the groups and their members, in an order in which they can be removed. */
export function itemsOf({ groups, lists }: Configuration, { outboundAcl, inboundAcl }: OptionValues): Item[] {
  const networks = [...groups.values()].filter(({ kind }) => kind === 'network')
  return [
    ...[outboundAcl, inboundAcl].map(String).flatMap((list) =>
      (lists.get(list)?.entries ?? []).map(({ words }): Item => {
        const text = `${list} ${words.join(' ')}`
        return { kind: 'rule', name: text, id: text, list, fields: { action: actionOf(words) } }
      }),
    ),
    ...groupItems(networks, 'network-object'),
  ]
}
