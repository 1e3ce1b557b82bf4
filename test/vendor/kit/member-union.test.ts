import { expect, test } from 'vitest'
import { PrefixSet } from '../../../src/address/prefix-set.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { Value } from '../../../src/vendor/kit/member-union.ts'
import { show } from '../../notation.ts'
import { randomFrom } from '../../random.ts'

// Members are named by letters; a set is some of the sixteen addresses of 192.0.2.0/28, as bits.

const place = { part: 'test', line: 1 }
const setOfBits = (bits: number) =>
  PrefixSet.of(
    Array.from({ length: 16 }, (_, index) => index)
      .filter((index) => bits & (1 << index))
      .map((index) => KIT.parsePrefix(`192.0.2.${index}/32`)),
  )

test('after any changes, the union is that of all members', () => {
  for (const seed of [5, 6, 7]) {
    const next = randomFrom(seed)
    const below = (most: number) => Math.floor(next() * most)
    const held = new Map<string, number>()
    const union = KIT.memberUnion()
    let members: Value[] = []
    for (let round = 0; round < 2000; round++) {
      const isApart = round % 100 < 50
      const changed = new Set<string>()
      for (let change = below(4); change > 0; change--) {
        const text = 'abcdefgh'[below(8)] as string
        const isThere = members.some((member) => member.text === text)
        if (!isThere || below(4) === 0) {
          held.set(text, isApart ? 3 << (2 * 'abcdefgh'.indexOf(text)) : below(2 ** 16))
          changed.add(text)
          members = members.toSpliced(below(members.length + 1), 0, { text, place })
        } else if (below(2) === 0) members = members.filter((member) => member.text !== text)
        else {
          held.set(text, isApart ? 1 << (2 * 'abcdefgh'.indexOf(text)) : below(2 ** 16))
          changed.add(text)
        }
      }
      const keys = Array.from(changed, (name) => (below(2) === 0 ? name : `scope\n${name}`))
      const found = union.of(members, keys, ({ text }) => {
        const set = setOfBits(held.get(text) as number)
        const [one, ...more] = set.prefixes.map(KIT.rangeOf)
        return text < 'e' || !one ? set : more.length === 0 ? one : [one, ...more]
      })
      const want = members.reduce((bits, { text }) => bits | (held.get(text) as number), 0)
      expect(show(found), `seed ${seed}, round ${round}`).toBe(show(setOfBits(want)))
    }
  }
})

test('what changed is read alone, and nobody looks at another member, unless more than eight share an address', () => {
  const union = KIT.memberUnion()
  const [reads, looks]: [string[], string[]] = [[], []]
  // Small letters share an address, and each has it twice.
  const read = ({ text }: Value) => {
    reads.push(text)
    const { family, first, last } = KIT.rangeOf(KIT.parsePrefix(`192.0.2.${'ABCDEFGHI'.indexOf(text) + 1}/32`))
    const range = Object.defineProperty({ family, first, last }, 'first', { get: () => looks.push(text) && first })
    return text < 'a' ? [range] : [range, range]
  }
  const known = new Map(Array.from('ABCDEFGHIabcdefghi', (text): [string, Value] => [text, { text, place }]))
  const seen = (letters: string, changed = '') => {
    const members = Array.from(letters, (text) => known.get(text) as Value)
    expect(union.of(members, changed, read).count).toBe(letters < 'a' ? BigInt(letters.length) : 1n)
    // Members that have no address in common are not compared with each other.
    if (letters < 'a') expect(looks.length).toBeLessThanOrEqual(4 * letters.length)
    return [reads.splice(0), Array.from(new Set(looks.splice(0))).sort()].map((texts) => texts.join('')).join(' ')
  }
  expect([seen('ABCDEFGH'), seen('ABCDEFGH')]).toEqual(['ABCDEFGH ABCDEFGH', ' '])
  expect([seen('ABCDEFGHI', 'B'), seen('ABDEFGHI')]).toEqual(['BI ABCDEFGHI', ' C'])
  expect(['abcdefg', 'abcdefgh', 'abcdefghi'].map((letters) => seen(letters))).toEqual([
    'abcdefg ABDEFGHIabcdefg',
    'h h',
    'i abcdefghi',
  ])
  expect(['bcdefghi', 'cdefghi', 'defghi', 'defghia'].map((letters) => seen(letters))).toEqual([
    ' abcdefghi',
    ' bcdefghi',
    ' c',
    'a a',
  ])
})

test('a member that stands twice is there until the last of them goes', () => {
  const [one, again, other] = [
    { text: '192.0.2.0/32', place },
    { text: '192.0.2.0/32', place },
    { text: '192.0.2.7/32', place },
  ]
  const union = KIT.memberUnion()
  const of = (...members: readonly Value[]) => union.of(members, [], ({ text }) => [KIT.rangeOf(KIT.parsePrefix(text))])
  const both = of(one, other, again)
  expect(show(both)).toBe('192.0.2.0/32 192.0.2.7/32')
  expect(of(other, again)).toBe(both)
  expect(show(of(other))).toBe('192.0.2.7/32')
})

test('a new entry has nothing set', () => {
  expect(KIT.newEntry('web', place)).toEqual({ name: 'web', place, fields: new Map(), notes: [] })
})
