import type { Note, Place, Range } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Clause, Rule } from './reader-clauses.ts'
import type { SetForm, Statement, TableFamily, TableName } from './reader-commands.ts'
import type { Element, Hook, Value } from './reader-expressions.ts'

export interface Chain {
  readonly place: Place
  readonly name: string
  readonly hook: Hook | undefined
  readonly policy: string | undefined
  readonly rules: readonly Rule[]
}

export interface NamedSet {
  readonly place: Place
  readonly name: string
  readonly form: SetForm
  /** By key, so equal elements are stored once. */
  readonly elements: ReadonlyMap<string, Element>
}

export interface Table extends TableName {
  readonly place: Place
  readonly isDormant: boolean
  readonly chains: ReadonlyMap<string, Chain>
  readonly sets: ReadonlyMap<string, NamedSet>
}

/** The tables of a machine. A state is immutable: a file makes a new one, which shares all unchanged parts. */
export type State = ReadonlyMap<string, Table>

export const EMPTY: State = new Map()

/**
 * The state after one file, applied all at once as nft does. Commands that fail become remarks, and nft would load
 * nothing; here the others take effect, so an audit goes on. `isStrict` in a proof: elements of every set must be valid for nft,
 * because nothing else checks them.
 */
export function applyAll(state: State, statements: readonly Statement[], isStrict: boolean) {
  const transaction = new Transaction(state)
  const remarks = statements.flatMap((statement): Note[] => {
    const reason = transaction.apply(statement) ?? (isStrict ? unread(statement) : undefined)
    return reason ? [{ place: statement.place, text: statement.text, reason }] : []
  })
  if (isStrict) remarks.push(...transaction.overlaps())
  return { state: transaction.state, remarks }
}

/** The unknown part of a rule. nft would refuse the file even if the rule is flushed before its use. */
function unread(statement: Statement): string | undefined {
  const clauses = statement.object === 'rule' ? statement.rule.clauses : []
  const unknown = clauses.find(({ kind }) => kind === 'unknown')
  return unknown?.kind === 'unknown' ? `has ${unknown.text}, which is not understood` : undefined
}

/** The name of a table in a state. */
export const nameOf = ({ family, name }: TableName) => `${family} ${name}`

/** A table that a transaction has made or copied, and may change. */
interface OwnTable extends Table {
  readonly chains: Map<string, Chain>
  readonly sets: Map<string, NamedSet>
}

class Transaction {
  readonly state: Map<string, Table>
  /** The elements of sets since the file began or they were emptied: nft refuses an overlap with any of these. */
  private readonly held = new Map<string, Map<string, Element>>()
  /** The tables and lists of rules that this transaction has made or copied. */
  private readonly own = new WeakSet<object>()

  constructor(state: State) {
    this.state = new Map(state)
  }

  /** The reason why a command fails; undefined if it succeeds. */
  apply(statement: Statement): string | undefined {
    if (statement.object === 'ruleset') return this.flush(statement.family)
    const name = nameOf(statement.table)
    const table = this.tableOf(name)
    if (statement.object === 'table') return this.applyToTable(table, name, statement)
    if (!table) return missing('table', name)
    switch (statement.object) {
      case 'chain':
        return applyToChain(table, statement)
      case 'set':
        return this.applyToSet(table, statement)
      case 'element':
        return this.applyToElements(table, statement)
      case 'rule':
        return this.addRule(table, statement)
    }
  }

  private tableOf(name: string): OwnTable | undefined {
    const table = this.state.get(name)
    if (!table || this.own.has(table)) return table as OwnTable | undefined
    const copy = { ...table, chains: new Map(table.chains), sets: new Map(table.sets) }
    this.own.add(copy)
    this.state.set(name, copy)
    return copy
  }

  private flush(family: TableFamily | undefined): undefined {
    for (const [name, table] of this.state) if (family === undefined || table.family === family) this.state.delete(name)
  }

  private applyToTable(table: OwnTable | undefined, name: string, statement: Of<'table'>): string | undefined {
    if (statement.verb === 'add' || statement.verb === 'create') {
      if (table && statement.verb === 'create') return 'creates a table that exists already'
      const { place, isDormant } = statement
      // A table that is there already sleeps or wakes by the flags that are given, or not given, now (nft(8), TABLES).
      const known = table ?? { ...statement.table, place, chains: new Map(), sets: new Map() }
      return void this.state.set(name, { ...known, isDormant })
    }
    if (!table) return statement.verb === 'destroy' ? undefined : missing('table', name)
    if (statement.verb === 'flush') {
      for (const [name, chain] of table.chains) table.chains.set(name, { ...chain, rules: [] })
      return undefined
    }
    this.state.delete(name)
    for (const key of this.held.keys()) if (key.startsWith(`${name} `)) this.held.delete(key)
    return undefined
  }

  private applyToSet(table: OwnTable, statement: Of<'set'>): string | undefined {
    const { name, place } = statement
    const set = table.sets.get(name)
    const key = `${nameOf(table)} ${name}`
    if ('form' in statement) {
      if (!set) return void table.sets.set(name, { place, name, form: statement.form, elements: new Map() })
      if (statement.verb === 'create') return 'creates a set that exists already'
      if (JSON.stringify(set.form) !== JSON.stringify(statement.form))
        return 'adds a set that exists already, of another form'
      return undefined
    }
    if (set?.form.isMap !== statement.isMap) {
      return statement.verb === 'destroy' && !set ? undefined : missing(statement.isMap ? 'map' : 'set', name)
    }
    this.held.delete(key)
    if (statement.verb === 'flush') {
      this.held.set(key, new Map())
      return void table.sets.set(name, { ...(set as NamedSet), elements: new Map() })
    }
    if (isNamed(table, 'set', name)) return `deletes the set ${name}, which rules name`
    return void table.sets.delete(name)
  }

