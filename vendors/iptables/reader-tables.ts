import type { AddressFamily, Place, ReadFile } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** A line that is a rule, not read yet. */
export interface RawRule {
  readonly line: number
  readonly text: string
}

export interface Chain {
  readonly name: string
  /** The part of the file that it is from. */
  readonly part: string
  readonly line: number
  /** The policy of a built-in chain; undefined for other chains, which return. */
  readonly policy: string | undefined
  readonly rules: RawRule[]
}

/** A function of chains that reads each only once: a load replaces a chain and never changes it. */
export function ofChain<Value, More extends readonly unknown[]>(read: (chain: Chain, ...more: More) => Value) {
  const known = new WeakMap<Chain, Value>()
  return (chain: Chain, ...more: More): Value => {
    const value = known.get(chain) ?? read(chain, ...more)
    known.set(chain, value)
    return value
  }
}

/** The names that follow an option in a rule. */
export const namesIn = (text: string, option: RegExp) => Array.from(text.matchAll(option), ([, name]) => name as string)

/** A table of one family. */
export interface Table {
  name: string
  readonly place: Place
  family: AddressFamily | undefined
  readonly chains: Map<string, Chain>
  /** Chains that are removed when the rest is in place. */
  readonly removed: { readonly name: string; readonly line: number }[]
}

/** A table in the output of `iptables -S`, which names none; its built-in chains tell its name. */
const LISTED = '-'
const BUILT_IN = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])
const TABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security'])
const CHAIN = /^:([^-!\s]\S{0,27}) (\S+)(?: \[\d+:\d+\])?$/

const inProofs = new WeakMap<ReadFile, ReturnType<TableReader['end']>>()

/**
 * The tables of a file, and the lines that belong to no table. A proof loads a file more than once: then its chains are the same objects, which nobody
 * reads again.
 */
export function tablesOf(file: ReadFile, isProof: boolean) {
  const known = isProof ? inProofs.get(file) : undefined
  if (known) return known
  const reader = new TableReader(file, isProof)
  for (const raw of file.text.split('\n')) reader.take(raw)
  const read = reader.end()
  if (isProof) inProofs.set(file, read)
  return read
}

/** Reads a file line by line. */
class TableReader {
  readonly #tables: Table[] = []
  readonly #others: RawRule[] = []
  readonly #notes = kit.notes()
  /** The table that a line belongs to. */
  #table: Table | undefined
  #headerFamily: AddressFamily | undefined
  #line = 0

  constructor(
    private readonly file: ReadFile,
    private readonly isProof: boolean,
  ) {
    if (isProof && !file.text.endsWith('\n'))
      this.#note('', 'does not end with a line break', file.text.split('\n').length)
  }

