import type {
  AddressFamily,
  Direction,
  Follower,
  FoundRule,
  Narrowing,
  Note,
  Reader,
  ReaderContext,
  ReadFile,
  Reading,
} from 'tagwall/reader'
import { expectHook } from './reader-hook.ts'
import { type Rule, readRules } from './reader-rule.ts'
import { readSetLine, type SetStore, unreferencedSets } from './reader-sets.ts'
import { type Chain, type RawRule, readTables, type Table } from './reader-tables.ts'
import { type Entry, walk } from './reader-walk.ts'

/**
 * `iptables-restore` and `ipset restore` input, and what `iptables-save`, `ip6tables-save`, `iptables -S` and
 * `ipset save` print, in any number of files or one after the other in one.
 */
const read: Reader = (files, context) => {
  const notes: Note[] = []
  const sets: SetStore = { byName: new Map(), referenced: new Set(), isTolerant: false, isDelta: false }
  const tables = files.flatMap((file) => tablesOf(file, sets, context, notes))
  withFamilies(tables, notes)
  const rules = tables.flatMap((table) => rulesOf(table, sets, context, notes))
  if (context.purpose === 'prove') notes.push(...unreferencedSets(sets))
  return { rules, lists: [], notes }
}

export default read

/**
 * A set takes each line at once; a table takes its lines together, at COMMIT. A chain that a delta names is emptied first, so
 * that what the delta says of it is all of it.
 */
export const follow: Follower = function* (files, deltas, context) {
  const notes: Note[] = []
  const sets: SetStore = { byName: new Map(), referenced: new Set(), isTolerant: false, isDelta: false }
  const tables = files.flatMap((file) => tablesOf(file, sets, context, notes))
  const state = (): Reading => {
    const found = [...notes]
    return { rules: tables.flatMap((table) => rulesOf(table, sets, context, found)), lists: [], notes: found }
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
    if (reason) found.push({ place, text: shorten(text), reason })
  }
  if (understood > 0) notes.push(...found)
  else notes.push(nothingIn(file, others))
  return tables
}

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
  const seen = new Set<AddressFamily>()
  for (const table of tables) {
    table.family ??= seen.has('ipv4') ? 'ipv6' : 'ipv4'
    if (seen.has(table.family)) {
      const reason = `is a second filter table of ${table.family}: it is not read`
      notes.push({ place: table.place, text: '*filter', reason })
      table.chains.clear()
    }
    seen.add(table.family)
  }
}

function rulesOf(table: Table, sets: SetStore, context: ReaderContext, notes: Note[]): FoundRule[] {
  if (table.chains.size === 0) return []
  const family = table.family as AddressFamily
  const rules = new Map<string, Rule[]>()
  for (const [name, chain] of table.chains) {
    rules.set(name, readRules(chain, { family, part: table.place.part, chains: table.chains, sets, context, notes }))
  }
  return entriesOf(table, rules, context).flatMap((entry) => {
    const chain = table.chains.get(entry.chain)
    if (!chain) {
      const reason = `has no chain ${entry.chain}`
      if (!notes.some((note) => note.place === table.place && note.reason === reason)) {
        notes.push({ place: table.place, text: '*filter', reason })
      }
      return []
    }
    return walk({ entry, chains: table.chains, rules, family, part: table.place.part, kit: context.kit, notes })
  })
}

/** Where new connections come in: our chains when proving, else the built-in ones or the one that was asked for. */
function entriesOf(table: Table, rules: ReadonlyMap<string, readonly Rule[]>, context: ReaderContext): Entry[] {
  const { options, purpose, narrow } = context
  if (purpose === 'prove') {
    return [
      { chain: `${options.chain}-OUT`, direction: 'outbound', isDecided: true, interfaces: {} },
      { chain: `${options.chain}-IN`, direction: 'inbound', isDecided: true, interfaces: {} },
    ]
  }
  const outbound = narrow.chain ?? String(options.outboundHook)
  const inbound = narrow.chain ?? String(options.inboundHook)
  const decided = directionOf(outbound === inbound ? outbound : undefined, table.chains, rules)
  const areInterfacesKnown = narrow.fromZone !== undefined && narrow.toZone !== undefined
  const isDecided = outbound !== inbound || decided !== undefined || areInterfacesKnown
  const entries: Entry[] = [
    { chain: outbound, direction: 'outbound', isDecided, interfaces: interfacesOf('outbound', narrow) },
    { chain: inbound, direction: 'inbound', isDecided, interfaces: interfacesOf('inbound', narrow) },
  ]
  return entries.filter(({ direction }) => decided === undefined || decided === direction)
}

/** Outbound if only OUTPUT leads to the chain, inbound if only INPUT does; FORWARD sees both. */
function directionOf(
  chain: string | undefined,
  chains: ReadonlyMap<string, Chain>,
  rules: ReadonlyMap<string, readonly Rule[]>,
): Direction | undefined {
  if (chain === undefined) return undefined
  const from = ['OUTPUT', 'INPUT', 'FORWARD'].filter((name) => chains.has(name) && reachable(name, rules).has(chain))
  return from.length !== 1 ? undefined : from[0] === 'OUTPUT' ? 'outbound' : from[0] === 'INPUT' ? 'inbound' : undefined
}

function reachable(chain: string, rules: ReadonlyMap<string, readonly Rule[]>): ReadonlySet<string> {
  const seen = new Set([chain])
  // A set that grows while it is walked: its new members are walked too.
  for (const name of seen) {
    for (const { verdict } of rules.get(name) ?? []) {
      if (verdict.kind === 'jump' || verdict.kind === 'goto') seen.add(verdict.chain)
    }
  }
  return seen
}

/** The interfaces that a packet has: from the inner to the outer one, or back. */
function interfacesOf(direction: Direction, { fromZone, toZone }: Readonly<Partial<Record<Narrowing, string>>>) {
  return direction === 'outbound' ? { in: fromZone, out: toZone } : { in: toZone, out: fromZone }
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)
