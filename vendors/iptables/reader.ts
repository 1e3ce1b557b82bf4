import type { AddressFamily, Device, FoundRule, Notes, ReaderContext } from 'tagwall/reader'
import { bindKit, kit } from '../_kit/kit.ts'
import { entriesOf, type ReadTable } from './reader-entries.ts'
import { expectHook } from './reader-hook.ts'
import { inventoryOf } from './reader-inventory.ts'
import { noteForeign, takeSetLines, takeTables } from './reader-load.ts'
import { doubtOther } from './reader-others.ts'
import { readRules } from './reader-rule.ts'
import { emptyStore, noteUnreferenced, type SetStore } from './reader-sets.ts'
import { type Chain, readTables, type Table } from './reader-tables.ts'
import { walk } from './reader-walk.ts'

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
  const sets = emptyStore()
  const tables: Table[] = []
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
      const known = tables
        .filter(({ chains }) => chains.size > 0)
        .map((table) => withRules(table, sets, context, found))
      const filters = known.filter(({ table }) => table.name === 'filter')
      const rules = filters.flatMap((one) => rulesOf(one, context, found))
      for (const other of known) {
        const filter = filters.find(({ table }) => table.family === other.table.family)
        if (filter && other.table.name !== 'filter') doubtOther(other, filter, context, found)
      }
      if (isProof && !isLoading) noteUnreferenced(sets, found)
      // A save names the chains that there are, but not the interfaces.
      const chain = filters.flatMap(({ table }) => [...table.chains.keys()])
      return { rules, lists: [], notes: found.all, scopes: { chain: [...new Set(chain)] } }
    },
    inventory: () => inventoryOf(tables, sets),
  }
}

/** The sets that rules of any table change as packets come (`-j SET`). */
function changingSets(tables: readonly Table[]): string[] {
  const rules = tables.flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules))
  return rules
    .filter(({ text }) => text.includes('-j SET '))
    .flatMap(({ text }) => Array.from(text.matchAll(/ --(?:add|del)-set (\S+)/g), ([, name]) => name as string))
}

function withRules(table: Table, sets: SetStore, context: ReaderContext, notes: Notes): ReadTable {
  const { name, chains } = table
  const environment = {
    family: table.family as AddressFamily,
    table: name,
    chains,
    sets,
    context,
    notes,
  }
  const read = (chain: Chain) => readRules(chain, { ...environment, part: chain.part })
  return { table, rules: new Map(Array.from(chains, ([name, chain]) => [name, read(chain)])) }
}

function rulesOf(filter: ReadTable, context: ReaderContext, notes: Notes): FoundRule[] {
  const { table } = filter
  return entriesOf(filter, context).flatMap((entry) => {
    if (table.chains.has(entry.chain)) return walk(entry, filter, context, notes)
    notes.add(table.place, '*filter', `has no chain ${entry.chain}`)
    return []
  })
}
