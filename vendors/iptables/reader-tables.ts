import type { AddressFamily, Place, ReaderContext, ReadFile } from 'tagwall/reader'
import { kit } from './kit.ts'

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
  const isProof = purpose === 'prove'
  const tables: Table[] = []
  /** The tables that `iptables -S` printed. */
  const listed: Table[] = []
  const others: RawRule[] = []
  const notes = kit.notes()
  let table: Table | undefined
  /** The table that a line belongs to; `-` where `iptables -S` was printed, which names none. */
  let name: string | undefined
  let headerFamily: AddressFamily | undefined
  let line = 0

  const note = (text: string, reason: string, at = line) => {
    notes.add({ part: file.part, line: at }, text, reason)
  }
  const open = (opened: string) => {
    name = opened
    const called = opened === '-' ? 'filter' : opened
    table = {
      name: called,
      place: { part: file.part, line },
      family: file.family ?? headerFamily,
      chains: new Map(),
      removed: [],
    }
    tables.push(table)
    if (opened === '-') listed.push(table)
  }

  if (isProof && !file.text.endsWith('\n')) note('', 'does not end with a line break', file.text.split('\n').length)
  for (const raw of file.text.split('\n')) {
    line++
    const text = isProof ? raw : raw.trim()
    if (text === '') continue
    // Nearly every line of a long file.
    if (name !== undefined && text.startsWith('-A ') && append(text)) continue
    if (/^\s*#/.test(text)) {
      headerFamily = familyOf(text) ?? headerFamily
      if (/^# (Warning: .*legacy|Table `)/.test(text)) note(text, 'says that the file does not hold every rule')
      continue
    }
    if (text.startsWith('*') && !isOfSets) {
      const opened = text.slice(1)
      if (name && name !== '-') note(text, `begins before the table ${name} ended`)
      if (!TABLES.has(opened)) note(text, 'is no table')
      else if (isProof && (opened !== 'filter' || tables.length > 0)) note(text, 'is a table that does not belong here')
      open(opened)
    } else if (name === undefined && (isProof || !/^(\[\d+:\d+\] |-[APNI] )/.test(text))) {
      others.push({ line, text })
    } else if (text === 'COMMIT') {
      ;[name, table, headerFamily] = [undefined, undefined, undefined]
    } else {
      if (name === undefined) open('-')
      const reason = readLine(text)
      if (reason) note(text, reason)
    }
  }
  if (name && name !== '-' && table) note(`*${name}`, 'does not end with COMMIT', table.place.line)
  for (const table of listed) table.name = nameOf(table)
  for (const table of tables) table.family ??= guessFamily(table)
  return { tables, others, notes }

  /** Applies `-A CHAIN RULE`, if the line is one and the chain exists. */
  function append(text: string): boolean {
    const end = text.indexOf(' ', 3)
    const rules = end > 3 && text[end + 1] !== ' ' ? table?.chains.get(text.slice(3, end))?.rules : undefined
    rules?.push({ line, text: text.slice(end + 1) })
    return rules !== undefined
  }

  /** Applies a line of a table; a reason if that fails. */
  function readLine(text: string): string | undefined {
    const declared = CHAIN.exec(text)
    if (declared) return addChain(declared[1] as string, declared[2] as string)
    // The counters of iptables-save -c.
    const rule = isProof ? text : text.replace(/^\[\d+:\d+\] /, '')
    const [, command, chain = '', rest = ''] = /^(-\S+) +(\S+) *(.*)$/s.exec(rule) ?? []
    if (!isProof && command === '-P') {
      // `iptables -S` of another table or family, right after the one before.
      if (name === '-' && table?.chains.has(chain)) open('-')
      return addChain(chain, rest)
    }
    if (!isProof && command === '-N') return addChain(chain, '-')
    if (command === '-X' && isProof && rest === '') {
      table?.removed.push({ name: chain, line })
      return undefined
    }
    if (command !== '-A' && (isProof || command !== '-I')) return 'is not understood'
    const rules = table?.chains.get(chain)?.rules
    if (!rules) return `names the chain ${chain}, which is not there`
    if (command === '-A') {
      rules.push({ line, text: rest })
      return undefined
    }
    const [, position = '1', inserted = ''] = /^(?:([1-9]\d*) +)?(.*)$/s.exec(rest) ?? []
    rules.splice(Number(position) - 1, 0, { line, text: inserted })
    return undefined
  }

  function addChain(chain: string, policy: string): string | undefined {
    const isBuiltIn = BUILT_IN.has(chain)
    // Naming a chain empties it.
    table?.chains.set(chain, { name: chain, part: file.part, line, policy: isBuiltIn ? policy : undefined, rules: [] })
    return isProof && (isBuiltIn || policy !== '-') ? 'is a chain that does not belong to the policy' : undefined
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