  private applyToElements(table: OwnTable, { verb, name, elements }: Of<'element'>): string | undefined {
    const set = table.sets.get(name)
    if (!set) return missing('set', name)
    const key = `${nameOf(table)} ${name}`
    const held = this.held.get(key) ?? new Map(set.elements)
    this.held.set(key, held)
    const after = new Map(set.elements)
    for (const element of elements) {
      const id = keyOf(element.value)
      if (verb === 'delete') {
        if (!after.delete(id)) return `takes ${id} out of the set ${name}, which does not contain it`
      } else if (verb === 'destroy') after.delete(id)
      else if (verb === 'create' && after.has(id)) return `creates ${id} in the set ${name}, which holds it`
      else {
        if (!after.has(id)) after.set(id, element)
        held.set(id, element)
      }
    }
    return void table.sets.set(name, { ...set, elements: after })
  }

  private addRule(table: OwnTable, { verb, chain: name, rule }: Of<'rule'>): string | undefined {
    const chain = table.chains.get(name)
    if (!chain) return missing('chain', name)
    let { rules } = chain
    if (!this.own.has(rules)) {
      rules = [...rules]
      this.own.add(rules)
      table.chains.set(name, { ...chain, rules })
    }
    if (verb === 'insert') (rules as Rule[]).unshift(rule)
    else (rules as Rule[]).push(rule)
    return undefined
  }

  /** Elements that nft refuses next to those of a set, now or when the file began. */
  overlaps(): Note[] {
    return [...this.state.values()].flatMap((table) =>
      [...table.sets.values()].flatMap((set) => {
        const held = this.held.get(`${nameOf(table)} ${set.name}`)
        const reasons = held ? overlapping(set.form, [...held.values()]) : []
        return reasons.map(({ line, reason }) => ({ place: { ...set.place, line }, text: set.name, reason }))
      }),
    )
  }
}

const missing = (what: string, name: string) => `names the ${what} ${name}, which does not exist`

function applyToChain(table: OwnTable, statement: Of<'chain'>): string | undefined {
  const { name, place } = statement
  const { chains } = table
  const chain = chains.get(name)
  if (statement.verb === 'add' || statement.verb === 'create') {
    if (chain && statement.verb === 'create') return 'creates a chain that exists already'
    const { hook, policy } = statement
    if (chain && hook && JSON.stringify(hook) !== JSON.stringify(chain.hook))
      return 'adds a chain that exists already, at another hook'
    const kept = chain ?? { place, name, hook, rules: [] }
    return void chains.set(name, { ...kept, policy: policy ?? chain?.policy })
  }
  if (!chain) return statement.verb === 'destroy' ? undefined : missing('chain', name)
  if (statement.verb === 'flush') return void chains.set(name, { ...chain, rules: [] })
  if (isNamed(table, 'chain', name)) return `deletes the chain ${name}, which is jumped to`
  return void chains.delete(name)
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
function hostOf(text: string): string {
  const [address = '', length, ...more] = text.split('/')
  const isHost = address.includes(':') ? length === '128' : length === '32'
  return isHost && more.length === 0 && /^[0-9a-fA-F:.]+$/.test(address) ? address : text
}

/** A text that two values share only if they are the same: `10.0.0.1/32` is `10.0.0.1`. */
export function keyOf(value: Value): string {
  switch (value.kind) {
    case 'word':
      return hostOf(value.text)
    case 'concat':
      return value.parts.map(keyOf).join(' . ')
    case 'others':
      return '*'
    case 'set':
      return `@${value.name}`
    case 'flags':
      return value.words.join('|')
    case 'list':
      return `{ ${value.elements.map(({ value }) => keyOf(value)).join(', ')} }`
  }
}

interface Problem {
  readonly line: number
  readonly reason: string
}

/** The elements that nft refuses in an address set: another family, a prefix without intervals, overlaps. */
function overlapping({ type, flags }: SetForm, elements: readonly Element[]): Problem[] {
  const family = type === 'ipv4_addr' ? 'ipv4' : type === 'ipv6_addr' ? 'ipv6' : undefined
  if (!family) return [{ line: elements[0]?.line ?? 1, reason: `has the type ${type}, not a type of addresses` }]
  const problems: Problem[] = []
  const ranges: { range: Range; line: number }[] = []
  for (const { value, line } of elements) {
    const range = value.kind === 'word' ? strictRange(value.text) : undefined
    if (!range) problems.push({ line, reason: `holds ${keyOf(value)}, which is not an address` })
    else if (range.family !== family)
      problems.push({ line, reason: `holds ${keyOf(value)}, which is of the other family` })
    else if (range.first !== range.last && !flags.includes('interval')) {
      problems.push({ line, reason: `holds ${keyOf(value)}, but lacks the flag interval` })
    } else ranges.push({ range, line })
  }
  ranges.sort((a, b) => (a.range.first < b.range.first ? -1 : a.range.first > b.range.first ? 1 : 0))
  for (const [index, { range, line }] of ranges.entries()) {
    const before = ranges[index - 1]?.range
    if (before && range.first <= before.last) problems.push({ line, reason: 'holds an element that overlaps another' })
  }
  return problems
}

/** The range of a prefix without host bits, or of an address. */
function strictRange(text: string): Range | undefined {
  const prefix = kit.prefixOrReason(text)
  return typeof prefix === 'string' ? undefined : kit.rangeOf(prefix)
}
