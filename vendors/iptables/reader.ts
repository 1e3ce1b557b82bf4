import type {
  AddressFamily,
  Device,
  Direction,
  FoundRule,
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
import { type Chain, type RawRule, readTables, type Table } from './reader-tables.ts'
import { doubtOther, entriesOf, type Followed, type ReadTable, walk } from './reader-walk.ts'

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

class Host implements Device {
  private readonly isProof: boolean
  private readonly notes = kit.notes()
  private readonly sets: SetStore
  private readonly tables: Table[] = []
  private isLoading = false
  /** The chains that no load has replaced since they were read. */
  private known = new WeakMap<Chain, ReadChain>()
  /** The tables as they were read last, and in a proof what their filter rules mean. */
  private read: ReadTable[] = []
  private readonly walked = new WeakMap<ReadTable['rules'], Walked>()
  /** The names of all chains, because a rule may jump to any, and of the sets that rules change. */
  private names = ''
  /** True if tables were loaded since the last reading. */
  private areTablesNew = true
  /** In a proof, what earlier readings followed in each direction. */
  private readonly followed: Readonly<Record<Direction, Followed>> | undefined

  constructor(private readonly context: ReaderContext) {
    this.isProof = context.purpose === 'prove'
    this.sets = new SetStore(this.isProof)
    const begin = (): Followed => ({ rules: new WeakMap(), kept: new WeakMap() })
    if (this.isProof) this.followed = { outbound: begin(), inbound: begin() }
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
    if (this.areTablesNew) this.forgetChains()
    if (this.areTablesNew || sets.changed.size > 0) this.readTables()
    this.areTablesNew = false
    sets.changed.clear()
    for (const { table } of this.read)
      for (const chain of table.chains.values()) found.addAll(this.known.get(chain)?.notes ?? [])
    const filters = this.read.filter(({ table }) => table.name === 'filter')
    const rules = filters.flatMap((one) => {
      const walked = (this.isProof && this.walked.get(one.rules)) || this.walk(one)
      found.addAll(walked.notes)
      return walked.rules
    })
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
    return this.tables.some(({ chains }) =>
      [...chains.values()].some(({ rules }) => rules.some(({ text }) => text.includes(` --match-set ${set} `))),
    )
  }

  /** Finds the sets that rules of any table change as packets come (`-j SET`). */
  private noteChanges(): void {
    for (const { chains } of this.tables)
      for (const chain of chains.values()) {
        const names = CHANGING.get(chain) ?? changingIn(chain)
        CHANGING.set(chain, names)
        for (const name of names) this.sets.changing.add(name)
      }
  }

  /** Forgets what chains meant before other chains were there, or other rules that change sets. */
  private forgetChains(): void {
    this.noteChanges()
    const before = this.names
    const names = this.tables.map(({ name, family, chains }) => [name, family, ...chains.keys()])
    this.names = JSON.stringify([names, ...this.sets.changing])
    if (this.names !== before) this.known = new WeakMap()
  }

  /** The sets that any chain names. */
  private referenced(): Set<string> {
    const chains = this.tables.flatMap(({ chains }) => [...chains.values()])
    return new Set(chains.flatMap((chain) => [...(this.known.get(chain)?.sets ?? [])]))
  }

  /** Reads the chains of all tables. Those whose rules and sets are the same as the last time are not read again. */
  private readTables(): void {
    const tables = this.tables.filter(({ chains }) => chains.size > 0)
    this.read = tables.map((table) => {
      const read = Array.from(table.chains, ([name, chain]) => [name, this.readChain(chain, table)] as const)
      const before = this.read.find((one) => one.table === table)?.rules
      const isSame = before?.size === read.length && read.every(([name, rules]) => before.get(name) === rules)
      return { table, rules: isSame ? before : new Map(read) }
    })
  }

  private readChain(chain: Chain, { name: table, family, chains }: Table): readonly Rule[] {
    const { sets, context } = this
    let read = this.known.get(chain)
    if (!read || hasAny(read.sets, sets.changed)) {
      const notes = kit.notes()
      const environment = { family: family as AddressFamily, table, chains, sets, context, notes, part: chain.part }
      sets.asked = new Set()
      read = { rules: readRules(chain, environment), notes: notes.all, sets: sets.asked }
      this.known.set(chain, read)
    }
    return read.rules
  }

  /** Follows connections through the chains of a filter table. */
  private walk(filter: ReadTable): Walked {
    const { table } = filter
    const notes = kit.notes()
    const rules = entriesOf(filter, this.context).flatMap((entry) => {
      if (table.chains.has(entry.chain))
        return walk(entry, filter, this.context, notes, this.followed?.[entry.direction])
      notes.add(table.place, '*filter', `has no chain ${entry.chain}`)
      return []
    })
    const walked = { rules, notes: notes.all }
    this.walked.set(filter.rules, walked)
    return walked
  }
}

function hasAny(names: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of names) if (others.has(name)) return true
  return false
}

/** The sets that the rules of a chain change. A load replaces a chain and never changes it. */
const CHANGING = new WeakMap<Chain, readonly string[]>()

const changingIn = ({ rules }: Chain): readonly string[] =>
  rules
    .filter(({ text }) => text.includes('-j SET '))
    .flatMap(({ text }) => Array.from(text.matchAll(/ --(?:add|del)-set (\S+)/g), ([, name]) => name as string))
