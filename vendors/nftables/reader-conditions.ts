import type { Match, PrefixSet } from 'tagwall/reader'
import { type End, FAMILIES, kit, valueIn } from '../_kit/kit.ts'
import type { Condition, ConditionalRule } from '../_netfilter/netfilter.ts'
import type { Clause, Reject, Rule } from './reader-clauses.ts'
import type { Element, Selector, Value, Verdict } from './reader-expressions.ts'
import {
  both,
  type Described,
  described,
  EVERY_CONNECTION,
  EVERYTHING,
  meaningOf,
  notUnderstood,
  ofAddresses,
  ofFamily,
  ofProtocol,
  product,
  SOME_CONNECTIONS,
  SOMETHING,
} from './reader-keys.ts'
import { keyOf, type NamedSet } from './reader-state.ts'

/** The sets of a rule's table, and the names of the sets that rules change at run time. */
interface Environment {
  readonly sets: ReadonlyMap<string, NamedSet>
  readonly changing: ReadonlySet<string>
}

/** The connections that a match describes. */
function matched({ left, operator, right }: Extract<Clause, { kind: 'match' }>, environment: Environment): Described {
  if (left.keys.length === 1 && left.keys[0] === 'tcp flags') return flags(left, operator, right)
  const [key = ''] = left.keys
  if (left.mask && key !== 'ip frag-off') {
    const isPart = withKeys([key]).some(({ part }) => part !== 'no')
    return isPart ? SOMETHING : notUnderstood(`has a mask for ${key}`)
  }
  if (operator === '' || operator === '==') return equal(left.keys, right, false, environment)
  // For flags, `!` means that none of them is set.
  if (operator === '!=' || operator === '!') return equal(left.keys, right, true, environment)
  // The ports above or below one. To nft, a leading zero makes an octal number.
  const port = right.kind === 'word' && /^(?:0|[1-9]\d{0,4})$/.test(right.text) ? Number(right.text) : undefined
  if (port === undefined || !/^(?:tcp|udp|th) [sd]port$/.test(key)) return notUnderstood(`has ${key} ${operator}`)
  const first = operator.startsWith('<') ? 0 : operator === '>' ? port + 1 : port
  const last = operator.startsWith('>') ? 65535 : operator === '<' ? port - 1 : port
  const range: Value = { kind: 'word', text: `${first}-${last}` }
  return first > last ? described([]) : equal(left.keys, range, false, environment)
}

function equal(keys: readonly string[], right: Value, isNegated: boolean, environment: Environment): Described {
  const held = setContent(right, environment)
  if (typeof held === 'string') return described([SOME_CONNECTIONS], held)
  const { elements, doubt, set } = held
  const [key = ''] = keys
  const found = keys.length === 1 ? single(key, elements, isNegated, set) : matchAny(keys, elements, isNegated)
  if (!doubt) return found
  // A set that changes at run time may lose its elements and gain others.
  const part = found.conditions.length > 0 ? both(found, SOMETHING) : { ...SOMETHING, doubts: found.doubts }
  return { ...part, doubts: [...part.doubts, { reason: doubt, isOpen: true }] }
}

/** The elements of a value: of a set by name, of a list, or itself; a text when there are none to be had. */
function setContent(
  right: Value,
  { sets, changing }: Environment,
): { elements: readonly Element[]; doubt?: string; set?: NamedSet } | string {
  if (right.kind === 'list') return { elements: right.elements }
  if (right.kind !== 'set') return { elements: [{ value: right, verdict: undefined, expires: false, line: 0 }] }
  const { name } = right
  const set = sets.get(name)
  if (!set) return `names the set ${name}, which does not exist`
  const elements = [...set.elements.values()]
  if (changing.has(name)) return { elements, set, doubt: `names the set ${name}, which rules change as packets come` }
  const expiring = set.form.expires ? elements.length : elements.filter(({ expires }) => expires).length
  const doubt = `names the set ${name}, whose elements expire (${expiring} of ${elements.length})`
  return expiring > 0 ? { elements, set, doubt } : { elements, set }
}

function single(key: string, elements: readonly Element[], isNegated: boolean, set: NamedSet | undefined): Described {
  const [, header, side] = /^(ip6?) ([sd])addr$/.exec(key) ?? []
  if (set && header && !isNegated) {
    const addresses = addressesOf(set)
    if (addresses) return ofAddresses(header === 'ip' ? 'ipv4' : 'ipv6', side === 's', addresses)
  }
  const words = elements.flatMap(({ value }) => wordsOf(value) ?? [])
  const other = elements.find(({ value }) => wordsOf(value) === undefined)
  if (other) return notUnderstood(`has ${key} ${keyOf(other.value)}`)
  if (words.length === 0) return described(isNegated ? withKeys([key]) : [])
  return meaningOf(key, { words, isNegated })
}

