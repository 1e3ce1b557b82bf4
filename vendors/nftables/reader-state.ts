import type { Notes, Place, Range } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Clause, Rule } from './reader-clauses.ts'
import type { SetForm, Statement, TableName } from './reader-commands.ts'
import type { Element, Hook, Value } from './reader-expressions.ts'

export interface Chain {
  readonly place: Place
  readonly name: string
  readonly hook: Hook | undefined
  policy: string | undefined
  rules: Rule[]
}

export interface NamedSet {
  readonly place: Place
  readonly name: string
  readonly form: SetForm
  /** By key, so equal elements are stored once. */
  elements: ReadonlyMap<string, Element>
  /** Its elements since the file began or emptied it, if any came or went: nft refuses an overlap with any of these. */
  held: Map<string, Element> | undefined
}

export interface Table extends TableName {
  readonly place: Place
  isDormant: boolean
  readonly chains: Map<string, Chain>
  readonly sets: Map<string, NamedSet>
}

/** The tables of a machine. A file makes a new state, and leaves the one before as it is. */
export type State = ReadonlyMap<string, Table>

export const EMPTY: State = new Map()

/**
 * The state after one file, applied all at once as nft does. Commands that fail become notes, and nft would load
 * nothing; here the others take effect, so an audit goes on. `isStrict` in a proof: elements of every set must be valid for nft,
 * because nothing else checks them.
 */
export function applyAll(before: State, statements: readonly Statement[], isStrict: boolean, notes: Notes): State {
  const state = new Map(Array.from(before, ([name, table]) => [name, copyOf(table)]))
  for (const statement of statements) {
    const reason = apply(state, statement) ?? (isStrict ? unread(statement) : undefined)
    if (reason) notes.add(statement.place, statement.text, reason)
  }
  if (isStrict) for (const { sets } of state.values()) for (const set of sets.values()) noteWrong(set, notes)
  return state
}

/** The unknown part of a rule. nft would refuse the file even if the rule is flushed before its use. */
function unread(statement: Statement): string | undefined {
  const clauses = statement.object === 'rule' ? statement.rule.clauses : []
  const unknown = clauses.find(({ kind }) => kind === 'unknown')
  return unknown?.kind === 'unknown' ? `has ${unknown.text}, which is not understood` : undefined
}

/** The name of a table in a state. */
export const nameOf = ({ family, name }: TableName) => `${family} ${name}`

const copyOf = (table: Table): Table => ({
  ...table,
  chains: new Map(Array.from(table.chains, ([name, chain]) => [name, { ...chain, rules: [...chain.rules] }])),
  sets: new Map(Array.from(table.sets, ([name, set]) => [name, { ...set, held: undefined }])),
})

/** Applies a command; the reason why it fails, if it does. */
function apply(state: Map<string, Table>, statement: Statement): string | undefined {
  if (statement.object === 'ruleset') {
    for (const [name, { family }] of state) if ((statement.family ?? family) === family) state.delete(name)
    return undefined
  }
  const name = nameOf(statement.table)
  const table = state.get(name)
  if (statement.object === 'table') return applyToTable(state, name, statement)
  if (!table) return missing('table', name)
  if (statement.object === 'chain') return applyToChain(table, statement)
  if (statement.object === 'set') return applyToSet(table, statement)
  if (statement.object === 'rule') return addRule(table.chains.get(statement.chain), statement)
  return applyToElements(table.sets.get(statement.name), statement)
}

const missing = (what: string, name: string) => `names the ${what} ${name}, which does not exist`

/** The reason why a command fails because something is there already, or is not there. */
function refusal(held: object | undefined, verb: string, what: string, name: string): string | undefined {
  if (verb === 'create') return held && `creates a ${what} that exists already`
  return held || verb === 'add' || verb === 'destroy' ? undefined : missing(what, name)
}

function applyToTable(state: Map<string, Table>, name: string, statement: Of<'table'>): string | undefined {
  const table = state.get(name)
  const refused = refusal(table, statement.verb, 'table', name)
  if (refused) return refused
  const { place, made } = statement
  if (made) {
    // A table that is there already sleeps or wakes by the flags that are given, or not given, now (nft(8), TABLES).
    if (table) table.isDormant = made.isDormant
    else state.set(name, { ...statement.table, place, ...made, chains: new Map(), sets: new Map() })
  } else if (statement.verb === 'flush') for (const chain of table?.chains.values() ?? []) chain.rules = []
  else state.delete(name)
  return undefined
}

function applyToChain(table: Table, statement: Of<'chain'>): string | undefined {
  const { name, place, verb, made } = statement
  const chain = table.chains.get(name)
  const refused = refusal(chain, verb, 'chain', name)
  if (refused) return refused
  if (made) {
    const { hook, policy } = made
    if (chain && hook && JSON.stringify(hook) !== JSON.stringify(chain.hook))
      return 'adds a chain that exists already, at another hook'
    if (!chain) table.chains.set(name, { place, name, hook, policy, rules: [] })
    else if (policy) chain.policy = policy
  } else if (chain && verb === 'flush') chain.rules = []
  else if (chain && isNamed(table, 'chain', name)) return `deletes the chain ${name}, which is jumped to`
  else table.chains.delete(name)
  return undefined
}

