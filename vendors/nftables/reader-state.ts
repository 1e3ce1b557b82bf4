import type { Note, Place, PrefixSet, Range } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Clause, Element, Hook, Rule, SetForm, Statement, TableFamily, TableName, Value } from './reader-types.ts'

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
  /** The addresses of the elements, cached after the first use. */
  resolved?: PrefixSet | undefined
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

class Transaction {
  readonly state: Map<string, Table>
  /** The elements of sets since the file began or they were emptied: nft refuses an overlap with any of these. */
  private readonly held = new Map<string, Map<string, Element>>()
  /** The lists that this transaction created, which it may mutate. */
  private readonly own = new WeakSet<readonly Rule[]>()

  constructor(state: State) {
    this.state = new Map(state)
  }

  /** The reason why a command fails; undefined if it succeeds. */
  apply(statement: Statement): string | undefined {
    if (statement.object === 'ruleset') return this.flush(statement.family)
    if (statement.object === 'table') return this.applyToTable(statement)
    const table = this.state.get(nameOf(statement.table))
    if (!table) return missing('table', nameOf(statement.table))
    switch (statement.object) {
      case 'chain':
        return this.applyToChain(table, statement)
      case 'set':
        return this.applyToSet(table, statement)
      case 'element':
        return this.applyToElements(table, statement)
      case 'rule':
        return this.addRule(table, statement)
    }
  }

  private flush(family: TableFamily | undefined): undefined {
    for (const [name, table] of this.state) if (family === undefined || table.family === family) this.state.delete(name)
  }

  private applyToTable(statement: Of<'table'>): string | undefined {
    const name = nameOf(statement.table)
    const table = this.state.get(name)
    if (statement.verb === 'add' || statement.verb === 'create') {
      if (table && statement.verb === 'create') return 'creates a table that exists already'
      const { place, isDormant } = statement
      if (!table) this.state.set(name, { ...statement.table, place, isDormant, chains: new Map(), sets: new Map() })
      return undefined
    }
    if (!table) return statement.verb === 'destroy' ? undefined : missing('table', name)
    if (statement.verb === 'flush') {
      const chains = new Map(Array.from(table.chains, ([name, chain]) => [name, { ...chain, rules: [] }]))
      return this.change(table, { chains })
    }
    this.state.delete(name)
    for (const key of this.held.keys()) if (key.startsWith(`${name} `)) this.held.delete(key)
    return undefined
  }

  private applyToChain(table: Table, statement: Of<'chain'>): string | undefined {
    const { name, place } = statement
    const chain = table.chains.get(name)
    if (statement.verb === 'add' || statement.verb === 'create') {
      if (chain && statement.verb === 'create') return 'creates a chain that exists already'
      const { hook, policy } = statement
      if (chain && hook && JSON.stringify(hook) !== JSON.stringify(chain.hook)) {
        return 'adds a chain that exists already, at another hook'
      }
      const kept = chain ?? { place, name, hook, rules: [] }
      return this.setChain(table, { ...kept, policy: policy ?? chain?.policy })
    }
    if (!chain) return statement.verb === 'destroy' ? undefined : missing('chain', name)
    if (statement.verb === 'flush') return this.setChain(table, { ...chain, rules: [] })
    if (isNamed(table, 'chain', name)) return `deletes the chain ${name}, which is jumped to`
    return this.change(table, { chains: without(table.chains, name) })
  }

  private setChain(table: Table, chain: Chain): undefined {
    this.change(table, { chains: new Map(table.chains).set(chain.name, chain) })
  }

  private change(table: Table, parts: Partial<Pick<Table, 'chains' | 'sets'>>): undefined {
    this.state.set(nameOf(table), { ...table, ...parts })
  }

  private applyToSet(table: Table, statement: Of<'set'>): string | undefined {
    const { name, place } = statement
    const set = table.sets.get(name)
    const key = `${nameOf(table)} ${name}`
    if ('form' in statement) {
      if (!set) return this.setSet(table, { place, name, form: statement.form, elements: new Map() })
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
      return this.setSet(table, { ...(set as NamedSet), elements: new Map(), resolved: undefined })
    }
    if (isNamed(table, 'set', name)) return `deletes the set ${name}, which rules name`
    return this.change(table, { sets: without(table.sets, name) })
  }

  private setSet(table: Table, set: NamedSet): undefined {
    this.change(table, { sets: new Map(table.sets).set(set.name, set) })
  }

  private applyToElements(table: Table, { verb, name, elements }: Of<'element'>): string | undefined {
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
    return this.setSet(table, { ...set, elements: after, resolved: undefined })
  }

  private addRule(table: Table, { verb, chain: name, rule }: Of<'rule'>): string | undefined {
    const chain = table.chains.get(name)
    if (!chain) return missing('chain', name)
    let { rules } = chain
    if (!this.own.has(rules)) {
      rules = [...rules]
      this.own.add(rules)
      this.setChain(table, { ...chain, rules })
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

const without = <Item>(items: ReadonlyMap<string, Item>, name: string) =>
  new Map([...items].filter(([key]) => key !== name))

type Of<Name extends Statement['object']> = Extract<Statement, { object: Name }>

/** True if a rule of a table names a chain or a set. */
function isNamed({ chains }: Table, kind: 'chain' | 'set', name: string): boolean {
  const clauses = [...chains.values()].flatMap(({ rules }) => rules.flatMap(({ clauses }) => clauses))
  return clauses.some((clause) => (kind === 'set' ? setIn(clause) === name : chainsIn(clause).includes(name)))
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
  try {
    return kit.rangeOf(kit.parsePrefixOrAddress(text))
  } catch {
    return undefined
  }
}
