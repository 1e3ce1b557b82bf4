import type { AddressFamily, Place, ReaderContext, ReadFile } from 'tagwall/reader'
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

/** A table of one family. */
export interface Table {
  name: string
  readonly place: Place
  family: AddressFamily | undefined
  readonly chains: Map<string, Chain>
  /** Chains that are removed when the rest is in place. */
  readonly removed: { readonly name: string; readonly line: number }[]
}

const BUILT_IN = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'])
const TABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security'])
const CHAIN = /^:([^-!\s]\S{0,27}) (\S+)(?: \[\d+:\d+\])?$/

/** The tables of a file, and the lines that belong to no table. */
export function readTables(file: ReadFile, { purpose }: ReaderContext, isOfSets: boolean) {
  const reader = new TableReader(file, purpose === 'prove', isOfSets)
  for (const raw of file.text.split('\n')) reader.take(raw)
  return reader.end()
}

/** Reads a file line by line. */
class TableReader {
  readonly #file: ReadFile
  readonly #isProof: boolean
  readonly #isOfSets: boolean
  readonly #tables: Table[] = []
  /** The tables that `iptables -S` printed. */
  readonly #listed: Table[] = []
  readonly #others: RawRule[] = []
  readonly #notes = kit.notes()
  #table: Table | undefined
  /** The table that a line belongs to; `-` in the output of `iptables -S`, which names none. */
  #name: string | undefined
  #headerFamily: AddressFamily | undefined
  #line = 0

  constructor(file: ReadFile, isProof: boolean, isOfSets: boolean) {
    this.#file = file
    this.#isProof = isProof
    this.#isOfSets = isOfSets
    if (isProof && !file.text.endsWith('\n'))
      this.#note('', 'does not end with a line break', file.text.split('\n').length)
  }

