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

test('has no shape where words may be cut in other places', () => {
  expect(shapeOf('-d  10.0.0.1', ['-d', '10.0.0.1'], 1, -1)).toBeUndefined()
  expect(shapeOf('-m comment --comment "a" -d 1.1.1.1', ['-m', 'comment', '--comment', 'a'], 3, -1)).toBeUndefined()
  expect(shapeOf('--comment a -d 1.1.1.1', ['--comment', 'a', '-d', '1.1.1.1'], 3, 1)).toBeUndefined()
})

test.each([COMMENT, -1])('any line: the words differ in nothing else (comment at %i)', (comment) => {
  const seed = 13
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const shape = shapeOf(FIRST, words(FIRST), SLOT, comment) ?? expect.fail('no shape')
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const parts = words(FIRST)
    const changed = pick([SLOT, comment < 0 ? SLOT : comment, Math.floor(random() * parts.length)])
    parts[changed] = pick(['10.0.0.2', '', ' ', 'a b', '"', '\t', '-j', 'ACCEPT', 'tcp', '443'])
    const text = parts.join(' ')
    const found = differing(text, shape)
    const expected = words(FIRST)
    if (found) {
      taken++
      expected[SLOT] = found.address
      if (found.comment !== undefined) expected[comment] = found.comment
      expect(words(text), `seed ${seed}, round ${round}`).toEqual(expected)
    }
  }
  expect(taken).toBeGreaterThan(3000)
})
