import type { AddressFamily, Device, FoundRule, Note, Notes, ReaderContext } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { expectHook } from './reader-hook.ts'
import { inventoryOf, noteForeign, takeSetLines, takeTables } from './reader-load.ts'
import { type Rule, readRules } from './reader-rule.ts'
import { SetStore } from './reader-sets.ts'
import { type Chain, readTables, type Table } from './reader-tables.ts'
import { doubtOther, entriesOf, type ReadTable, walk } from './reader-walk.ts'

/**
 * A model of a host that loads `iptables-restore --noflush` and `ipset restore` input, and the output of `iptables-save`,
 * `ip6tables-save`, `iptables -S` and `ipset save`, in any number of files or one after the other in one. A set takes each line
 * at once. A table takes its lines together, at COMMIT: a chain that a file names is emptied first, and the others stay as they
 * are.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const isProof = context.purpose === 'prove'
  const notes = kit.notes()
  const sets = new SetStore(isProof)
  const tables: Table[] = []
  const rulesIn = tablesReader(tables, sets, context)
  let isLoading = false
  return {
    *load(files, kind) {
      isLoading = true
      sets.load++
      sets.isDelta = kind !== 'full'
      const loaded: Table[] = []
      for (const file of files) {
        if (isProof && file.part === 'hook') {
          expectHook(file, context.options, notes)
          continue
        }
        const read = readTables(file, context, isProof && file.part.startsWith('sets'))
        const understood = yield* takeSetLines(file, read.others, tables, sets, context, read.notes)
        // A delta may have no commands for sets.
        const isNothing = kind !== 'full' && read.others.length === 0
        if (read.tables.length + understood > 0 || isNothing) notes.addAll(read.notes.all)
        else noteForeign(file, read.others, notes)
        // A save does not always show the family of a table; then the other tables decide.
        if (!isProof) loaded.push(...read.tables)
        else if (read.tables.length > 0) {
          takeTables(read.tables, tables, notes)
          yield
        }
      }
      takeTables(loaded, tables, notes)
      isLoading = false
    },
    reading() {
      const found = kit.notes()
      found.addAll(notes.all)
      sets.referenced.clear()
      for (const name of changingSets(tables)) sets.changing.add(name)
      const known = rulesIn(found)
      const filters = known.filter(({ table }) => table.name === 'filter')
      const rules = filters.flatMap((one) => rulesOf(one, context, found))
      for (const other of known) {
        const filter = filters.find(({ table }) => table.family === other.table.family)
        if (filter && other.table.name !== 'filter') doubtOther(other, filter, context, found)
      }
      if (isProof && !isLoading) sets.noteUnreferenced(found)
      // A save names the chains that there are, but not the interfaces.
      const chain = filters.flatMap(({ table }) => [...table.chains.keys()])
      return { rules, lists: [], notes: found.all, scopes: { chain: [...new Set(chain)] } }
    },
    inventory: () => inventoryOf(tables, sets),
  }
}

/** The sets that rules of any table change as packets come (`-j SET`). */
const changingSets = (tables: readonly Table[]): string[] =>
  tables.flatMap(({ chains }) =>
    [...chains.values()].flatMap((chain) => {
      const names = CHANGING.get(chain) ?? changingIn(chain)
      CHANGING.set(chain, names)
      return names
    }),
  )

/** The sets that the rules of a chain change. A load replaces a chain and never changes it. */
const CHANGING = new WeakMap<Chain, readonly string[]>()

const changingIn = ({ rules }: Chain): readonly string[] =>
  rules
    .filter(({ text }) => text.includes('-j SET '))
    .flatMap(({ text }) => Array.from(text.matchAll(/ --(?:add|del)-set (\S+)/g), ([, name]) => name as string))

/** The rules of a chain, and the notes about them. */
interface ReadChain {
  readonly rules: readonly Rule[]
  readonly notes: readonly Note[]
}

/** Reads the chains of all tables. Those that no load has replaced since the last time are not read again. */
function tablesReader(tables: readonly Table[], sets: SetStore, context: ReaderContext): (found: Notes) => ReadTable[] {
  let known = new WeakMap<Chain, ReadChain>()
  let names = ''
  const read = (chain: Chain, { name: table, family, chains }: Table): ReadChain => {
    const notes = kit.notes()
    const environment = { family: family as AddressFamily, table, chains, sets, context, notes, part: chain.part }
    return { rules: readRules(chain, environment), notes: notes.all }
  }
  return (found) => {
    // A rule may jump to a chain, and what a set holds may change.
    const before = names
    names = JSON.stringify(tables.map(({ name, family, chains }) => [name, family, ...chains.keys()]))
    if (names !== before || sets.byName.size > 0) known = new WeakMap()
    const once = (chain: Chain, table: Table) => {
      const one = known.get(chain) ?? read(chain, table)
      known.set(chain, one)
      found.addAll(one.notes)
      return one.rules
    }
    return tables
      .filter(({ chains }) => chains.size > 0)
      .map((table) => ({
        table,
        rules: new Map(Array.from(table.chains, ([name, chain]) => [name, once(chain, table)])),
      }))
  }
}

function rulesOf(filter: ReadTable, context: ReaderContext, notes: Notes): FoundRule[] {
  const { table } = filter
  return entriesOf(filter, context).flatMap((entry) => {
    if (table.chains.has(entry.chain)) return walk(entry, filter, context, notes)
    notes.add(table.place, '*filter', `has no chain ${entry.chain}`)
    return []
  })
}
