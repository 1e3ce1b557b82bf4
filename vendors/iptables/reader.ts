import type {
  AddressFamily,
  Device,
  Direction,
  FoundRule,
  Kept,
  KeptWalk,
  LoadKind,
  Note,
  Notes,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { expectHook } from './reader-hook.ts'
import { isNoCommand, itemsOf, noteForeign, takeTables } from './reader-load.ts'
import { type Rule, readRules } from './reader-rule.ts'
import { SetStore } from './reader-sets.ts'
import { type Chain, ofChain, type RawRule, readTables, type Table } from './reader-tables.ts'
import { doubtOther, entriesOf, type ReadTable, walk } from './reader-walk.ts'

/**
 * A model of a host that loads `iptables-restore --noflush` and `ipset restore` input, and the output of `iptables-save`,
 * `ip6tables-save`, `iptables -S` and `ipset save`, in any number of files or one after the other in one. A set takes each line
 * at once. A table takes its lines together, at COMMIT: a chain that a file names is emptied first, and the others stay as they
 * are.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  return new Host(context)
}

/** The rules of a chain, and the notes about them. */
interface ReadChain {
  readonly rules: readonly Rule[]
  readonly notes: readonly Note[]
  /** The sets that it names. */
  readonly sets: ReadonlySet<string>
}

/** The rules that connections meet in a table, and the notes about them. */
interface Walked {
  readonly rules: readonly FoundRule[]
  readonly notes: readonly Note[]
}

/** A table as it was read last. */
interface KnownTable extends ReadTable {
  readonly chains: readonly Chain[]
  readonly rules: Map<string, readonly Rule[]>
  /** The chains that no load has replaced, and whose sets did not change, since they were read. */
  readonly kept: Kept<Chain, ReadChain>
  notes: readonly Note[]
  changed: readonly string[]
  /** In a proof: what its rules mean. */
  walked: Walked | undefined
  /** In a proof, what earlier readings followed in each direction. */
  readonly followed: Readonly<Record<Direction, KeptWalk>> | undefined
}

class Host implements Device {
  private readonly isProof: boolean
  private readonly notes = kit.notes()
  private readonly sets: SetStore
  private readonly tables: Table[] = []
  private isLoading = false
  private read: KnownTable[] = []
  /** The names of all chains, because a rule may jump to any, and of the sets that rules change. */
  private names = ''
  /** True if tables were loaded since the last reading. */
  private areTablesNew = true
  constructor(private readonly context: ReaderContext) {
    this.isProof = context.purpose === 'prove'
    this.sets = new SetStore(this.isProof)
  }

  *load(files: readonly ReadFile[], kind: LoadKind) {
    const { sets, tables, notes, isProof, context } = this
    this.isLoading = true
    sets.load++
    sets.isDelta = kind !== 'full'
    const loaded: Table[] = []
    for (const file of files) {
      if (isProof && file.part === 'hook') {
        expectHook(file, context.options, notes)
        continue
      }
      const read = readTables(file, context, isProof && file.part.startsWith('sets'))
      const understood = yield* this.takeSetLines(file, read.others, read.notes)
      // A delta may have no commands for sets.
      const isNothing = kind !== 'full' && read.others.length === 0
      if (read.tables.length + understood > 0 || isNothing) notes.addAll(read.notes.all)
      else noteForeign(file, read.others, notes)
      // A save does not always show the family of a table; then the other tables decide.
      if (!isProof) loaded.push(...read.tables)
      else if (read.tables.length > 0) {
        takeTables(read.tables, tables, notes)
        this.areTablesNew = true
        yield
      }
    }
    takeTables(loaded, tables, notes)
    this.areTablesNew ||= loaded.length > 0
    this.isLoading = false
  }

  reading(): Reading {
    const { sets, context } = this
    const found = kit.notes()
    found.addAll(this.notes.all)
    if (this.areTablesNew) this.takeTables()
    for (const table of this.read) this.readChains(table)
    this.areTablesNew = false
    sets.changed.clear()
    for (const { notes } of this.read) found.addAll(notes)
    const filters = this.read.filter(({ table }) => table.name === 'filter')
    let rules: FoundRule[] = []
    for (const filter of filters) {
      const walked = filter.walked ?? this.walk(filter)
      found.addAll(walked.notes)
      rules = rules.concat(walked.rules)
    }
    for (const other of this.read) {
      const filter = filters.find(({ table }) => table.family === other.table.family)
      if (filter && other.table.name !== 'filter') doubtOther(other, filter, context, found)
    }
    if (this.isProof && !this.isLoading) sets.noteUnreferenced(found, this.referenced())
    if (this.isProof) return { rules, lists: [], notes: found.all }
    // A save names the chains that there are, but not the interfaces.
    const chain = filters.flatMap(({ table }) => [...table.chains.keys()])
    return { rules, lists: [], notes: found.all, scopes: { chain: [...new Set(chain)] } }
  }

  items() {
    return itemsOf(this.tables, this.sets, this.context.options)
  }

  /** Applies lines outside any table, one by one. Returns the number of understood lines. */
  private *takeSetLines(file: ReadFile, lines: readonly RawRule[], notes: Notes): Generator<undefined, number> {
    const isOfRules = this.isProof && !file.part.startsWith('sets')
    let understood = 0
    this.sets.isTolerant = false
    for (const { text, line } of lines) {
      const place = { part: file.part, line }
      const [, inUse] = /^destroy (\S+)/.exec(text) ?? []
      const reason = isOfRules
        ? 'is not understood'
        : inUse !== undefined && this.isNamed(inUse)
          ? `removes the set ${inUse}, which a rule names`
          : this.sets.apply(text, place)
      if (reason !== 'is not understood') understood++
      if (reason) notes.add(place, text, reason, !this.isProof && isNoCommand(text) ? { isHarmless: true } : {})
      yield
    }
    return understood
  }

  /** True if a rule of any chain, even of an unused one, names a set: then the set cannot be destroyed. */
  private isNamed(set: string): boolean {
    return this.tables.some(({ chains }) => [...chains.values()].some((chain) => namedIn(chain).has(set)))
  }

  /** Finds the sets that rules of any table change as packets come (`-j SET`). */
  private noteChanges(): void {
    for (const { chains } of this.tables)
      for (const chain of chains.values()) for (const name of changingIn(chain)) this.sets.changing.add(name)
  }

  /** Takes the tables as loads left them. What chains meant before other chains were there, or other rules that change sets, is forgotten. */
  private takeTables(): void {
    this.noteChanges()
    const before = this.names
    const names = this.tables.map(({ name, family, chains }) => [name, family, ...chains.keys()])
    this.names = JSON.stringify([names, ...this.sets.changing])
    const known = this.names === before ? this.read : []
    const tables = this.tables.filter(({ chains }) => chains.size > 0)
    this.read = tables.map((table): KnownTable => {
      const { kept = kit.kept<Chain, ReadChain>(), followed } = known.find((one) => one.table === table) ?? {}
      const chains = [...table.chains.values()]
      const own = this.isProof ? (followed ?? { outbound: kit.kept(), inbound: kit.kept() }) : undefined
      return { table, chains, rules: new Map(), kept, notes: [], changed: [], walked: undefined, followed: own }
    })
  }

  /** The sets that any chain names. */
  private referenced(): Set<string> {
    return new Set(this.read.flatMap(({ kept }) => kept.values.flatMap(({ sets }) => [...sets])))
  }

  /** Reads the chains of a table. Those whose rules and sets are the same as the last time are not read again. */
  private readChains(known: KnownTable): void {
    const { table, chains, rules, kept } = known
    const { sets, context, isProof } = this
    const { values, come } = kept.of(chains, sets.changed, (fresh, uses) =>
      fresh.map((chain) => {
        const notes = kit.notes()
        const family = table.family as AddressFamily
        const { part } = chain
        const given = { family, table: table.name, part, chains: table.chains, sets, context, notes, isProof }
        sets.asked = new Set()
        const read = { rules: readRules(chain, given), notes: notes.all, sets: sets.asked }
        for (const name of read.sets) uses(chain, name)
        return read
      }),
    )
    if (come.length === 0 && !this.areTablesNew) return
    known.walked = undefined
    known.changed = come.map(([{ name }]) => name)
    if (this.areTablesNew)
      for (const [index, { name }] of chains.entries()) rules.set(name, (values[index] as ReadChain).rules)
    else for (const [{ name }, read] of come) rules.set(name, read.rules)
    known.notes = kept.joined('notes')
  }

  /** Follows connections through the chains of a filter table. */
  private walk(filter: KnownTable): Walked {
    const { table, followed } = filter
    const notes = kit.notes()
    let rules: FoundRule[] = []
    for (const entry of entriesOf(filter, this.context)) {
      if (!table.chains.has(entry.chain)) notes.add(table.place, '*filter', `has no chain ${entry.chain}`)
      else rules = rules.concat(walk(entry, filter, this.context, notes, followed?.[entry.direction]))
    }
    const walked = { rules, notes: notes.all }
    filter.changed = []
    if (this.isProof) filter.walked = walked
    return walked
  }
}

/** The sets that the rules of a chain name. */
const namedIn = ofChain(({ rules }): ReadonlySet<string> => {
  const named = rules.flatMap(({ text }) =>
    Array.from(text.matchAll(/ --match-set (\S+)(?= )/g), ([, set = '']) => set),
  )
  return new Set(named)
})

/** The sets that the rules of a chain change. */
const changingIn = ofChain(({ rules }): readonly string[] =>
  rules
    .filter(({ text }) => text.includes('-j SET '))
    .flatMap(({ text }) => Array.from(text.matchAll(/ --(?:add|del)-set (\S+)/g), ([, name]) => name as string)),
)
