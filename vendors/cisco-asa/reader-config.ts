import type { Line, LineGroup, Place, Statement } from 'tagwall/reader'

/** An object or a group of objects, with its lines by their text. */
export interface Group extends LineGroup<unknown> {
  /** `network`, `service`, `object network` and so on. */
  readonly kind: string
  /** The protocol of a group of ports: `tcp`, `udp` or `tcp-udp`. */
  readonly protocol: string | undefined
  readonly place: Place
  readonly lines: Map<string, Line>
  /** Whether the session that is open made it. */
  isNew: boolean
}

/** A line of an access list: the words after its name and line number. */
export interface Entry extends Line {
  /** Names of groups that were not there when the entry was typed. */
  readonly missing: readonly string[]
}

/** `access-group LIST in interface NAME`, or `global`. */
export interface Binding {
  readonly list: string
  readonly side: 'in' | 'out' | 'global'
  readonly interface: string
  readonly place: Place
  /** Whether a user's own access list may override it. */
  readonly isOverridden: boolean
}

export interface Interface {
  name: string
  level: number | undefined
  isManagement: boolean
}

/** What an ASA holds, as far as access rules depend on it. Objects and groups share one name space. */
export interface Configuration {
  readonly groups: Map<string, Group>
  readonly lists: Map<string, Entry[]>
  readonly bindings: Binding[]
  readonly interfaces: Interface[]
  /** Addresses by the names that `name` gives them. */
  readonly names: Map<string, string>
  /** Whether interfaces of one security level pass traffic between each other. */
  passesSameLevel: boolean
  /** Whether it is a whole configuration, in which what is not bound has no effect. */
  isWhole: boolean
}

export const emptyConfiguration = (): Configuration => ({
  groups: new Map(),
  lists: new Map(),
  bindings: [],
  interfaces: [],
  names: new Map(),
  passesSameLevel: false,
  isWhole: false,
})

/** A copy for a session to change. Groups that it does not touch keep their addresses. */
export function copyOf(config: Configuration): Configuration {
  return {
    ...config,
    groups: new Map(
      Array.from(config.groups, ([name, group]) => [name, { ...group, lines: new Map(group.lines), isNew: false }]),
    ),
    lists: new Map(Array.from(config.lists, ([name, entries]) => [name, [...entries]])),
  }
}

/** Where lines that belong to an object or an interface go. */
export interface Cursor {
  group: Group | undefined
  interface: Interface | undefined
}

/** What a command may do. */
export interface Manner {
  /** Whether what is to be removed may be gone already: a delta or cleanup that is loaded again. */
  readonly mayBeGone: boolean
  /** Whether groups are made and changed in a session. */
  readonly isSession: boolean
}

const OUT_OF_PLACE = 'stands outside of a group'

/** Takes in a command about groups and access lists as the ASA would; a reason where it would refuse. */
export function apply(
  { words, place, text }: Statement,
  config: Configuration,
  cursor: Cursor,
  manner: Manner,
): string | undefined {
  const isRemoval = words[0] === 'no'
  const [verb = '', ...rest] = isRemoval ? words.slice(1) : words
  const line = { words: [verb, ...rest], text, place }
  switch (verb) {
    case 'object':
    case 'object-group':
      cursor.interface = undefined
      return isRemoval
        ? removeGroup(verb, rest, config, cursor, manner)
        : openGroup(verb, rest, line, config, cursor, manner)
    case 'access-list':
      cursor.group = undefined
      return isRemoval ? removeEntry(rest, config, manner) : addEntry(rest, line, config)
    case 'exit':
      if (!cursor.group) return OUT_OF_PLACE
      cursor.group = undefined
      return undefined
    default:
      if (!cursor.group) return OUT_OF_PLACE
      return isRemoval ? removeLine(line, cursor.group, config, manner) : addLine(line, cursor.group)
  }
}

