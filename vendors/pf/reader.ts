import type {
  Action,
  EntryService,
  FoundRule,
  Line,
  Notes,
  Place,
  PrefixSet,
  ReaderContext,
  ReadFile,
  Reading,
  Words,
} from 'tagwall/reader'
import { allTraffic, bindKit, DIRECTIONS, kit, openRule } from '../_kit/kit.ts'
import { rulesOfPolicy } from '../_policies/rules.ts'
import { blockOf, type End, endOf, type Interface, listOf, onlyShapes, Rule, withoutShaping } from './reader-rule.ts'
import { type Macros, statementsOf } from './reader-text.ts'

/** Reads a ruleset of pf: an anchor of tagwall, or a pf.conf. A load replaces all of it. */
export function read(files: readonly ReadFile[], context: ReaderContext): Reading {
  bindKit(context.kit)
  return new Ruleset(context).read(files)
}

/** A table. Without a list or a file, it is empty when it is loaded. */
interface Table {
  /** Undefined: unknown. */
  readonly set: PrefixSet | undefined
  readonly isEmpty: boolean
}

/** Statements that do not affect the traffic. */
const HARMLESS = /^(?:set|scrub|queue|altq)$/

class Ruleset {
  private readonly isAudit: boolean
  private readonly notes: Notes = kit.notes()
  private readonly tables = new Map<string, Table>()
  /** Tables to which a rule adds addresses. */
  private readonly filled = new Set<string>()
  private readonly rules: Rule[] = []
  private readonly macros: Macros | undefined
  /** Of a main ruleset: only that one has statements other than tables and rules, and is called pf.conf. */
  private main: Place | undefined

  constructor(private readonly context: ReaderContext) {
    this.isAudit = context.purpose === 'audit'
    this.macros = this.isAudit ? new Map() : undefined
  }

  read(files: readonly ReadFile[]): Reading {
    const statements = files.flatMap((file) => statementsOf(file, this.notes, this.macros))
    // `overload <table>` adds the sources of too many connections, on any interface.
    for (const { words } of statements)
      for (const [index, word] of words.entries())
        if (word === 'overload') this.filled.add((words[index + 1] ?? '').replaceAll(/^<|>$/g, ''))
    for (const statement of statements) this.take(statement)
    const [first] = files
    if (this.isAudit && first && !statements.some(({ words: [verb = ''] }) => /^(?:table|pass|block)$/.test(verb)))
      return { rules: [], lists: [], notes: [kit.foreignNote(first, 'is not a pf ruleset')] }
    // The first quick rule that matches decides; without one, the last rule that matches.
    const { rules } = this
    const ordered = [...rules.filter(({ isQuick }) => isQuick), ...rules.filter(({ isQuick }) => !isQuick).toReversed()]
    const found = ordered.flatMap((rule) => foundOf(rule, this.context, this.notes))
    const named = files.find(({ part }) => /(?:^|[\\/])pf\.conf$/.test(part))
    const main = named ? { part: named.part, line: 1 } : this.main
    // In a main ruleset, traffic that matches no rule passes.
    const rest = main && this.isAudit ? DIRECTIONS.map((direction) => openRule(direction, 'no rule', main)) : []
    return { rules: [...found, ...rest], lists: [], notes: this.notes.all }
  }

  private take(statement: Line): void {
    const words = kit.words(statement.words)
    const verb = words.next()
    if (verb === 'table') this.table(words, statement)
    else if (verb === 'pass' || verb === 'block') this.rule(verb === 'pass' ? 'allow' : 'deny', statement)
    else this.other(statement)
  }

  private rule(action: Action, line: Line): void {
    const { words, place, text } = line
    const told = kit.words(this.isAudit ? withoutShaping(words.slice(1)) : words.slice(1))
    const rule = new Rule(action, line, told, (name, isNot) => this.lookUp(name, isNot, action), this.isAudit)
    const on = rule.interfaces.map(({ name, isNot }) => `${isNot ? '!' : ''}${name}`).join()
    if (!this.isAudit && rule.fault === undefined && !(rule.isQuick && on === String(this.context.options.interface)))
      this.notes.add(place, text, 'is not quick, or on another interface')
    this.rules.push(rule)
  }

  private other(line: Line): void {
    const { words, place, text } = line
    const [verb = '', second] = words
    this.main ??= place
    const isLoopback = words.slice(2).every((word) => /^(?:on|[{},]|lo\d*)$/.test(word))
    const isHarmless = HARMLESS.test(verb) && (second !== 'skip' || isLoopback)
    const isMacro = second === '=' && this.macros?.has(verb) === true
    if (this.isAudit && (isHarmless || isMacro || (verb === 'match' && onlyShapes(line)))) return
    this.notes.add(place, text, 'is not followed', verb === 'antispoof' && this.isAudit ? { isHarmless: true } : {})
  }

  private table(words: Words, { place, text }: Line): void {
    const name = /^<(\S+)>$/.exec(words.next() ?? '')?.[1]
    const takeFlag = () => words.take('persist', 'const', 'counters')
    const flags: string[] = []
    for (let flag = takeFlag(); flag; flag = takeFlag()) flags.push(flag)
    const isList = words.peek === '{'
    const memberOf = () => `${(this.isAudit && words.take('!')) || ''}${words.next() ?? ''}`
    const found = isList ? listOf(words, memberOf) : []
    const isWritten = flags.join() === 'persist' && isList && words.isDone
    if (name === undefined || this.tables.has(name) || !(this.isAudit || isWritten)) {
      this.notes.add(place, text, 'is not understood')
      return
    }
    const set =
      isList && words.isDone ? (kit.setOfTexts(found) ?? (this.isAudit ? mixed(found) : undefined)) : undefined
    if (!set && !this.isAudit) this.notes.add(place, text, 'is not understood')
    this.tables.set(name, { set, isEmpty: !isList && words.isDone })
  }