const wordsOf = (value: Value): readonly string[] | undefined =>
  value.kind === 'word' ? [value.text] : value.kind === 'flags' ? value.words : undefined

/** The addresses of sets, by their elements, which never change. */
const known = new WeakMap<NamedSet['elements'], PrefixSet>()

/** The addresses of a set of one family; undefined if the set holds anything else. */
function addressesOf({ elements }: NamedSet): PrefixSet | undefined {
  const before = known.get(elements)
  if (before) return before
  const ranges = Array.from(elements.values(), ({ value }) => value.kind === 'word' && kit.rangeOfText(value.text))
  const family = ranges[0] ? ranges[0].family : undefined
  const own = ranges.flatMap((range) => (range && range.family === family ? range : []))
  if (own.length < ranges.length) return undefined
  const set = kit.setOfRanges(own)
  known.set(elements, set)
  return set
}

/** A concatenation: each element matches what all its parts match. */
function matchAny(keys: readonly string[], elements: readonly Element[], isNegated: boolean): Described {
  const found = elements.map(({ value }) => matchOne(keys, value))
  const conditions = found.flatMap((one) => one.conditions)
  const reasons = found.flatMap(({ doubts }) => doubts.flatMap((one) => (one.isHarmless ? [] : one.reason)))
  return described(isNegated ? complement(keys, conditions) : joined(conditions), ...reasons)
}

/** The connections whose key, or concatenation of keys, equals `value`. */
function matchOne(keys: readonly string[], value: Value): Described {
  const parts = keys.length === 1 ? [value] : value.kind === 'concat' ? value.parts : []
  if (parts.length !== keys.length) return notUnderstood(`has ${keys.join(' . ')} ${keyOf(value)}`)
  return parts.reduce<Described>((all, part, index) => {
    const key = keys[index] as string
    const words = wordsOf(part)
    return both(all, words ? meaningOf(key, { words, isNegated: false }) : notUnderstood(`has ${key} ${keyOf(part)}`))
  }, EVERYTHING)
}

/** Conditions that differ in the addresses of one side only, as one. */
function joined(conditions: readonly Condition[]): readonly Condition[] {
  const groups = new Map<unknown, { one: Condition; side: End; sets: PrefixSet[] }>()
  for (const one of conditions) {
    const { source, destination, ...rest } = one
    const family = FAMILIES.find((family) => [source, destination].includes(kit.everything(family)))
    const side = source === kit.everything(family) ? 'destination' : 'source'
    const key = family ? JSON.stringify([rest, side, family]) : one
    const group = groups.get(key) ?? { one, side, sets: [] }
    group.sets.push(one[side] ?? kit.everything(family))
    groups.set(key, group)
  }
  return Array.from(groups.values(), ({ one, side, sets }) =>
    sets.length > 1 ? { ...one, [side]: kit.union(sets) } : one,
  )
}

/** Each prefix that is subtracted splits the rest into more pieces. */
const MOST_PIECES = 500

/** The connections that have these keys: `tcp dport` exists in TCP alone, whatever its value. */
function withKeys(keys: readonly string[]): readonly Condition[] {
  return keys.reduce<readonly Condition[]>(
    (all, key) => product(all, meaningOf(key, { words: [], isNegated: true }).conditions),
    [EVERY_CONNECTION],
  )
}

/** All connections with these keys except those; some, if the rest cannot be expressed. */
function complement(keys: readonly string[], conditions: readonly Condition[]): readonly Condition[] {
  const all = withKeys(keys)
  const isVague = [...all, ...conditions].some(
    ({ part, interfaces, isToSelf }) => part !== 'no' || interfaces.length > 0 || isToSelf,
  )
  if (isVague || conditions.length > MOST_PIECES) return all.map((condition) => ({ ...condition, part: 'other' }))
  const boxes = conditions.reduce<readonly Match[]>(
    (left, taken) => left.flatMap((box) => kit.withoutMatch(box, taken)),
    all,
  )
  return boxes.map((box) => ({ ...EVERY_CONNECTION, ...box }))
}

/** A verdict map: the connections of each element, with its verdict; the default last. */
function describeMap(
  { left, right }: Extract<Clause, { kind: 'map' }>,
  environment: Environment,
): (Described & { readonly verdict: Verdict })[] {
  const verdictOf = ({ verdict = EITHER }: Pick<Element, 'verdict'>) => verdict
  if (left.mask) return [{ ...notUnderstood('has a mask in a verdict map'), verdict: EITHER }]
  const held = setContent(right, environment)
  // If the map changes at run time, each element may have any verdict.
  const doubt = typeof held === 'string' ? held : held.doubt
  if (typeof held === 'string' || doubt) return [{ ...described([SOME_CONNECTIONS], doubt as string), verdict: EITHER }]
  const entries = held.elements
    .filter(({ value }) => value.kind !== 'others')
    .map((element) => ({ ...matchOne(left.keys, element.value), verdict: verdictOf(element) }))
  const others = held.elements.find(({ value }) => value.kind === 'others')
  if (!others) return entries
  const named = entries.flatMap(({ conditions }) => conditions)
  return [...entries, { ...described(complement(left.keys, named)), verdict: verdictOf(others) }]
}

