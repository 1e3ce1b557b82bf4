import type {
  AddressFamily,
  Device,
  FoundRule,
  LoadKind,
  Notes,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { expectHook } from './reader-hook.ts'
import { isNoCommand, itemsOf, noteForeign, takeTables } from './reader-load.ts'
import { readRules } from './reader-rule.ts'
import { SetStore } from './reader-sets.ts'
import { namesIn, ofChain, type RawRule, type Table, tablesOf } from './reader-tables.ts'
import { doubtOther, type KeptTable, walkAll } from './reader-walk.ts'

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

class Host implements Device {
  private readonly isProof: boolean
  private readonly notes = kit.notes()
  private readonly sets: SetStore
  private readonly tables: Table[] = []
  private isLoading = false
  private readonly kept = new Map<Table, KeptTable>()
  /** The names of all chains, because a rule may jump to any, and of the sets that rules change. */
  private names = ''

  constructor(private readonly context: ReaderContext) {
    this.isProof = context.purpose === 'prove'
    this.sets = new SetStore(this.isProof)
  }

  *load(files: readonly ReadFile[], kind: LoadKind) {
    const { sets, notes, isProof, context } = this
    this.isLoading = true
    sets.load++
    sets.isDelta = kind !== 'full'
    const loaded: Table[] = []
    for (const file of files) {
      if (isProof && file.part === 'hook') {
        expectHook(file, context.options, notes)
        continue
      }
      const read = tablesOf(file, isProof)
      const found = kit.notes()
      found.addAll(read.notes)
      const understood = yield* this.takeSetLines(file, read.others, found)
      // A delta may have no commands for sets.
      const isNothing = kind !== 'full' && read.others.length === 0
      if (read.tables.length + understood > 0 || isNothing) notes.addAll(found.all)
      else noteForeign(file, read.others, notes)
      // A save does not always show the family of a table; then the other tables decide.
      if (!isProof) loaded.push(...read.tables)
      else if (read.tables.length > 0) {
        this.takeTables(read.tables)
        yield
      }
    }
    this.takeTables(loaded)
    this.isLoading = false
  }

  reading(): Reading {
    const { sets, context, isProof } = this
    const notes = kit.notes()
    notes.addAll(this.notes.all)
    const read = this.tables.filter(({ chains }) => chains.size > 0).map((table) => this.readTable(table, notes))
    sets.changed.clear()
    const filters = read.filter(({ table }) => table.name === 'filter')
    const found = filters.map((filter) => {
      const own = kit.notes()
      filter.walked ??= { rules: walkAll(filter, context, own), notes: own.all }
      notes.addAll(filter.walked.notes)
      return filter.walked.rules
    })
    const rules = ([] as FoundRule[]).concat(...found)
    for (const other of read) {
      const filter = filters.find(({ table }) => table.family === other.table.family)
      if (filter && other.table.name !== 'filter') doubtOther(other, filter, context, notes)
    }
    if (isProof && !this.isLoading) {
      const named = read.flatMap(({ chains }) => chains.values.flatMap(({ sets }) => [...sets]))
      sets.noteUnreferenced(notes, new Set(named))
    }
    if (isProof) return { rules, lists: [], notes: notes.all }
    // A save names the chains that there are, but not the interfaces.
    const chain = filters.flatMap(({ table }) => [...table.chains.keys()])
    return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(chain)] } }
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
      const reason = isOfRules ? 'is not understood' : this.sets.apply(text, place)
      if (reason !== 'is not understood') understood++
      if (reason) notes.add(place, text, reason, !this.isProof && isNoCommand(text) ? { isHarmless: true } : {})
      yield
    }
    return understood
  }

  /** Takes tables. What chains meant before other chains were there, or other rules that change sets, is forgotten. */
  private takeTables(loaded: readonly Table[]): void {
    takeTables(loaded, this.tables, this.notes)
    const chains = this.tables.flatMap((table) => [...table.chains.values()])
    this.sets.named = new Set(chains.flatMap((chain) => setsIn(chain).matched))
    for (const chain of chains) for (const name of setsIn(chain).changed) this.sets.changing.add(name)
    const tables = this.tables.map(({ name, family, chains }) => [name, family, ...chains.keys()])
    const names = JSON.stringify([tables, ...this.sets.changing])
    if (this.names !== names) this.kept.clear()
    this.names = names
  }

  /** Reads the chains of a table. Those whose rules and sets are the same as the last time are not read again. */
  private readTable(table: Table, found: Notes): KeptTable {
    const { sets, context, isProof } = this
    const family = table.family as AddressFamily
    const kept: KeptTable = this.kept.get(table) ?? {
      table,
      chains: kit.kept(),
      rules: new Map(),
      outbound: kit.kept(),
      inbound: kit.kept(),
      changed: [],
    }
    this.kept.set(table, kept)
    const { come } = kept.chains.of([...table.chains.values()], sets.changed, (fresh, uses) =>
      fresh.map((chain) => {
        const notes = kit.notes()
        sets.asked = new Set()
        const rules = readRules({ family, chain, table, sets, context, notes, isProof })
        for (const name of sets.asked) uses(chain, name)
        return { name: chain.name, rules, notes: notes.all, sets: sets.asked }
      }),
    )
    for (const { name, rules } of come) kept.rules.set(name, rules)
    kept.changed = come.map(({ name }) => name)
    if (come.length > 0) kept.walked = undefined
    found.addAll(kept.chains.joined('notes'))
    return kept
  }
}

/** The sets that the rules of a chain match, and those that they change. */
const setsIn = ofChain(({ rules }) => ({
  matched: rules.flatMap(({ text }) =>
    text.includes('--match-set ') ? namesIn(text, / --match-set (\S+)(?= )/g) : [],
  ),
  changed: rules.flatMap(({ text }) => (text.includes('-j SET ') ? namesIn(text, / --(?:add|del)-set (\S+)/g) : [])),
}))
