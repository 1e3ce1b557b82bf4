import type { Action, Direction, FoundRule, Notes, Place, PrefixSet, Reader, ReaderContext } from 'tagwall/reader'
import { type End, type Rule, ruleOf } from './reader-rule.ts'
import { statementsOf } from './reader-text.ts'

const DIRECTIONS: readonly Direction[] = ['outbound', 'inbound']

/** Reads a ruleset of pf: an anchor of tagwall, or a pf.conf. A load replaces all of it. */
export const read: Reader = (files, context) => {
  const { kit, purpose, options } = context
  const notes = kit.notes()
  const tables = new Map<string, PrefixSet | string>()
  const rules: Rule[] = []
  let understood = 0
  /** Only a main ruleset has statements beside tables and rules. */
  let main: Place | undefined
  for (const file of files) {
    for (const { words, place, text } of statementsOf(file, notes)) {
      const rest = kit.words(words)
      const verb = rest.next()
      if (verb === 'table') {
        understood++
        tableOf(rest, place, text, tables, context, notes)
      } else if (verb === 'pass' || verb === 'block') {
        understood++
        const action: Action = verb === 'pass' ? 'allow' : 'deny'
        if (action === 'deny') rest.take('drop', 'return')
        const rule = ruleOf(rest, action, place, (name, isNot) => lookUp(tables, name, isNot, context), context)
        if (typeof rule === 'string') notes.add(place, text, rule)
        else {
          if (purpose === 'prove' && !(rule.isQuick && rule.interfaces.join() === String(options.interface)))
            notes.add(place, text, 'is not quick, or on another interface')
          rules.push(rule)
        }
      } else {
        main ??= place
        const isLoopback = words.slice(2).every((word) => /^(?:on|[{},]|lo\d*)$/.test(word))
        const isHarmless = HARMLESS.test(verb ?? '') && (words[1] !== 'skip' || isLoopback)
        if (purpose === 'prove' || !isHarmless) notes.add(place, text, 'is not followed')
      }
    }
  }
  if (purpose === 'audit' && understood === 0) {
    const foreign = kit.notes()
    const part = files[0]?.part ?? ''
    foreign.add({ part, line: 1 }, files[0]?.text.trim().split('\n')[0] ?? '', 'is no ruleset of pf', {
      isForeign: true,
    })
    return { rules: [], lists: [], notes: foreign.all }
  }
  // The first quick rule that matches decides; without one, the last rule that matches.
  const ordered = [...rules.filter(({ isQuick }) => isQuick), ...rules.filter(({ isQuick }) => !isQuick).toReversed()]
  const found = ordered.flatMap((rule) => foundOf(rule, context))
  return {
    rules: [...found, ...(main && purpose === 'audit' ? defaultRules(main, context) : [])],
    lists: [],
    notes: notes.all,
  }
}

/** What no rule of a main ruleset is about passes. */
const defaultRules = (place: Place, { kit }: ReaderContext): FoundRule[] =>
  DIRECTIONS.map((direction) => ({
    ...{ name: 'no rule', place, direction, action: 'allow', protocol: 'any', ports: kit.everyPort, coverage: 'whole' },
    remote: { addresses: kit.everything(), tags: [] },
  }))

/** Says nothing about what passes. */
const HARMLESS = /^(?:set|scrub|queue|altq)$/

function tableOf(
  words: ReturnType<ReaderContext['kit']['words']>,
  place: Place,
  text: string,
  tables: Map<string, PrefixSet | string>,
  { kit, purpose }: ReaderContext,
  notes: Notes,
): void {
  const name = /^<(\S+)>$/.exec(String(words.next() ?? ''))?.[1]
  const flags = words.take('persist', 'const')
  const found: string[] = []
  const isList = words.take('{') !== undefined
  if (isList) {
    while (!words.isDone && words.peek !== '}') {
      const word = String(words.next())
      if (word !== ',') found.push(word)
    }
    words.take('}')
  }
  if (
    name === undefined ||
    tables.has(name) ||
    (purpose === 'prove' && (flags !== 'persist' || !isList || !words.isDone))
  ) {
    notes.add(place, text, 'is not understood')
    return
  }
  const blocks = found.map((one) => kit.blockOf(one))
  const strict = kit.setOfTexts(found)
  const isKnown = isList && words.isDone && !blocks.includes(undefined) && (purpose === 'audit' || strict !== undefined)
  if (!isKnown && purpose === 'prove') notes.add(place, text, 'is not understood')
  const ranges = blocks.flatMap((block) => block ?? [])
  tables.set(name, isKnown ? kit.setOfRanges(ranges) : `names the table ${name}, whose addresses are not known here`)
}

/** A table: its addresses, or an object that stands for a local side. */
function lookUp(
  tables: ReadonlyMap<string, PrefixSet | string>,
  name: string,
  isNot: boolean,
  { kit, purpose, localObjects = [] }: ReaderContext,
): End | string {
  const found = tables.get(name)
  const isObject = purpose === 'prove' ? found === undefined : localObjects.includes(name)
  if (isObject) return isNot ? 'negates a table of yours' : { addresses: kit.empty, object: name }
  if (found === undefined) return `names the table ${name}, which is not there`
  if (typeof found === 'string') return found
  return { addresses: isNot ? kit.everything().subtract(found) : found, object: undefined }
}

/** A rule as each direction and protocol that it is about. */
function foundOf(rule: Rule, { kit, narrow, options, purpose }: ReaderContext): FoundRule[] {
  const { place, name, action, interfaces, family, protocols, from, to, ports } = rule
  const asked = narrow.interface
  const isNamed = interfaces.length > 0 && purpose === 'audit'
  if (isNamed && asked !== undefined && !interfaces.includes(asked)) return []
  const byZone = isNamed && asked === undefined && !interfaces.includes(String(options.interface))
  return DIRECTIONS.filter((direction) => (rule.direction ?? direction) === direction).flatMap((direction) => {
    const [local, remote] = direction === 'outbound' ? [from, to] : [to, from]
    const narrowed = family ? remote.addresses.family(family) : remote.addresses
    const isAny = local.object === undefined && local.addresses.equals(kit.everything())
    if (narrowed.isEmpty || (!isAny && local.object === undefined && local.addresses.isEmpty)) return []
    const isPart = rule.isPart || remote.object !== undefined
    return (protocols.length === 0 ? ['any'] : protocols).flatMap((word): FoundRule[] => {
      const [protocol, own] = protocolOf(word)
      const addresses = own ? narrowed.family(own) : narrowed
      if (addresses.isEmpty) return []
      const objects = local.object === undefined ? [] : [local.object]
      return [
        {
          ...{ name, place, direction, action, protocol, ports, remote: { addresses, tags: [] } },
          ...(!isAny && { local: { addresses: local.addresses, objects } }),
          ...(isPart || byZone ? { coverage: 'part', isPartByZone: !isPart } : { coverage: 'whole' }),
        },
      ]
    })
  })
}

function protocolOf(word: string): [FoundRule['protocol'], 'ipv4' | 'ipv6' | undefined] {
  if (word === 'any' || word === 'tcp' || word === 'udp') return [word, undefined]
  if (word === 'icmp') return ['icmp', 'ipv4']
  return word === 'icmp6' || word === 'ipv6-icmp' ? ['icmp', 'ipv6'] : ['other', undefined]
}