  /** A table: its addresses, or a local object. */
  private lookUp(name: string, isNot: boolean, action: Action): End | string {
    const { localObjects = [] } = this.context
    const found = this.tables.get(name)
    const isObject = this.isAudit ? localObjects.includes(name) : found === undefined
    if (isObject) return isNot ? 'negates a table of yours' : endOf(kit.empty, name)
    if (found === undefined) return `names the table ${name}, which does not exist`
    const isFilled = this.filled.has(name)
    // Addresses that a program adds to an empty table can only be blocked.
    const { set = found.isEmpty && action === 'deny' && !isNot ? kit.empty : undefined } = found
    if (set && !isFilled) return endOf(isNot ? kit.everything().subtract(set) : set)
    const unknown = `names the table ${name}, ${isFilled ? 'which a rule fills (overload)' : 'whose addresses are unknown'}`
    return this.isAudit ? endOf(kit.empty, `${isNot ? '!' : ''}<${name}>`, unknown) : unknown
  }
}

/** Addresses, also with host bits, and exceptions: the longest prefix that holds an address decides. */
function mixed(texts: readonly string[]): PrefixSet | undefined {
  const ranges = texts.flatMap((text) => {
    const range = blockOf(text.replace(/^!/, ''))
    return range ? [{ range, isOut: text.startsWith('!') }] : []
  })
  return ranges.length === texts.length ? kit.byNarrowest(ranges) : undefined
}

/** The found rules of a pf rule, one for each direction and protocol. */
function foundOf(rule: Rule, context: ReaderContext, notes: Notes): FoundRule[] {
  const { narrow, options, purpose } = context
  const { name, action, interfaces, family, protocols, from, to, ports, fault } = rule
  const { place, text } = rule.line
  const share = purpose === 'audit' ? shareOf(interfaces, narrow.interface, String(options.interface)) : 'all'
  if (share === 'none') return []
  if (fault !== undefined) {
    notes.add(place, text, fault)
    return []
  }
  const services = (protocols.length === 0 ? ['any'] : protocols).flatMap((word) => serviceOf(word, family, ports))
  return DIRECTIONS.filter((direction) => (rule.direction ?? direction) === direction).flatMap((direction) => {
    const { hasObjects, unknown } = direction === 'outbound' ? to : from
    if (unknown !== undefined) {
      const remote = { addresses: kit.everything(family), tags: [] }
      // Traffic that may be allowed counts on any port and in both directions.
      const about =
        action === 'allow'
          ? DIRECTIONS.map((one) => allTraffic(one, family))
          : services.map(({ protocol }) => ({ direction, protocol, ports, remote }))
      notes.add(place, text, unknown, { about })
      return []
    }
    const policy = { name, place, action, services, isPart: rule.isPart || hasObjects }
    const zones = [{ direction, isWhole: share === 'all' }]
    return rulesOfPolicy({ ...policy, zones, ends: { source: from, destination: to } }, context)
  })
}

/** The share of the requested interface, or of the default one, that a rule on some interfaces covers. */
function shareOf(on: readonly Interface[], asked: string | undefined, usual: string): 'all' | 'some' | 'none' {
  // No remote side is behind the loopback interface.
  const real = on.filter(({ name, isNot }) => isNot || !LOOPBACK.test(name))
  if (on.length === 0) return 'all'
  if (real.length === 0) return 'none'
  const shares = real.map(({ name, isNot }) => {
    if (name === 'any' || (isNot && LOOPBACK.test(name))) return 'all'
    const isIn = isInterfaceIn(asked ?? usual, name)
    if (isIn === undefined) return 'some'
    return isIn !== isNot ? 'all' : asked === undefined ? 'some' : 'none'
  })
  return shares.includes('all') ? 'all' : shares.includes('some') ? 'some' : 'none'
}

const LOOPBACK = /^lo\d*$/

/** True if an interface has this name or driver; undefined for other interface groups, which the file does not define. */
function isInterfaceIn(own: string, name: string): boolean | undefined {
  if (own === name) return true
  // Names of groups do not end in a digit, those of interfaces do.
  if (!/\d$/.test(own)) return undefined
  if (/\d$/.test(name)) return false
  return (own.startsWith(name) && /^\d+$/.test(own.slice(name.length))) || undefined
}

/** The connections of a protocol by name or number; none if the protocol is of the other family. */
function serviceOf(word: string, family: EntryService['family'], ports: EntryService['ports']): EntryService[] {
  const number = Object.hasOwn(kit.protocols, word) ? kit.protocols[word] : Number(word)
  if (word === 'any') return [{ protocol: 'any', family, ports, isPart: false }]
  if (number === 6 || number === 17) return [{ protocol: number === 6 ? 'tcp' : 'udp', family, ports, isPart: false }]
  const own = number === 1 ? 'ipv4' : number === 58 || word === 'icmp6' ? 'ipv6' : undefined
  if (own && family && own !== family) return []
  return [{ protocol: own ? 'icmp' : 'other', family: own ?? family, ports, isPart: own === undefined }]
}
