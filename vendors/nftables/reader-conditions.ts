import type { Match, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Condition, EVERY_CONNECTION, product, SOME_CONNECTIONS } from './reader-boxes.ts'
import { keyOf } from './reader-elements.ts'
import { meaningOf, ofAddresses } from './reader-keys.ts'
import type { NamedSet } from './reader-state.ts'
import type { Clause, Element, Selector, Value, Verdict } from './reader-types.ts'

/** The sets of a rule's table, and the names of the sets that rules change at run time. */
export interface Environment {
  readonly sets: ReadonlyMap<string, NamedSet>
  readonly changing: ReadonlySet<string>
}

/** The conditions of a clause: a connection must match any of them. */
export interface Described {
  readonly conditions: readonly Condition[]
  readonly problems: readonly string[]
  readonly remarks: readonly string[]
}

const described = (conditions: readonly Condition[], ...problems: string[]): Described => ({
  conditions,
  problems,
  remarks: [],
})

/** The connections that a match describes. */
export function describe(
  { left, operator, right }: Extract<Clause, { kind: 'match' }>,
  environment: Environment,
): Described {
  if (left.keys.length === 1 && left.keys[0] === 'tcp flags') return flags(left, operator, right)
  const [key = ''] = left.keys
  if (left.mask && key !== 'ip frag-off') {
    const known = meaningOf(key, { words: [], isNegated: true })
    const isPart = known.conditions.some(({ part }) => part !== 'no')
    return isPart
      ? described([SOME_CONNECTIONS])
      : described([SOME_CONNECTIONS], `has a mask for ${key}, which is not understood`)
  }
  if (operator === '' || operator === '==') return equal(left.keys, right, false, environment)
  // For flags, `!` means that none of them is set.
  if (operator === '!=' || operator === '!') return equal(left.keys, right, true, environment)
  const words = right.kind === 'word' ? comparison(operator, right.text) : undefined
  if (words === undefined || !/^(?:tcp|udp|th) [sd]port$/.test(key)) return notUnderstood(`${key} ${operator}`)
  return words === '' ? described([]) : equal(left.keys, { kind: 'word', text: words }, false, environment)
}

const notUnderstood = (what: string) => described([SOME_CONNECTIONS], `has ${what}, which is not understood`)

/** The ports above or below one, as a range; empty if there are none. */
function comparison(operator: string, text: string): string | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined
  const port = Number(text)
  const [first, last] = operator.startsWith('<')
    ? [0, operator === '<' ? port - 1 : port]
    : [operator === '>' ? port + 1 : port, 65535]
  return first > last ? '' : `${first}-${last}`
}

function equal(keys: readonly string[], right: Value, isNegated: boolean, environment: Environment): Described {
  const held = setContent(right, environment)
  if (typeof held === 'string') return described([SOME_CONNECTIONS], held)
  const { elements, doubt, set } = held
  const [key = ''] = keys
  const found = keys.length === 1 ? single(key, elements, isNegated, set) : matchAny(keys, elements, isNegated)
  if (!doubt) return found
  const conditions = found.conditions.map((condition): Condition => ({ ...condition, part: 'other' }))
  // A set that changes at run time may lose its elements and gain others.
  return {
    ...found,
    conditions: conditions.length > 0 ? conditions : [SOME_CONNECTIONS],
    problems: [...found.problems, doubt],
  }
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
    const addresses = resolve(set)
    const family = header === 'ip' ? 'ipv4' : 'ipv6'
    if (addresses) return described(ofAddresses(family, side === 's', addresses).conditions)
  }
  const words = elements.flatMap(({ value }) => wordsOf(value) ?? [])
  const other = elements.find(({ value }) => wordsOf(value) === undefined)
  if (other) return notUnderstood(`${key} ${keyOf(other.value)}`)
  if (words.length === 0) return described(isNegated ? withKeys([key]) : [])
  const { conditions, problem, remark } = meaningOf(key, { words, isNegated })
  return { conditions, problems: problem ? [problem] : [], remarks: remark ? [remark] : [] }
}

const wordsOf = (value: Value): readonly string[] | undefined =>
  value.kind === 'word' ? [value.text] : value.kind === 'flags' ? value.words : undefined

/** The addresses of a set of one family, computed once; undefined if the set holds anything else. */
function resolve(set: NamedSet): PrefixSet | undefined {
  if (set.resolved) return set.resolved
  const ranges = [...set.elements.values()].map(({ value }) =>
    value.kind === 'word' ? kit.rangeOfText(value.text) : undefined,
  )
  const [first] = ranges
  if (ranges.some((range) => range === undefined || range.family !== first?.family)) return undefined
  set.resolved = kit.setOfRanges(ranges.flatMap((range) => range ?? []))
  return set.resolved
}