function applyToSet(table: Table, statement: Of<'set'>): string | undefined {
  const { name, place, verb, isMap, form } = statement
  const set = table.sets.get(name)
  const what = isMap && !form ? 'map' : 'set'
  const isOther = set && !form && set.form.isMap !== isMap
  const refused = isOther ? missing(what, name) : refusal(set, verb, what, name)
  if (refused) return refused
  if (form && !set) table.sets.set(name, { place, name, form, elements: new Map(), held: undefined })
  if (!set) return undefined
  if (form && JSON.stringify(set.form) !== JSON.stringify(form))
    return 'adds a set that exists already, of another form'
  if (form) return undefined
  if (verb === 'flush') Object.assign(set, { elements: new Map(), held: new Map() })
  else if (isNamed(table, 'set', name)) return `deletes the set ${name}, which rules name`
  else table.sets.delete(name)
  return undefined
}

function applyToElements(set: NamedSet | undefined, { verb, name, elements }: Of<'element'>): string | undefined {
  if (!set) return missing('set', name)
  set.held ??= new Map(set.elements)
  const after = new Map(set.elements)
  for (const element of elements) {
    const id = keyOf(element.value)
    if (verb === 'delete') {
      if (!after.delete(id)) return `takes ${id} out of the set ${name}, which does not contain it`
    } else if (verb === 'destroy') after.delete(id)
    else if (verb === 'create' && after.has(id)) return `creates ${id} in the set ${name}, which holds it`
    else {
      if (!after.has(id)) after.set(id, element)
      set.held.set(id, element)
    }
  }
  set.elements = after
  return undefined
}

function addRule(chain: Chain | undefined, { verb, chain: name, rule }: Of<'rule'>): string | undefined {
  if (!chain) return missing('chain', name)
  if (verb === 'insert') chain.rules.unshift(rule)
  else chain.rules.push(rule)
  return undefined
}

type Of<Name extends Statement['object']> = Extract<Statement, { object: Name }>

/** True if a rule of a table names a chain or a set. */
export function isNamed({ chains }: Table, kind: 'chain' | 'set', name: string): boolean {
  const isIn = (clause: Clause) => (kind === 'set' ? setIn(clause) === name : chainsIn(clause).includes(name))
  return [...chains.values()].some(({ rules }) => rules.some(({ clauses }) => clauses.some(isIn)))
}

function setIn(clause: Clause): string | undefined {
  if (clause.kind === 'changes') return clause.set
  return 'right' in clause && clause.right.kind === 'set' ? clause.right.name : undefined
}

function chainsIn(clause: Clause): string[] {
  const elements = clause.kind === 'map' && clause.right.kind === 'list' ? clause.right.elements : []
  const verdicts = [clause.kind === 'verdict' ? clause.verdict : undefined, ...elements.map(({ verdict }) => verdict)]
  return verdicts.flatMap((verdict) => (verdict && 'chain' in verdict ? verdict.chain : []))
}

/** An address without the length of a single address. */
const hostOf = (text: string) =>
  text.replace(/^([\da-f:.]+)\/(32|128)$/i, (whole, address: string, length: string) =>
    address.includes(':') === (length === '128') ? address : whole,
  )

/** A text that two values share only if they are the same: `10.0.0.1/32` is `10.0.0.1`. */
export function keyOf(value: Value): string {
  if (value.kind === 'word') return hostOf(value.text)
  if (value.kind === 'concat') return value.parts.map(keyOf).join(' . ')
  if (value.kind === 'others') return '*'
  if (value.kind === 'set') return `@${value.name}`
  if (value.kind === 'flags') return value.words.join('|')
  return `{ ${value.elements.map(({ value }) => keyOf(value)).join(', ')} }`
}

/** Notes the elements that nft refuses in an address set, now or when the file began: another family, a prefix without intervals, overlaps. */
function noteWrong({ form, held, place, name }: NamedSet, notes: Notes): void {
  if (!held) return
  const { type, flags } = form
  const elements = [...held.values()]
  const note = (line: number, reason: string) => notes.add({ ...place, line }, name, reason)
  const family = type === 'ipv4_addr' ? 'ipv4' : type === 'ipv6_addr' ? 'ipv6' : undefined
  if (!family) note(elements[0]?.line ?? 1, `has the type ${type}, not a type of addresses`)
  const ranges: { range: Range; line: number }[] = []
  for (const { value, line } of family ? elements : []) {
    const prefix = value.kind === 'word' ? kit.prefixOrReason(value.text) : ''
    const range = typeof prefix === 'string' ? undefined : kit.rangeOf(prefix)
    if (!range) note(line, `holds ${keyOf(value)}, which is not an address`)
    else if (range.family !== family) note(line, `holds ${keyOf(value)}, which is of the other family`)
    else if (range.first !== range.last && !flags.includes('interval'))
      note(line, `holds ${keyOf(value)}, but lacks the flag interval`)
    else ranges.push({ range, line })
  }
  ranges.sort((a, b) => (a.range.first < b.range.first ? -1 : a.range.first > b.range.first ? 1 : 0))
  for (const [index, { range, line }] of ranges.entries()) {
    const before = ranges[index - 1]?.range
    if (before && range.first <= before.last) note(line, 'holds an element that overlaps another')
  }
}