const EITHER: Verdict = { kind: 'either' }

const SYN = 2
const FLAGS = { fin: 1, syn: SYN, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }

/** The TCP connections whose first packet, with the flag SYN alone, matches. */
function flags({ mask }: Selector, operator: string, right: Value): Described {
  const tcp = ofProtocol('tcp')
  const values = right.kind === 'list' ? right.elements.map(({ value }) => bitsOf(value)) : [bitsOf(right)]
  const masked = mask === undefined ? 255 : bitsOf(mask)
  if ([masked, ...values].some(Number.isNaN)) return described([{ ...tcp, part: 'other' }], 'has unknown tcp flags')
  const first = SYN & masked
  const isAny = (operator === '' || operator === '!') && mask === undefined && right.kind !== 'list'
  const isLike = values.some((value) => (isAny ? (first & value) !== 0 : first === value))
  return described(isLike === !operator.startsWith('!') ? [tcp] : [])
}

/** The bits of flags by name or number, together; not a number if one of them is unknown. */
function bitsOf(value: Value): number {
  const bits = (wordsOf(value) ?? ['']).map((word) =>
    /^(?:0x[0-9a-f]{1,2}|\d{1,3})$/.test(word) ? Number(word) : (valueIn(FLAGS, word) ?? Number.NaN),
  )
  return bits.some(Number.isNaN) ? Number.NaN : bits.reduce((all, bit) => all | bit, 0)
}

/** The rules that a rule is for new connections: none if it only counts or marks, several that do not overlap if it has a verdict map. */
export function stepsOf(rule: Rule, environment: Environment): ConditionalRule[] {
  const { clauses } = rule
  const end = clauses.findIndex(({ kind }) => kind === 'verdict')
  let found = end >= 0 && end < clauses.length - 1 ? notUnderstood('has more after its verdict') : EVERYTHING
  for (const clause of clauses) {
    if (clause.kind === 'map')
      return describeMap(clause, environment).flatMap(({ verdict, ...own }) =>
        stepsWith(rule, both(found, own), verdict),
      )
    found = both(found, describe(clause, environment))
    if ('verdict' in clause && clause.verdict) return stepsWith(rule, found, clause.verdict)
  }
  // An unknown clause may have been a verdict.
  if (clauses.some(({ kind }) => kind === 'unknown')) return stepsWith(rule, found, EITHER)
  return clauses.some(({ kind }) => kind === 'doubt') ? stepsWith(rule, found, { kind: 'continue' }) : []
}

/** The connections that a clause lets go on. */
function describe(clause: Exclude<Clause, { kind: 'map' }>, environment: Environment): Described {
  if (clause.kind === 'match') return matched(clause, environment)
  if (clause.kind === 'verdict') return rejectable(clause.reject)
  if (clause.kind === 'doubt') return { ...EVERYTHING, doubts: [clause.doubt] }
  if (clause.kind === 'unknown') return notUnderstood(`has ${clause.text}`)
  return clause.kind === 'pass' ? EVERYTHING : SOMETHING
}

const KINDS = { accept: 'allow', drop: 'deny', return: 'return', continue: 'continue' } as const

function stepsWith(
  { comment: name, place, text }: Rule,
  { conditions: matches, doubts }: Described,
  verdict: Verdict,
): ConditionalRule[] {
  const step = { name, place, text, matches, doubts: doubts.map((doubt) => ({ ...doubt, mayAllow: true })) }
  if ('chain' in verdict) return [{ ...step, verdict }]
  if (verdict.kind !== 'either') return [{ ...step, verdict: { kind: KINDS[verdict.kind] } }]
  // Neither may be counted on: it is a part in both.
  const part = { ...step, matches: product(matches, [SOME_CONNECTIONS]) }
  return [
    { ...part, verdict: { kind: 'allow' } },
    { ...part, verdict: { kind: 'deny' }, doubts: [] },
  ]
}

/** The connections that a reject has an answer for. */
function rejectable(reject: Reject | undefined): Described {
  if (reject === 'ipv4' || reject === 'ipv6') return described([ofFamily(reject)])
  return reject === 'tcp' ? described([ofProtocol('tcp')]) : EVERYTHING
}