/** A concatenation: each element matches what all its parts match. */
function matchAny(keys: readonly string[], elements: readonly Element[], isNegated: boolean): Described {
  const problems = new Set<string>()
  const found = elements.flatMap(({ value }) => {
    const { conditions, problems: own } = matchOne(keys, value)
    for (const problem of own) problems.add(problem)
    return conditions
  })
  const conditions = isNegated ? complement(keys, found) : joined(found)
  return described(conditions, ...problems)
}

/** The connections whose key, or concatenation of keys, equals `value`. */
function matchOne(keys: readonly string[], value: Value): Described {
  const parts = keys.length === 1 ? [value] : value.kind === 'concat' ? value.parts : []
  if (parts.length !== keys.length) return notUnderstood(`${keys.join(' . ')} ${keyOf(value)}`)
  const problems: string[] = []
  const remarks: string[] = []
  const conditions = keys.reduce<readonly Condition[]>(
    (all, key, index) => {
      const part = parts[index] as Value
      if (part.kind === 'others') return product(all, withKeys([key]))
      const words = wordsOf(part)
      if (!words) {
        problems.push(`has ${key} ${keyOf(part)}, which is not understood`)
        return product(all, [SOME_CONNECTIONS])
      }
      const { conditions, problem, remark } = meaningOf(key, { words, isNegated: false })
      if (problem) problems.push(problem)
      if (remark) remarks.push(remark)
      return product(all, conditions)
    },
    [EVERY_CONNECTION],
  )
  return { conditions, problems, remarks }
}

/** Conditions that differ in the addresses of one side only, as one. */
function joined(conditions: readonly Condition[]): readonly Condition[] {
  const groups = new Map<string, { condition: Condition; side: 'source' | 'destination'; sets: PrefixSet[] }>()
  const left: Condition[] = []
  for (const condition of conditions) {
    const { source, destination, ...rest } = condition
    const wide = [kit.everything('ipv4'), kit.everything('ipv6')].find((all) => source === all || destination === all)
    const side = destination && source === wide ? 'destination' : 'source'
    const own = condition[side]
    if (!wide || !own) {
      left.push(condition)
      continue
    }
    const key = JSON.stringify([rest, side, wide === kit.everything('ipv4')])
    const group = groups.get(key) ?? { condition, side, sets: [] }
    group.sets.push(own)
    groups.set(key, group)
  }
  return [
    ...left,
    ...[...groups.values()].map(({ condition, side, sets }) => ({ ...condition, [side]: kit.union(sets) })),
  ]
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
export function describeMap(
  { left, right }: Extract<Clause, { kind: 'map' }>,
  environment: Environment,
): (Described & { readonly verdict: Verdict })[] {
  const either = (problem: string) => [
    { ...described([SOME_CONNECTIONS], problem), verdict: { kind: 'either' } as const },
  ]
  if (left.mask) return either('has a mask in a verdict map, which is not understood')
  const held = setContent(right, environment)
  if (typeof held === 'string') return either(held)
  const { elements, doubt } = held
  const entries = elements
    .filter(({ value }) => value.kind !== 'others')
    .map((element) => {
      const found = matchOne(left.keys, element.value)
      return { ...found, verdict: element.verdict ?? ({ kind: 'either' } as const) }
    })
  const others = elements.find(({ value }) => value.kind === 'others')
  const all = others
    ? [
        ...entries,
        {
          ...described(
            complement(
              left.keys,
              entries.flatMap(({ conditions }) => conditions),
            ),
          ),
          verdict: others.verdict ?? ({ kind: 'either' } as const),
        },
      ]
    : entries
  if (!doubt) return all
  // The map changes at run time, so each element may have any verdict.
  return either(doubt)
}

const FLAGS: Readonly<Record<string, number>> = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }

/** The TCP connections whose first packet, with the flag SYN alone, matches. */
function flags({ mask }: Selector, operator: string, right: Value): Described {
  const tcp: Condition = { ...EVERY_CONNECTION, protocol: 'tcp' }
  const values = right.kind === 'list' ? right.elements.map(({ value }) => bitsOf(value)) : [bitsOf(right)]
  const masked = mask === undefined ? 255 : bitsOf(mask)
  if (masked === undefined || values.includes(undefined))
    return { ...described([{ ...tcp, part: 'other' }], 'has unknown tcp flags') }
  const first = (FLAGS.syn as number) & masked
  const isAny = (operator === '' || operator === '!') && mask === undefined && right.kind !== 'list'
  const isLike = values.some((value) => (isAny ? (first & (value as number)) !== 0 : first === value))
  return described(isLike === !operator.startsWith('!') ? [tcp] : [])
}

function bitsOf(value: Value): number | undefined {
  const words = wordsOf(value)
  const bits = words?.map((word) =>
    /^(?:0x[0-9a-f]{1,2}|\d{1,3})$/.test(word) ? Number(word) : Object.hasOwn(FLAGS, word) ? FLAGS[word] : undefined,
  )
  return bits?.reduce<number | undefined>(
    (all, bit) => (all === undefined || bit === undefined ? undefined : all | bit),
    0,
  )
}
