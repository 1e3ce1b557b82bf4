import type {
  AddressFamily,
  ChainRule,
  Direction,
  EntryService,
  FoundRule,
  ListEntry,
  Notes,
  Place,
  ReaderContext,
  SidePair,
} from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Entry, KeptRules, List, Named } from './groups.ts'

/** The path of connections: the access lists where they enter, and the one where they leave. */
export interface Path {
  readonly family?: AddressFamily
  readonly direction: Direction
  /** True if the path takes only connections of that direction. */
  readonly isDecided: boolean
  /** Access lists in the order in which they apply: the first entry that matches decides. */
  readonly ingress: readonly string[]
  /** The access list that also has to permit what `ingress` permits. */
  readonly egress: string | undefined
  /** True if interfaces limit the connections of the path. */
  readonly isPart: boolean
  /** True if connections pass their incoming interface when no list is bound there. */
  readonly passes?: boolean
}

/** The reader for the entries of a device. */
export interface ListDialect<Of extends List> {
  /** Undefined for an entry without effect on new connections; a reason for an unknown one. */
  read(entry: Entry, list: Of): ListEntry | string | undefined
  /** The addresses that both sides of an entry can have; undefined if there are none. */
  pairOf?(pair: SidePair, service: EntryService, path: Path): SidePair | undefined
  /** True if an empty or missing list lets everything pass. */
  readonly isOpenWhenEmpty: boolean
}

/** The rules that connections meet on each of some paths, in order. With `isKept`, of paths through one list each, and those of unchanged entries are kept. */
export const rulesOn = <Of extends List>(
  paths: readonly Path[],
  config: Named<Of>,
  dialect: ListDialect<Of>,
  context: ReaderContext,
  notes: Notes,
  { start = { part: '', line: 1 }, isKept = false }: { readonly start?: Place; readonly isKept?: boolean } = {},
): FoundRule[] =>
  paths.flatMap((path) => {
    const walk = new Walk(path, config, dialect, context, start, notes)
    return isKept ? walk.oneByOne() : walk.together()
  })

/** The way of connections along a path. Traffic that matches no rule is denied. */
class Walk<Of extends List> {
  constructor(
    private readonly path: Path,
    private readonly config: Named<Of>,
    private readonly dialect: ListDialect<Of>,
    private readonly context: ReaderContext,
    private readonly start: Place,
    private readonly notes: Notes,
  ) {}

  together(): FoundRule[] {
    const { ingress, egress, passes } = this.path
    const next = egress === undefined ? undefined : 'out'
    const isFree = ingress.length === 0 && this.dialect.isOpenWhenEmpty
    const first = isFree ? [this.everything(undefined, next)] : ingress.flatMap((name) => this.rulesOf(name, next))
    const second = egress === undefined ? [] : this.rulesOf(egress, undefined)
    // Without an inbound list, only the outbound list applies.
    return ingress.length === 0 && passes ? this.follow(second, []) : this.follow(first, second)
  }

  /** As `together` for one list, whose entries do not depend on each other. */
  oneByOne(): FoundRule[] {
    const { ingress, direction } = this.path
    const list = this.config.lists.get(ingress[0] ?? '')
    if (!list || this.isOpen(list)) return this.together()
    const kept = this.config.kept[direction]
    return list.entries.flatMap((entry, at) => {
      const number = entry.number ?? at + 1
      let found = kept.get(entry)
      if (!found || !this.config.isUpToDate(found, number)) {
        found = this.read(entry, number, list)
        kept.set(entry, found)
      }
      this.notes.addAll(found.notes)
      return found.rules
    })
  }

  private read(entry: Entry, number: number, list: Of): KeptRules {
    const notes = kit.notes()
    const rules = this.follow(this.rulesOfEntry(entry, number, list, undefined, notes), [], notes)
    const groups = this.config.groupsIn(entry)
    return { number, groups, rules: rules.map((rule) => Object.freeze(rule)), notes: notes.all }
  }

  /** The rules of connections that meet `first`, and after its `goto`s `second`. */
  private follow(first: readonly ChainRule[], second: readonly ChainRule[], notes = this.notes): FoundRule[] {
    const { family, direction, isDecided } = this.path
    const { remotes } = this.context
    const rulesOf = (name: string) => (name === 'in' ? first : second)
    return kit.followChains({ chain: 'in', direction, isDecided, remotes, family, rulesOf }, notes)
  }

  private isOpen(list: Of | undefined): boolean {
    return this.dialect.isOpenWhenEmpty && !list?.entries.some(({ words }) => words[0] !== 'remark')
  }

  private rulesOf(name: string, next: string | undefined): ChainRule[] {
    const list = this.config.lists.get(name)
    if (this.isOpen(list)) return [this.everything(list ?? { name, entries: [] }, next)]
    return (list?.entries ?? []).flatMap((entry, at) =>
      this.rulesOfEntry(entry, entry.number ?? at + 1, list as Of, next, this.notes),
    )
  }

  private rulesOfEntry(entry: Entry, number: number, list: Of, next: string | undefined, notes: Notes): ChainRule[] {
    const { place, text } = entry
    const read = this.dialect.read(entry, list)
    if (read === undefined) return []
    if (typeof read === 'string') {
      notes.add(place, text, read)
      return []
    }
    const { pairOf = (pair) => pair } = this.dialect
    const common = { name: `${list.name} line ${number}`, place, text, next, isLimited: this.path.isPart }
    return kit.entryRules(read, { ...common, pairOf: (pair, service) => pairOf(pair, service, this.path) }, notes)
  }

  /** Everything passes without a list, and with an empty list. */
  private everything(list: (List & { readonly place?: Place }) | undefined, next: string | undefined): ChainRule {
    return {
      name: list ? `empty access list ${list.name}` : 'no access list',
      place: list?.place ?? this.start,
      match: {
        ...{ protocol: 'any', ports: kit.everyPort, source: undefined, destination: undefined },
        part: this.path.isPart ? 'zone' : 'no',
      },
      verdict: next === undefined ? { kind: 'allow' } : { kind: 'goto', chain: next },
      doubts: [],
    }
  }
}

/** The paths, each of them once. */
export function unique(paths: readonly Path[]): Path[] {
  const keyOf = ({ family, direction, ingress, egress }: Path) => JSON.stringify([family, direction, ingress, egress])
  return [...new Map(paths.map((path) => [keyOf(path), path])).values()]
}