function openGroup(
  verb: string,
  [kind = '', name = '', protocol]: readonly string[],
  { place }: Line,
  { groups }: Configuration,
  cursor: Cursor,
  { isSession }: Manner,
): string | undefined {
  const full = verb === 'object' ? `object ${kind}` : kind
  const known = groups.get(name)
  if (known && (known.kind !== full || (protocol && known.protocol !== protocol)))
    return `names ${name}, which is something else already`
  if (known?.isNew && isSession) return 'changes a group that this session made'
  cursor.group = known ?? {
    ...{ name, kind: full, protocol, place, lines: new Map(), isNew: isSession, held: undefined },
  }
  if (name !== '') groups.set(name, cursor.group)
  return undefined
}

function removeGroup(
  verb: string,
  [kind, name = '']: readonly string[],
  config: Configuration,
  cursor: Cursor,
  { mayBeGone }: Manner,
): string | undefined {
  cursor.group = undefined
  const group = config.groups.get(name)
  if (!group) return mayBeGone ? undefined : `removes ${name}, which is not there`
  if (group.kind !== (verb === 'object' ? `object ${kind}` : kind)) return `removes ${name}, which is something else`
  if (isUsed(name, config)) return `removes ${name}, which is in use`
  config.groups.delete(name)
  return undefined
}

function addLine(line: Line, group: Group): undefined {
  const [verb] = line.words
  // Of these there is one.
  const key = verb === 'description' || group.kind.startsWith('object ') ? `${verb}` : line.words.join(' ')
  if (!group.lines.has(key) || key === verb) {
    group.lines.set(key, line)
    if (verb !== 'description') group.held = undefined
  }
}

function removeLine({ words }: Line, group: Group, config: Configuration, { mayBeGone }: Manner): string | undefined {
  const key = words.join(' ')
  if (!group.lines.has(key)) return mayBeGone ? undefined : 'removes what is not there'
  const left = [...group.lines.keys()].filter((other) => other !== key && !other.startsWith('description'))
  if (left.length === 0 && isUsed(group.name, config)) return `empties ${group.name}, which is in use`
  group.lines.delete(key)
  group.held = undefined
  return undefined
}

function addEntry([list = '', ...rest]: readonly string[], line: Line, config: Configuration): undefined {
  const entries = config.lists.get(list) ?? []
  config.lists.set(list, entries)
  const [at, words] = rest[0] === 'line' ? [Number(rest[1]) - 1, rest.slice(2)] : [entries.length, rest]
  const text = words.join(' ')
  // What is there already stays where it is; remarks may repeat.
  if (words[0] !== 'remark' && entries.some((entry) => entry.words.join(' ') === text)) return undefined
  const missing = namesIn(words).filter((name) => !config.groups.has(name))
  const place = Number.isSafeInteger(at) ? at : entries.length
  entries.splice(place, 0, { ...line, words, missing })
  return undefined
}

function removeEntry(
  [list = '', ...words]: readonly string[],
  { lists }: Configuration,
  { mayBeGone }: Manner,
): string | undefined {
  const entries = lists.get(list) ?? []
  const text = words.join(' ')
  const at = entries.findIndex((entry) => entry.words.join(' ') === text)
  if (at < 0) return mayBeGone ? undefined : 'removes what is not there'
  entries.splice(at, 1)
  if (entries.length === 0) lists.delete(list)
  return undefined
}

/** The names of objects and groups in a line. */
const namesIn = (words: readonly string[]): string[] =>
  words.flatMap((word, at) => (word === 'object-group' || word === 'object' ? [words[at + 1] ?? ''] : []))

function isUsed(name: string, { lists, groups }: Configuration): boolean {
  return (
    [...lists.values()].some((entries) => entries.some(({ words }) => namesIn(words).includes(name))) ||
    [...groups.values()].some(({ lines }) =>
      [...lines.values()].some(({ words }) => words[0] === 'group-object' && words[1] === name),
    )
  )
}