  take(raw: string): void {
    this.#line++
    const text = this.isProof ? raw : raw.trim()
    if (text === '') return
    if (/^\s*#/.test(text)) {
      this.#headerFamily = familyOf(text) ?? this.#headerFamily
      if (/^# (Warning: .*legacy|Table `)/.test(text)) this.#note(text, 'says that the file does not hold every rule')
      return
    }
    const isOfSets = this.isProof && this.file.part.startsWith('sets')
    if (text.startsWith('*') && !isOfSets) this.#begin(text)
    else if (!this.#table && (this.isProof || !/^(\[\d+:\d+\] |-[APNI] )/.test(text)))
      this.#others.push({ line: this.#line, text })
    else if (text === 'COMMIT') [this.#table, this.#headerFamily] = [undefined, undefined]
    else {
      const reason = this.#command(text, this.#table ?? this.#open(LISTED))
      if (reason) this.#note(text, reason)
    }
  }

  end() {
    const table = this.#table
    if (table && table.name !== LISTED) this.#note(`*${table.name}`, 'does not end with COMMIT', table.place.line)
    for (const table of this.#tables) {
      table.family ??= guessFamily(table)
      if (table.name === LISTED) table.name = nameOf(table)
    }
    return { tables: this.#tables, others: this.#others, notes: this.#notes.all }
  }

  #note(text: string, reason: string, at = this.#line): void {
    this.#notes.add({ part: this.file.part, line: at }, text, reason)
  }

  /** Applies `*TABLE`. */
  #begin(text: string): void {
    const opened = text.slice(1)
    const { name = LISTED } = this.#table ?? {}
    if (name !== LISTED) this.#note(text, `begins before the table ${name} ended`)
    if (!TABLES.has(opened)) this.#note(text, 'is no table')
    else if (this.isProof && (opened !== 'filter' || this.#tables.length > 0))
      this.#note(text, 'is a table that does not belong here')
    this.#open(opened)
  }

  #open(name: string): Table {
    const place = { part: this.file.part, line: this.#line }
    const family = this.file.family ?? this.#headerFamily
    this.#table = { name, place, family, chains: new Map(), removed: [] }
    this.#tables.push(this.#table)
    return this.#table
  }

  /** Applies a line of a table; a reason if that fails. */
  #command(text: string, table: Table): string | undefined {
    const { isProof } = this
    const declared = CHAIN.exec(text)
    if (declared) return this.#addChain(declared[1] as string, declared[2] as string, table)
    // The counters of iptables-save -c.
    const rule = isProof ? text : text.replace(/^\[\d+:\d+\] /, '')
    const [, command, chain = '', rest = ''] = /^(-\S+) +(\S+) *(.*)$/s.exec(rule) ?? []
    if (!isProof && command === '-P') {
      // `iptables -S` of another table or family, right after the one before.
      const isNext = table.name === LISTED && table.chains.has(chain)
      return this.#addChain(chain, rest, isNext ? this.#open(LISTED) : table)
    }
    if (!isProof && command === '-N') return this.#addChain(chain, '-', table)
    if (command === '-X' && isProof && rest === '') return void table.removed.push({ name: chain, line: this.#line })
    if (command !== '-A' && (isProof || command !== '-I')) return 'is not understood'
    const rules = table.chains.get(chain)?.rules
    if (!rules) return `names the chain ${chain}, which does not exist`
    if (command === '-A') return void rules.push({ line: this.#line, text: rest })
    const [, position = '1', inserted = ''] = /^(?:([1-9]\d*) +)?(.*)$/s.exec(rest) ?? []
    rules.splice(Number(position) - 1, 0, { line: this.#line, text: inserted })
    return undefined
  }

  #addChain(name: string, policy: string, { chains }: Table): string | undefined {
    const isBuiltIn = BUILT_IN.has(name)
    const own = isBuiltIn ? policy : undefined
    // Naming a chain empties it.
    chains.set(name, { name, part: this.file.part, line: this.#line, policy: own, rules: [] })
    return this.isProof && (isBuiltIn || policy !== '-') ? 'is a chain that does not belong to the policy' : undefined
  }
}

/** The table that has these built-in chains. */
function nameOf({ chains }: Table): string {
  if (!chains.has('PREROUTING')) return 'filter'
  return chains.has('FORWARD') ? 'mangle' : chains.has('POSTROUTING') ? 'nat' : 'raw'
}

function guessFamily({ chains }: Table): AddressFamily | undefined {
  const rules = [...chains.values()].flatMap(({ rules }) => rules)
  if (rules.some(({ text }) => /:|icmp/.test(text) && IPV6.test(text))) return 'ipv6'
  return rules.some(({ text }) => IPV4.test(text)) ? 'ipv4' : undefined
}

const IPV6 = /(?:^| )(?:-[sd]|--(?:src|dst|source|destination)) [0-9a-f]*:|icmp6|ipv6-icmp/i
const IPV4 = /(?:^| )(?:-[sd]|--(?:src|dst|source|destination)) \d+\.|-p icmp /

function familyOf(comment: string): AddressFamily | undefined {
  const [, six] = /^# Generated by ip(6?)tables\S*save /.exec(comment) ?? []
  return six === undefined ? undefined : six === '6' ? 'ipv6' : 'ipv4'
}
