import { expect, test } from 'vitest'
import { differing, shapeOf } from '../../vendors/iptables/reader-alike.ts'
import { randomFrom } from '../random.ts'

// A line that is told from its text has the words of the first one, but for its address and its comment.

const FIRST = '-d 10.0.0.1/32 -p tcp -m tcp --dport 443 -m comment --comment one -j ACCEPT'
const words = (text: string) => text.split(' ')
const [SLOT, COMMENT] = [1, 11]

test.each([
  ['another address and comment', FIRST.replace('.1/', '.2/').replace('one', 'two'), ['10.0.0.2/32', 'two']],
  ['a host without a length', FIRST.replace('10.0.0.1/32', '10.0.0.9'), ['10.0.0.9', 'one']],
  ['another port', FIRST.replace('443', '80'), undefined],
  ['quotes', FIRST.replace('one', '"one"'), undefined],
  ['a comment of two words', FIRST.replace('one', 'one -j DROP'), undefined],
  ['no comment', FIRST.replace('one ', ''), undefined],
  ['an empty comment', FIRST.replace('one', ''), undefined],
  ['a tab', FIRST.replace('one', 'o\tne'), undefined],
  ['more behind it', `${FIRST} -m x`, undefined],
  ['its end before its middle', '-d 10.0.0.1/32 -j ACCEPT', undefined],
])('%s', (_, text, found) => {
  const shape = shapeOf(FIRST, words(FIRST), SLOT, COMMENT)
  const alike = shape && differing(text, shape)
  expect(alike && [alike.address, alike.comment]).toEqual(found)
})

const QUOTED = '-d 10.0.0.1/32 -p tcp -m comment --comment "one or two" -j ACCEPT'
const QUOTED_WORDS = ['-d', '10.0.0.1/32', '-p', 'tcp', '-m', 'comment', '--comment', '"one or two"', '-j', 'ACCEPT']

test.each([
  ['another address', QUOTED.replace('.1/', '.2/'), ['10.0.0.2/32', undefined]],
  ['another comment', QUOTED.replace('two', 'three'), undefined],
  ['an address with quotes', QUOTED.replace('10.0.0.1', '"10.0.0.1"'), undefined],
  ['more behind it', `${QUOTED} -m x`, undefined],
])('%s, where words stand in quotes that do not differ', (_, text, found) => {
  const shape = shapeOf(QUOTED, QUOTED_WORDS, SLOT, -1)
  const alike = shape && differing(text, shape)
  expect(alike && [alike.address, alike.comment]).toEqual(found)
})

test('has no shape where words may be cut in other places', () => {
  expect(shapeOf(QUOTED, QUOTED_WORDS, SLOT, 7)).toBeUndefined()
  expect(shapeOf('-d "1.1.1.1" -j DROP', ['-d', '"1.1.1.1"', '-j', 'DROP'], SLOT, -1)).toBeUndefined()
  expect(shapeOf('-d  10.0.0.1', ['-d', '10.0.0.1'], 1, -1)).toBeUndefined()
  expect(shapeOf('-m comment --comment "a" -d 1.1.1.1', ['-m', 'comment', '--comment', 'a'], 3, -1)).toBeUndefined()
  expect(shapeOf('--comment a -d 1.1.1.1', ['--comment', 'a', '-d', '1.1.1.1'], 3, 1)).toBeUndefined()
})

/** Words as iptables-restore cuts them, character by character. */
function slowWords(text: string): string[] {
  const found: string[] = []
  let [word, isQuoted, isIn] = ['', false, false]
  for (let at = 0; at <= text.length; at++) {
    const character = text[at] ?? ' '
    if (isIn && !isQuoted && (character === ' ' || character === '\t')) found.push(word)
    if (!isQuoted && (character === ' ' || character === '\t')) [word, isIn] = ['', false]
    else if (character === '"') [isQuoted, isIn] = [!isQuoted, true]
    else [word, isIn] = [word + (isQuoted && character === '\\' ? text[++at] : character), true]
  }
  return found
}

test.each([
  ['may differ', FIRST, words(FIRST), COMMENT],
  ['may not differ', FIRST, words(FIRST), -1],
  ['in quotes may not differ', QUOTED, QUOTED_WORDS, -1],
])('any line: the words differ in nothing else, where the comment %s', (_, first, written, comment) => {
  const seed = 13
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const shape = shapeOf(first, written, SLOT, comment) ?? expect.fail('no shape')
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const parts = [...written]
    const changed = pick([SLOT, comment < 0 ? SLOT : comment, Math.floor(random() * parts.length)])
    parts[changed] = pick(['10.0.0.2', '', ' ', 'a b', '"', '\t', '-j', 'ACCEPT', 'tcp', '"one or two"'])
    const text = parts.join(' ')
    const found = differing(text, shape)
    const expected = slowWords(first)
    if (found) {
      taken++
      expected[SLOT] = found.address
      if (found.comment !== undefined) expected[comment] = found.comment
      expect(slowWords(text), `seed ${seed}, round ${round}`).toEqual(expected)
    }
  }
  expect(taken).toBeGreaterThan(3000)
})