  take(raw: string): void {
    this.#line++
    const text = this.#isProof ? raw : raw.trim()
    if (text === '') return
    // Nearly every line of a long file.
    if (this.#name !== undefined && text.startsWith('-A ') && this.#append(text)) return
    if (/^\s*#/.test(text)) {
      this.#headerFamily = familyOf(text) ?? this.#headerFamily
      if (/^# (Warning: .*legacy|Table `)/.test(text)) this.#note(text, 'says that the file does not hold every rule')
      return
    }
    if (text.startsWith('*') && !this.#isOfSets) this.#begin(text)
    else if (this.#name === undefined && (this.#isProof || !/^(\[\d+:\d+\] |-[APNI] )/.test(text)))
      this.#others.push({ line: this.#line, text })
    else if (text === 'COMMIT') [this.#name, this.#table, this.#headerFamily] = [undefined, undefined, undefined]
    else {
      if (this.#name === undefined) this.#open('-')
      const reason = this.#command(text)
      if (reason) this.#note(text, reason)
    }
  }

  end() {
    const [name, table] = [this.#name, this.#table]
    if (name && name !== '-' && table) this.#note(`*${name}`, 'does not end with COMMIT', table.place.line)
    for (const table of this.#listed) table.name = nameOf(table)
    for (const table of this.#tables) table.family ??= guessFamily(table)
    return { tables: this.#tables, others: this.#others, notes: this.#notes }
  }

  #note(text: string, reason: string, at = this.#line): void {
    this.#notes.add({ part: this.#file.part, line: at }, text, reason)
  }

  /** Applies `*TABLE`. */
  #begin(text: string): void {
    const opened = text.slice(1)
    if (this.#name && this.#name !== '-') this.#note(text, `begins before the table ${this.#name} ended`)
    if (!TABLES.has(opened)) this.#note(text, 'is no table')
    else if (this.#isProof && (opened !== 'filter' || this.#tables.length > 0))
      this.#note(text, 'is a table that does not belong here')
    this.#open(opened)
  }

  #open(opened: string): void {
    this.#name = opened
    this.#table = {
      name: opened === '-' ? 'filter' : opened,
      place: { part: this.#file.part, line: this.#line },
      family: this.#file.family ?? this.#headerFamily,
      chains: new Map(),
      removed: [],
    }
    this.#tables.push(this.#table)
    if (opened === '-') this.#listed.push(this.#table)
  }

  /** Applies `-A CHAIN RULE`, if the line is one and the chain exists. */
  #append(text: string): boolean {
    const end = text.indexOf(' ', 3)
    const rules = end > 3 && text[end + 1] !== ' ' ? this.#table?.chains.get(text.slice(3, end))?.rules : undefined
    rules?.push({ line: this.#line, text: text.slice(end + 1) })
    return rules !== undefined
  }

  /** Applies a line of a table; a reason if that fails. */
  #command(text: string): string | undefined {
    const isProof = this.#isProof
    const declared = CHAIN.exec(text)
    if (declared) return this.#addChain(declared[1] as string, declared[2] as string)
    // The counters of iptables-save -c.
    const rule = isProof ? text : text.replace(/^\[\d+:\d+\] /, '')
    const [, command, chain = '', rest = ''] = /^(-\S+) +(\S+) *(.*)$/s.exec(rule) ?? []
    if (!isProof && command === '-P') {
      // `iptables -S` of another table or family, right after the one before.
      if (this.#name === '-' && this.#table?.chains.has(chain)) this.#open('-')
      return this.#addChain(chain, rest)
    }
    if (!isProof && command === '-N') return this.#addChain(chain, '-')
    if (command === '-X' && isProof && rest === '') {
      this.#table?.removed.push({ name: chain, line: this.#line })
      return undefined
    }
    if (command !== '-A' && (isProof || command !== '-I')) return 'is not understood'
    const rules = this.#table?.chains.get(chain)?.rules
    if (!rules) return `names the chain ${chain}, which does not exist`
    if (command === '-A') {
      rules.push({ line: this.#line, text: rest })
      return undefined
    }
    const [, position = '1', inserted = ''] = /^(?:([1-9]\d*) +)?(.*)$/s.exec(rest) ?? []
    rules.splice(Number(position) - 1, 0, { line: this.#line, text: inserted })
    return undefined
  }

  #addChain(chain: string, policy: string): string | undefined {
    const isBuiltIn = BUILT_IN.has(chain)
    // Naming a chain empties it.
    this.#table?.chains.set(chain, {
      name: chain,
      part: this.#file.part,
      line: this.#line,
      policy: isBuiltIn ? policy : undefined,
      rules: [],
    })
    return this.#isProof && (isBuiltIn || policy !== '-') ? 'is a chain that does not belong to the policy' : undefined
  }
}

/** The table that has these built-in chains. */
function nameOf({ chains }: Table): string {
  if (!chains.has('PREROUTING')) return 'filter'
  return chains.has('FORWARD') ? 'mangle' : chains.has('POSTROUTING') ? 'nat' : 'raw'
}

function guessFamily({ chains }: Table): AddressFamily | undefined {
  const rules = [...chains.values()].flatMap(({ rules }) => rules)
  const maybeIpv6 = rules.filter(({ text }) => text.includes(':') || text.includes('icmp'))
  if (maybeIpv6.some(({ text }) => IPV6.test(text))) return 'ipv6'
  return rules.some(({ text }) => IPV4.test(text)) ? 'ipv4' : undefined
}

const IPV6 = /(?:^| )(?:-[sd]|--(?:src|dst|source|destination)) [0-9a-f]*:|icmp6|ipv6-icmp/i
const IPV4 = /(?:^| )(?:-[sd]|--(?:src|dst|source|destination)) \d+\.|-p icmp /

function familyOf(comment: string): AddressFamily | undefined {
  const [, six] = /^# Generated by ip(6?)tables\S*save /.exec(comment) ?? []
  return six === undefined ? undefined : six === '6' ? 'ipv6' : 'ipv4'
}
