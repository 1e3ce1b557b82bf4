import { expect, test } from 'vitest'
import { alignTexts } from '../../src/source/align-texts.ts'
import { randomFrom } from '../random.ts'

const align = (older: string, newer: string) => {
  const { both, before, after } = alignTexts([...older], [...newer])
  return [both, before, after].map((part) => part.join(''))
}

test.for([
  ['', '', ['', '', '']],
  ['abc', 'abc', ['abc', '', '']],
  ['', 'abc', ['', '', 'abc']],
  ['abc', '', ['', 'abc', '']],
  ['abcd', 'axbcdy', ['abcd', '', 'xy']],
  ['axbcdy', 'abcd', ['abcd', 'xy', '']],
  ['abc', 'axc', ['ac', 'b', 'x']],
  ['aab', 'ab', ['ab', 'a', '']],
  ['abc', 'xyz', ['', 'abc', 'xyz']],
] as const)('takes %j and %j apart', ([older, newer, parts]) => {
  expect(align(older, newer)).toEqual(parts)
})

test('loses and adds nothing, whatever the lists are', () => {
  const seed = 14
  const random = randomFrom(seed)
  const list = () => Array.from({ length: Math.floor(random() * 8) }, () => 'abcd'[Math.floor(random() * 4)]).join('')
  const sorted = (text: string) => [...text].sort().join('')
  for (let round = 0; round < 5000; round++) {
    const [older, newer] = [list(), list()]
    const [both, before, after] = align(older, newer) as [string, string, string]
    expect([sorted(both + before), sorted(both + after)], `seed ${seed}, round ${round}`).toEqual(
      [older, newer].map(sorted),
    )
  }
})

test('finds all that is the same in lists that lack some of each other', () => {
  const texts = Array.from({ length: 5000 }, (_, index) => String(index))
  const [older, newer] = [texts.filter((_, index) => index % 7), texts.filter((_, index) => index % 500 > 99)]
  const { both, before, after } = alignTexts(older, newer)
  expect(both).toEqual(older.filter((text) => newer.includes(text)))
  expect([before.length, after.length]).toEqual([older.length - both.length, newer.length - both.length])
})
