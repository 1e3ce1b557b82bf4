import type { AddressFamily, Follower, FoundRule, Note, Reader, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { Doubts } from './reader-doubts.ts'
import { entriesOf, type ReadTable, walkOf } from './reader-entries.ts'
import { expectHook } from './reader-hook.ts'
import { doubtOther } from './reader-others.ts'
import { readRules } from './reader-rule.ts'
import { readSetLine, type SetStore, unreferencedSets } from './reader-sets.ts'
import { type RawRule, readTables, type Table } from './reader-tables.ts'
import { walk } from './reader-walk.ts'

/**
 * `iptables-restore` and `ipset restore` input, and what `iptables-save`, `ip6tables-save`, `iptables -S` and
 * `ipset save` print, in any number of files or one after the other in one.
 */
const read: Reader = (files, context) => {
  const notes: Note[] = []
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
  if (context.purpose === 'prove') notes.push(...unreferencedSets(sets))
  // A save names the chains that there are, but not the interfaces.
  const chain = filters.flatMap(({ table }) => [...table.chains.keys()])
  return { rules, lists: [], notes, scopes: { chain: [...new Set(chain)] } }
}

export default read

/**
 * A set takes each line at once; a table takes its lines together, at COMMIT. A chain that a delta names is emptied first, so
 * that what the delta says of it is all of it.
 */
export const follow: Follower = function* (files, deltas, context) {
  const notes: Note[] = []
  const sets = noSets()
  const tables = files.flatMap((file) => tablesOf(file, sets, context, notes))
  const state = (): Reading => {
    const found = [...notes]
    return {
      rules: tables.flatMap((table) => rulesOf(withRules(table, sets, context, found), context, found)),
      lists: [],
      notes: found,
    }
  }
  yield state()
  sets.isDelta = true
  for (const file of deltas) {
    if (file.part === 'sets') {
      sets.isTolerant = false
      for (const { text, line } of commandLines(file.text)) {
        const place = { part: file.part, line }
        const reason = readSetLine(text, place, sets, { kit: context.kit, purpose: context.purpose })
        if (reason) notes.push({ place, text: shorten(text), reason })
        yield state()
      }
      continue
    }
    const changed = readTables(file, context.purpose, false)
    notes.push(...changed.notes)
    for (const { text, line } of changed.others) {
      notes.push({ place: { part: file.part, line }, text: shorten(text), reason: 'is not understood' })
    }
    for (const { chains, family } of changed.tables) {
      const table = tables.find((table) => table.family === (file.family ?? family))
      for (const [name, chain] of chains) table?.chains.set(name, chain)
      if (!table)
        notes.push({ place: { part: file.part, line: 1 }, text: '*filter', reason: 'is a table that is not there' })
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

function tablesOf(file: ReadFile, sets: SetStore, { options, purpose, kit }: ReaderContext, notes: Note[]): Table[] {
  if (purpose === 'prove' && file.part === 'hook') {
    notes.push(...expectHook(file, options))
    return []
  }
  const isSetFile = purpose === 'prove' && file.part === 'sets'
  const { tables, others, notes: found } = readTables(file, purpose, isSetFile)
  let understood = tables.length
  for (const { text, line } of others) {
    const place = { part: file.part, line }
    const isRules = purpose === 'prove' && !isSetFile
    const reason = isRules ? 'is not understood' : readSetLine(text, place, sets, { kit, purpose })
    if (reason !== 'is not understood') understood++
    const isHarmless = purpose === 'audit' && !MAYBE_COMMAND.test(text)
    if (reason) found.push({ place, text: shorten(text), reason, ...(isHarmless && { isHarmless }) })
  }
  if (understood > 0) notes.push(...found)
  else notes.push(nothingIn(file, others))
  return tables
}

/** What may have been meant for a table or a set. What else stands outside of both is a banner, a prompt or the like. */
const MAYBE_COMMAND = /^(?:[-:*]|(?:create|add|del|flush|destroy|swap|rename|COMMIT)\b)/

/** One sentence for a text of another kind, not one for each of its lines. */
function nothingIn({ part, text }: ReadFile, lines: readonly RawRule[]): Note {
  const [first] = lines
  const about = (text: string) => ({ place: { part, line: first?.line ?? 1 }, text: shorten(text), isForeign: true })
  return first
    ? { ...about(first.text), reason: 'begins a file with neither a filter table nor sets' }
    : { ...about(text.trim()), reason: 'is a file with neither a filter table nor sets' }
}

/** Where a save does not say which family it is for, the other one of the two. */
function withFamilies(tables: readonly Table[], notes: Note[]): void {
  const seen = new Set<string>()
  for (const table of tables) {
    const { name } = table
    table.family ??= seen.has(`${name} ipv4`) ? 'ipv6' : 'ipv4'
    if (seen.has(`${name} ${table.family}`)) {
      const reason = `is a second ${name} table of ${table.family}: it is not read`
      notes.push({ place: table.place, text: `*${name}`, reason })
      table.chains.clear()
    }
    seen.add(`${name} ${table.family}`)
  }
}

function withRules(table: Table, sets: SetStore, context: ReaderContext, notes: Note[]): ReadTable {
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

function rulesOf(filter: ReadTable, context: ReaderContext, notes: Note[]): FoundRule[] {
  const { table } = filter
  const doubts = new Doubts(notes)
  return entriesOf(filter, context).flatMap((entry) => {
    if (table.chains.has(entry.chain)) return walk({ ...walkOf(filter, context, notes), doubts, entry })
    const reason = `has no chain ${entry.chain}`
    if (!notes.some((note) => note.place === table.place && note.reason === reason)) {
      notes.push({ place: table.place, text: '*filter', reason })
    }
    return []
  })
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)
