import type {
  Action,
  Direction,
  FoundRule,
  Notes,
  Place,
  PrefixSet,
  Range,
  Reader,
  ReaderContext,
  Words,
} from 'tagwall/reader'
import { blockOf, type End, type Interface, onlyShapes, type Rule, ruleOf } from './reader-rule.ts'
import { type Macros, statementsOf } from './reader-text.ts'

const DIRECTIONS: readonly Direction[] = ['outbound', 'inbound']

/** Reads a ruleset of pf: an anchor of tagwall, or a pf.conf. A load replaces all of it. */
export const read: Reader = (files, context) => {
  const { kit, purpose, options } = context
  const notes = kit.notes()
  const tables = new Map<string, PrefixSet | string>()
  const rules: Rule[] = []
  const macros: Macros | undefined = purpose === 'audit' ? new Map() : undefined
  let understood = 0
  /** Only a main ruleset has statements other than tables and rules, and is called pf.conf. */
  const named = files.find(({ part }) => /(?:^|[\\/])pf\.conf$/.test(part))
  let main: Place | undefined = named && { part: named.part, line: 1 }
  for (const file of files) {
    for (const { words, place, text } of statementsOf(file, notes, macros)) {
      const rest = kit.words(words)
      const verb = rest.next()
      if (verb === 'table') {
        understood++
        tableOf(rest, place, text, tables, context, notes)
      } else if (verb === 'pass' || verb === 'block') {
        understood++
        const action: Action = verb === 'pass' ? 'allow' : 'deny'
        const rule = ruleOf(rest, action, place, (name, isNot) => lookUp(tables, name, isNot, context), context)
        if (typeof rule === 'string') notes.add(place, text, rule)
        else {
          const isOurs =
            rule.interfaces.map(({ name, isNot }) => `${isNot ? '!' : ''}${name}`).join() === String(options.interface)
          if (purpose === 'prove' && !(rule.isQuick && isOurs))
            notes.add(place, text, 'is not quick, or on another interface')
          rules.push(rule)
        }
      } else {
        main ??= place
        const isLoopback = words.slice(2).every((word) => /^(?:on|[{},]|lo\d*)$/.test(word))
        const isHarmless = HARMLESS.test(verb ?? '') && (words[1] !== 'skip' || isLoopback)
        const isPlain = verb === 'match' && onlyShapes(words.slice(1).map(String), place, context)
        const isMacro = words[1] === '=' && macros?.has(verb ?? '') === true
        if (purpose === 'prove' || !(isHarmless || isPlain || isMacro))
          notes.add(place, text, 'is not followed', verb === 'antispoof' && macros ? { isHarmless: true } : {})
      }
    }
  }
  const [first] = files
  if (purpose === 'audit' && understood === 0 && first)
    return { rules: [], lists: [], notes: [kit.foreignNote(first, 'is not a pf ruleset')] }
  // The first quick rule that matches decides; without one, the last rule that matches.
  const ordered = [...rules.filter(({ isQuick }) => isQuick), ...rules.filter(({ isQuick }) => !isQuick).toReversed()]
  const found = ordered.flatMap((rule) => foundOf(rule, context))
  return {
    rules: [...found, ...(main && purpose === 'audit' ? defaultRules(main, context) : [])],
    lists: [],
    notes: notes.all,
  }
}

/** In a main ruleset, traffic that matches no rule passes. */
const defaultRules = (place: Place, { kit }: ReaderContext): FoundRule[] =>
  DIRECTIONS.map((direction) => ({
    ...{ name: 'no rule', place, direction, action: 'allow', protocol: 'any', ports: kit.everyPort, coverage: 'whole' },
    remote: { addresses: kit.everything(), tags: [] },
  }))

/** Statements that do not affect the traffic. */
const HARMLESS = /^(?:set|scrub|queue|altq)$/

function tableOf(
  words: Words,
  place: Place,
  text: string,
  tables: Map<string, PrefixSet | string>,
  { kit, purpose }: ReaderContext,
  notes: Notes,
): void {
  const name = /^<(\S+)>$/.exec(String(words.next() ?? ''))?.[1]
  const flags: string[] = []
  for (let flag = takeFlag(words); flag; flag = takeFlag(words)) flags.push(flag)
  const found: string[] = []
  const isList = words.take('{') !== undefined
  while (isList && !words.isDone && words.peek !== '}') {
    const word = String(words.next())
    if (word === '!' && purpose === 'audit') found.push(`!${words.next() ?? ''}`)
    else if (word !== ',') found.push(word)
  }
  words.take('}')
  if (
    name === undefined ||
    tables.has(name) ||
    (purpose === 'prove' && (flags.join() !== 'persist' || !isList || !words.isDone))
  ) {
    notes.add(place, text, 'is not understood')
    return
  }
  const set =
    isList && words.isDone
      ? (kit.setOfTexts(found) ?? (purpose === 'audit' ? mixed(found, kit) : undefined))
      : undefined
  if (!set && purpose === 'prove') notes.add(place, text, 'is not understood')
  tables.set(name, set ?? `names the table ${name}, whose addresses are unknown`)
}

