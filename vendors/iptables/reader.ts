import type {
  AddressFamily,
  Follower,
  FoundRule,
  Notes,
  Reader,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { entriesOf, type ReadTable } from './reader-entries.ts'
import { expectHook } from './reader-hook.ts'
import { doubtOther } from './reader-others.ts'
import { readRules } from './reader-rule.ts'
import { noteUnreferenced, readSetLine, type SetStore } from './reader-sets.ts'
import { type RawRule, readTables, type Table } from './reader-tables.ts'
import { walk } from './reader-walk.ts'

/**
 * `iptables-restore` and `ipset restore` input, and what `iptables-save`, `ip6tables-save`, `iptables -S` and
 * `ipset save` print, in any number of files or one after the other in one.
 */
const read: Reader = (files, context) => {
  const notes = context.kit.notes()
  const sets = noSets()
  const tables = files.flatMap((file) => tablesOf(file, sets, context, notes))
  withFamilies(tables, notes)
  for (const name of changingSets(tables)) sets.changing.add(name)
  const known = tables.filter(({ chains }) => chains.size > 0).map((table) => withRules(table, sets, context, notes))
  const filters = known.filter(({ table }) => table.name === 'filter')
  const rules = filters.flatMap((one) => rulesOf(one, context, notes))
  for (const other of known) {
    const filter = filters.find(({ table }) => table.family === other.table.family)
    if (filter && other.table.name !== 'filter') doubtOther(other, filter, context, notes)
  }
  if (context.purpose === 'prove') noteUnreferenced(sets, notes)
  // A save names the chains that there are, but not the interfaces.
  const chain = filters.flatMap(({ table }) => [...table.chains.keys()])
  return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(chain)] } }
}

export default read

/**
 * A set takes each line at once; a table takes its lines together, at COMMIT. A chain that a delta names is emptied first, so
 * that what the delta says of it is all of it.
 */
export const follow: Follower = function* (files, deltas, context) {
  const notes = context.kit.notes()
  const sets = noSets()
  const tables = files.flatMap((file) => tablesOf(file, sets, context, notes))
  const state = (): Reading => {
    const found = context.kit.notes()
    found.addAll(notes.all)
    return {
      rules: tables.flatMap((table) => rulesOf(withRules(table, sets, context, found), context, found)),
      lists: [],
      notes: found.all,
    }
  }
  yield state()
  sets.isDelta = true
  for (const file of deltas) {
    if (file.part === 'sets') {
      sets.isTolerant = false
      for (const { text, line } of commandLines(file.text)) {
        const place = { part: file.part, line }
        const reason = readSetLine(text, place, sets, context)
        if (reason) notes.add(place, text, reason)
        yield state()
      }
      continue
    }
    const changed = readTables(file, context, false)
    notes.addAll(changed.notes.all)
    for (const { text, line } of changed.others) notes.add({ part: file.part, line }, text, 'is not understood')
    for (const { chains, family } of changed.tables) {
      const table = tables.find((table) => table.family === (file.family ?? family))
      for (const [name, chain] of chains) table?.chains.set(name, chain)
      if (!table) notes.add({ part: file.part, line: 1 }, '*filter', 'is a table that is not there')
    }
    yield state()
  }
}

function noSets(): SetStore {
  return { byName: new Map(), referenced: new Set(), changing: new Set(), isTolerant: false, isDelta: false }
}

/** The sets that rules of any table change as packets come (`-j SET`). */
function changingSets(tables: readonly Table[]): string[] {
  const rules = tables.flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules))
  return rules
    .filter(({ text }) => text.includes('-j SET '))
    .flatMap(({ text }) => Array.from(text.matchAll(/ --(?:add|del)-set (\S+)/g), ([, name]) => name as string))
}

function commandLines(text: string): RawRule[] {
  return text
    .split('\n')
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'))
}

function tablesOf(file: ReadFile, sets: SetStore, context: ReaderContext, notes: Notes): Table[] {
  const { options, purpose } = context
  if (purpose === 'prove' && file.part === 'hook') {
    expectHook(file, options, notes)
    return []
  }
  const isSetFile = purpose === 'prove' && file.part === 'sets'
  const { tables, others, notes: found } = readTables(file, context, isSetFile)
  let understood = tables.length
  for (const { text, line } of others) {
    const place = { part: file.part, line }
    const isRules = purpose === 'prove' && !isSetFile
    const reason = isRules ? 'is not understood' : readSetLine(text, place, sets, context)
    if (reason !== 'is not understood') understood++
    const isHarmless = purpose === 'audit' && !MAYBE_COMMAND.test(text)
    if (reason) found.add(place, text, reason, isHarmless ? { isHarmless } : {})
  }
  if (understood > 0) notes.addAll(found.all)
  else noteForeign(file, others, notes)
  return tables
}

/** What may have been meant for a table or a set. What else stands outside of both is a banner, a prompt or the like. */
const MAYBE_COMMAND = /^(?:[-:*]|(?:create|add|del|flush|destroy|swap|rename|COMMIT)\b)/

/** One sentence for a text of another kind, not one for each of its lines. */
function noteForeign({ part, text }: ReadFile, [first]: readonly RawRule[], notes: Notes): void {
  const reason = `${first ? 'begins' : 'is'} a file with neither a filter table nor sets`
  notes.add({ part, line: first?.line ?? 1 }, first?.text ?? text.trim(), reason, { isForeign: true })
}

/** Where a save does not say which family it is for, the other one of the two. */
function withFamilies(tables: readonly Table[], notes: Notes): void {
  const seen = new Set<string>()
  for (const table of tables) {
    const { name } = table
    table.family ??= seen.has(`${name} ipv4`) ? 'ipv6' : 'ipv4'
    if (seen.has(`${name} ${table.family}`)) {
      notes.add(table.place, `*${name}`, `is a second ${name} table of ${table.family}: it is not read`)
      table.chains.clear()
    }
    seen.add(`${name} ${table.family}`)
  }
}

function withRules(table: Table, sets: SetStore, context: ReaderContext, notes: Notes): ReadTable {
  const { name, chains, place } = table
  const environment = {
    family: table.family as AddressFamily,
    table: name,
    part: place.part,
    chains,
    sets,
    context,
    notes,
  }
  return { table, rules: new Map(Array.from(chains, ([name, chain]) => [name, readRules(chain, environment)])) }
}

function rulesOf(filter: ReadTable, context: ReaderContext, notes: Notes): FoundRule[] {
  const { table } = filter
  return entriesOf(filter, context).flatMap((entry) => {
    if (table.chains.has(entry.chain)) return walk(entry, filter, context, notes)
    notes.add(table.place, '*filter', `has no chain ${entry.chain}`)
    return []
  })
}
