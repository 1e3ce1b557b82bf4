import type { Range } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Element, SetForm, Value } from './reader-types.ts'

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
export function overlapping({ type, flags }: SetForm, elements: readonly Element[]): Problem[] {
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
