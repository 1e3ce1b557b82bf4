import type { AddressFamily, ChainRule, Item, Kept, KeptWalk, Line, LineGroup, Note } from 'tagwall/reader'

/** An object or a group of objects, with its lines by their text. */
export interface Group extends LineGroup<unknown> {
  /** `network`, `v6-network`, `service`, `object network` and so on. */
  readonly kind: string
  /** The protocol of a group of ports: `tcp`, `udp` or `tcp-udp`. */
  readonly protocol: string | undefined
  readonly lines: Map<string, Line>
}

/** An entry of an access list: the words after its number. */
export interface Entry extends Line {
  /** Its number: of its line, on devices without fixed numbers. */
  readonly number: number
  /** Names of groups that were not there when the entry was typed. */
  readonly missing: readonly string[]
}

export interface List {
  readonly name: string
  readonly entries: Entry[]
  /** The texts of its entries but for remarks, which may repeat. */
  readonly texts: Set<string>
}

/** The rules of an entry and its notes. */
export interface ReadEntry {
  readonly rules: readonly ChainRule[]
  readonly notes: readonly Note[]
}

const GONE = 'removes something that does not exist'

/** The named objects of a configuration. Objects and groups share one name space. */
export class Named<Of extends List = List> {
  readonly groups = new Map<string, Group>()
  readonly lists = new Map<string, Of>()
  /** The group that the next lines belong to. */
  group: Group | undefined
  /** True for commands that may be loaded again: groups and entries to remove may already be gone. */
  mayBeGone = false
  /** Earlier readings of the same paths, and of the only list of each. */
  readonly kept = new Map<string, { readonly read: Kept<Entry, ReadEntry>; readonly walked: KeptWalk }>()
  /** The groups that came, went or got other members since a reading. */
  readonly changed = new Set<string>()

  /** Enters a group, created if missing; a reason if the device would refuse. */
  enterGroup({ name, kind, protocol }: Pick<Group, 'name' | 'kind' | 'protocol'>): string | undefined {
    const known = this.groups.get(name)
    if (known && (known.kind !== kind || (protocol && known.protocol !== protocol)))
      return `names ${name}, which is something else already`
    this.group = known ?? { name, kind, protocol, lines: new Map(), held: undefined }
    this.groups.set(name, this.group)
    if (!known) this.changed.add(name)
    return undefined
  }

  /** Removes a group; a reason if the device would refuse. */
  removeGroup(name: string, kind: string): string | undefined {
    const group = this.groups.get(name)
    if (!group) return this.mayBeGone ? undefined : `removes ${name}, which does not exist`
    if (group.kind !== kind) return `removes ${name}, which is something else`
    if (this.isUsed(name)) return `removes ${name}, which is in use`
    this.groups.delete(name)
    this.changed.add(name)
    return undefined
  }

  /** Adds a line to a group, or with `no` removes it; a reason if the device would refuse. */
  changeGroup({ words: all, text, place }: Line, group: Group): string | undefined {
    const isRemoval = all[0] === 'no'
    const words = isRemoval ? all.slice(1) : all
    const isDescription = words[0] === 'description'
    // A group has one description, and an object has one line of each kind.
    const isSingle = isDescription || (group.kind.startsWith('object ') && !isRemoval)
    const key = isSingle ? `${words[0]}` : words.join(' ')
    const isKnown = group.lines.has(key)
    if (isRemoval) {
      if (!isKnown) return this.mayBeGone ? undefined : GONE
      const isLast = group.lines.size === (isDescription || !group.lines.has('description') ? 1 : 2)
      if (isLast && this.isUsed(group.name)) return `empties ${group.name}, which is in use`
      group.lines.delete(key)
    } else if (isSingle || !isKnown) group.lines.set(key, { words, text, place })
    if (isDescription) return undefined
    group.held = undefined
    this.changed.add(group.name)
    return undefined
  }

  removeEntry({ entries, texts }: List, isMeant: (entry: Entry) => boolean): string | undefined {
    const at = entries.findIndex(isMeant)
    if (at < 0) return this.mayBeGone ? undefined : GONE
    for (const { words } of entries.splice(at, 1)) texts.delete(words.join(' '))
    return undefined
  }

  /** The names of groups that an entry uses and that do not exist yet. */
  missingIn(words: readonly string[]): string[] {
    return namesIn(words).filter((name) => !this.groups.has(name))
  }

  private isUsed(name: string): boolean {
    return (
      [...this.lists.values()].some(({ entries }) => entries.some(({ words }) => namesIn(words).includes(name))) ||
      [...this.groups.values()].some(({ lines }) =>
        [...lines.values()].some(({ words }) => words[0] === 'group-object' && words[1] === name),
      )
    )
  }
}

/** The names of the groups that an entry names. */
export const namesIn = (words: readonly string[]): string[] =>
  words.flatMap((word, at) => (word === 'object-group' || word === 'object' ? [words[at + 1] ?? ''] : []))

/** The action of an entry: `permit`, `deny` or `remark`. */
export const actionOf = (words: readonly string[]): string =>
  words.find((word) => word === 'permit' || word === 'deny') ?? `${words[0]}`

/** Groups of addresses as items, with their members under `field`. */
export function groupItems(
  networks: readonly Group[],
  field: string,
  familyOf: (group: Group) => AddressFamily | undefined = () => undefined,
): Item[] {
  return networks.map((group): Item => {
    const members = Array.from(group.lines.values(), ({ words }) => (words[0] === field ? words.slice(1) : words))
      .filter(([first]) => first !== 'description')
      .map((words) => words.join(' '))
    const description = group.lines.get('description')?.words.slice(1).join(' ')
    const fields = { [field]: members, ...(description !== undefined && { description }) }
    return { kind: 'group', family: familyOf(group), name: group.name, fields }
  })
}
