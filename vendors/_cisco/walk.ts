import type {
  AddressFamily,
  ChainRule,
  Direction,
  FoundRule,
  ListEntry,
  Notes,
  Place,
  ReaderContext,
} from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Entry, type List, type Named, namesIn, type ReadEntry } from './groups.ts'

/** The path of connections: the access lists where they enter, and those where they leave. */
export interface Path {
  readonly family?: AddressFamily
  readonly direction: Direction
  /** True if the path takes only connections of that direction. */
  readonly isDecided: boolean
  /** Access lists in the order in which they apply: the first entry that matches decides. */
  readonly ingress: readonly string[]
  /** Access lists, in their order too, that also have to permit what `ingress` permits. */
  readonly egress: readonly string[]
  /** True if interfaces limit the connections of the path. */
  readonly isPart: boolean
  /** True if connections pass their incoming interface when no list is bound there. */
  readonly passes?: boolean
}

/** The way through these lists, each at its ingress. */
export const pathThrough = (
  ingress: readonly string[],
  direction: Direction,
  more: Partial<Omit<Path, 'ingress' | 'direction'>> = {},
): Path => ({ direction, isDecided: false, ingress, egress: [], isPart: false, ...more })

/** The ways through a device, and the interfaces that an audit can be narrowed to. */
export interface Audited {
  readonly paths: readonly Path[]
  /** The rules of connections that meet no list. */
  readonly open?: readonly FoundRule[]
  readonly interfaces?: readonly string[]
}

/** The reader for the entries of a device. */
export interface ListDialect<Of extends List> {
  /** Undefined for an entry without effect on new connections; a reason for an unknown one. */
  read(entry: Entry, list: Of): ListEntry | string | undefined
  /** True if an empty or missing list lets everything pass. */
  readonly isOpenWhenEmpty: boolean
}

/** The rules that connections meet on a path, in order. Traffic that matches no rule is denied. */
export function rulesOn<Of extends List>(
  path: Path,
  config: Named<Of>,
  dialect: ListDialect<Of>,
  { remotes }: ReaderContext,
  start: Place,
  notes: Notes,
): FoundRule[] {
  const { lists } = config
  const kept = config.kept.get(keyOf(path)) ?? { read: kit.kept(), walked: kit.kept() }
  config.kept.set(keyOf(path), kept)
  const { family, direction, isDecided, ingress, egress, isPart, passes } = path
  const next = egress.length === 0 ? undefined : 'out'
  const only = String(ingress)
  const chains = new Map([['in', rulesOfAll(ingress, next)]])
  if (next !== undefined) chains.set(next, rulesOfAll(egress, undefined))
  if (ingress.length === 0 && dialect.isOpenWhenEmpty) chains.set('in', [everything(undefined, next)])
  // Only the outbound list applies if there is no inbound list.
  const chain = ingress.length === 0 && passes ? 'out' : 'in'
  const chainOf = (name: string) => chains.get(name)
  return kit.followChains({ chain, direction, isDecided, remotes, family, rulesOf: chainOf, kept: kept.walked }, notes)

  function rulesOfAll(names: readonly string[], next: string | undefined): readonly ChainRule[] {
    return names.flatMap((name, index) => rulesOf(name, next, index === names.length - 1))
  }

  function rulesOf(name: string, next: string | undefined, isLast: boolean): readonly ChainRule[] {
    const list = lists.get(name)
    const isEmpty = !list?.entries.some(({ words }) => words[0] !== 'remark')
    // Before another list it decides nothing.
    if (isEmpty && dialect.isOpenWhenEmpty) return isLast ? [everything(list ?? { name }, next)] : []
    const read = name === only ? kept.read : kit.kept<Entry, ReadEntry>()
    read.of(list?.entries ?? [], config.changed, (fresh, uses) =>
      fresh.map((entry) => {
        for (const group of namesIn(entry.words)) uses(entry, group)
        const own = kit.notes()
        return { rules: rulesOfEntry(entry, list as Of, next, own), notes: own.all }
      }),
    )
    notes.addAll(read.joined('notes'))
    return read.joined('rules')
  }

  function rulesOfEntry(entry: Entry, list: Of, next: string | undefined, notes: Notes): ChainRule[] {
    const { place, text, number } = entry
    const name = `${list.name} line ${number}`
    const read = dialect.read(entry, list)
    if (typeof read === 'string') notes.add(place, text, read)
    return typeof read === 'object' ? kit.entryRules(read, { name, place, text, next, isLimited: isPart }, notes) : []
  }

  /** Everything passes without a list, and with an empty list. */
  function everything(
    list: { readonly name: string; readonly place?: Place } | undefined,
    next: string | undefined,
  ): ChainRule {
    return {
      name: list ? `empty access list ${list.name}` : 'no access list',
      place: list?.place ?? start,
      text: '',
      matches: [{ ...kit.everyConnection, part: isPart ? 'zone' : 'no' }],
      verdict: next === undefined ? { kind: 'allow' } : { kind: 'goto', chain: next },
      doubts: [],
    }
  }
}

const keyOf = ({ family, direction, ingress, egress }: Path) => JSON.stringify([family, direction, ingress, egress])

/** The paths, each of them once. */
export const unique = (paths: readonly Path[]): Path[] => [
  ...new Map(paths.map((path) => [keyOf(path), path])).values(),
]