const takeFlag = (words: Words) => words.take('persist', 'const', 'counters')

/** Addresses, also with host bits, and exceptions: the longest prefix that holds an address decides. */
function mixed(texts: readonly string[], kit: ReaderContext['kit']): PrefixSet | undefined {
  const byLength = new Map<number, { isNot: boolean; block: Range }[]>()
  for (const text of texts) {
    const isNot = text.startsWith('!')
    const block = blockOf(isNot ? text.slice(1) : text, kit)
    if (!block) return undefined
    const same = byLength.get(block.length) ?? []
    byLength.set(block.length, same)
    same.push({ isNot, block })
  }
  return [...byLength.entries()]
    .sort(([a], [b]) => a - b)
    .reduce((set, [, entries]) => {
      const setOf = (isNot: boolean) =>
        kit.setOfRanges(entries.filter((one) => one.isNot === isNot).map(({ block }) => block))
      return set.union(setOf(false)).subtract(setOf(true))
    }, kit.empty)
}

/** A table: its addresses, or a local object. */
function lookUp(
  tables: ReadonlyMap<string, PrefixSet | string>,
  name: string,
  isNot: boolean,
  { kit, purpose, localObjects = [] }: ReaderContext,
): End | string {
  const found = tables.get(name)
  const isObject = purpose === 'prove' ? found === undefined : localObjects.includes(name)
  if (isObject) return isNot ? 'negates a table of yours' : { addresses: kit.empty, object: name }
  if (found === undefined) return `names the table ${name}, which does not exist`
  if (typeof found === 'string') return found
  return { addresses: isNot ? kit.everything().subtract(found) : found, object: undefined }
}

/** The found rules of a pf rule, one for each direction and protocol. */
function foundOf(rule: Rule, { kit, narrow, options, purpose }: ReaderContext): FoundRule[] {
  const { place, name, action, interfaces, family, protocols, from, to, ports } = rule
  const share = purpose === 'audit' ? shareOf(interfaces, narrow.interface, String(options.interface)) : 'all'
  if (share === 'none') return []
  return DIRECTIONS.filter((direction) => (rule.direction ?? direction) === direction).flatMap((direction) => {
    const [local, remote] = direction === 'outbound' ? [from, to] : [to, from]
    const narrowed = family ? remote.addresses.family(family) : remote.addresses
    const isAny = local.object === undefined && local.addresses.equals(kit.everything())
    if (narrowed.isEmpty || (!isAny && local.object === undefined && local.addresses.isEmpty)) return []
    const isPartly = rule.isPart || remote.object !== undefined
    return (protocols.length === 0 ? ['any'] : protocols).flatMap((word): FoundRule[] => {
      const [protocol, own] = protocolOf(word, kit.protocols)
      const isPart = isPartly || protocol === 'other'
      const addresses = own ? narrowed.family(own) : narrowed
      if (addresses.isEmpty) return []
      const objects = local.object === undefined ? [] : [local.object]
      return [
        {
          ...{ name, place, direction, action, protocol, ports, remote: { addresses, tags: [] } },
          ...(!isAny && { local: { addresses: local.addresses, objects } }),
          ...(isPart || share === 'some' ? { coverage: 'part', isPartByZone: !isPart } : { coverage: 'whole' }),
        },
      ]
    })
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

function protocolOf(
  word: string,
  numbers: Readonly<Record<string, number>>,
): [FoundRule['protocol'], 'ipv4' | 'ipv6' | undefined] {
  if (word === 'any') return ['any', undefined]
  const number = Object.hasOwn(numbers, word) ? numbers[word] : Number(word)
  if (number === 6 || number === 17) return [number === 6 ? 'tcp' : 'udp', undefined]
  if (number === 1) return ['icmp', 'ipv4']
  return number === 58 || word === 'icmp6' ? ['icmp', 'ipv6'] : ['other', undefined]
}
