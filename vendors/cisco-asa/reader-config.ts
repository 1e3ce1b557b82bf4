import type { Item, OptionValues, Place, Statement } from 'tagwall/reader'
import {
  changeGroup,
  type Group,
  groupItems,
  type List,
  missingIn,
  type Named,
  openGroup,
  removeEntry,
  removeGroup,
} from '../_cisco/groups.ts'

/** `access-group LIST in interface NAME`, or `global`. */
export interface Binding {
  readonly list: string
  readonly side: 'in' | 'out' | 'global'
  readonly interface: string
  readonly place: Place
  /** True if a user's own access list may override it. */
  readonly isOverridden: boolean
}

export interface Interface {
  name: string
  level: number | undefined
  isManagement: boolean
}

/** The configuration of an ASA, as far as access rules depend on it. */
export interface Configuration extends Named {
  /** The names of the groups that the open session made. */
  readonly newGroups: Set<string>
  readonly bindings: Binding[]
  readonly interfaces: Interface[]
  /** Addresses by the names that `name` gives them. */
  readonly names: Map<string, string>
  /** True if interfaces of equal security level pass traffic to each other. */
  passesSameLevel: boolean
  /** True for a whole configuration, where unbound lists have no effect. */
  isWhole: boolean
}

export const emptyConfiguration = (): Configuration => ({
  groups: new Map(),
  lists: new Map(),
  newGroups: new Set(),
  bindings: [],
  interfaces: [],
  names: new Map(),
  passesSameLevel: false,
  isWhole: false,
})

/** The object or interface that the next lines belong to. */
export interface Cursor {
  group: Group | undefined
  interface: Interface | undefined
}

/** How the commands of a file are applied. */
interface Manner {
  /** True if groups and entries to remove may already be gone: a delta or cleanup that is loaded again. */
  readonly mayBeGone: boolean
  /** True if groups are created and changed in a configuration session. */
  readonly isSession: boolean
}

const OUT_OF_PLACE = 'is outside a group'

/** Applies a command about groups and access lists as the ASA would; a reason if it would refuse. */
export function apply(statement: Statement, config: Configuration, cursor: Cursor, manner: Manner): string | undefined {
  const { words } = statement
  const isRemoval = words[0] === 'no'
  const [verb = '', ...rest] = isRemoval ? words.slice(1) : words
  switch (verb) {
    case 'object':
    case 'object-group': {
      const [kind = '', name = '', protocol] = rest
      const full = verb === 'object' ? `object ${kind}` : kind
      cursor.interface = undefined
      if (!isRemoval) return enterGroup({ name, kind: full, protocol }, statement.place, config, cursor, manner)
      cursor.group = undefined
      return removeGroup(name, full, config, manner.mayBeGone)
    }
    case 'access-list':
      cursor.group = undefined
      return isRemoval ? removeByText(rest, config, manner) : addEntry(rest, statement, config)
    case 'exit':
      if (!cursor.group) return OUT_OF_PLACE
      cursor.group = undefined
      return undefined
    default:
      return cursor.group ? changeGroup(statement, cursor.group, config, manner.mayBeGone) : OUT_OF_PLACE
  }
}

function enterGroup(
  named: Pick<Group, 'name' | 'kind' | 'protocol'>,
  place: Place,
  config: Configuration,
  cursor: Cursor,
  { isSession }: Manner,
): string | undefined {
  const isKnown = config.groups.has(named.name)
  const group = openGroup(named, place, config)
  if (typeof group === 'string') return group
  if (isSession && config.newGroups.has(named.name)) return 'changes a group that this session made'
  if (!isKnown) config.newGroups.add(named.name)
  cursor.group = group
  return undefined
}

function addEntry(
  [name = '', ...rest]: readonly string[],
  { text, place }: Statement,
  config: Configuration,
): undefined {
  const list: List = config.lists.get(name) ?? { name, entries: [] }
  config.lists.set(name, list)
  const { entries } = list
  const [line, words] = rest[0] === 'line' ? [Number(rest[1]) - 1, rest.slice(2)] : [entries.length, rest]
  const own = words.join(' ')
  // An existing entry keeps its place; remarks may repeat.
  if (words[0] !== 'remark' && entries.some((entry) => entry.words.join(' ') === own)) return undefined
  const at = Number.isSafeInteger(line) ? line : entries.length
  entries.splice(at, 0, { words, text, place, missing: missingIn(words, config) })
  return undefined
}

function removeByText(
  [name = '', ...words]: readonly string[],
  { lists }: Configuration,
  { mayBeGone }: Manner,
): string | undefined {
  const entries = lists.get(name)?.entries ?? []
  const own = words.join(' ')
  const reason = removeEntry(entries, (entry) => entry.words.join(' ') === own, mayBeGone)
  if (entries.length === 0) lists.delete(name)
  return reason
}

/** The entries of our access lists, the groups and their members, in an order in which they can be removed. */
export function inventoryOf({ groups, lists }: Configuration, { outboundAcl, inboundAcl }: OptionValues): Item[] {
  const networks = [...groups.values()].filter(({ kind }) => kind === 'network')
  return [
    ...[outboundAcl, inboundAcl].flatMap((list) =>
      (lists.get(String(list))?.entries ?? []).map(({ words }): Item => {
        const text = `${list} ${words.join(' ')}`
        return { kind: 'rule', name: text, id: text }
      }),
    ),
    ...groupItems(networks, 'network-object'),
  ]
}
