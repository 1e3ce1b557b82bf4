import { expect, test } from 'vitest'
import { lazy, memo } from '../../src/model/lazy.ts'

test('a lazy value is made once, also if it is nothing', () => {
  let count = 0
  const value = lazy(() => {
    count++
    return undefined
  })
  expect([count, value(), value(), count]).toEqual([0, undefined, undefined, 1])
})

test('a memo works once for each first argument, also if the result is nothing', () => {
  const asked: string[] = []
  const work = memo((key: string, more: number) => {
    asked.push(`${key} ${more}`)
    return key === '' ? undefined : more
  })
  expect([work('a', 1), work('a', 2), work('b', 3), work('', 4), work('', 5)]).toEqual([1, 1, 3, undefined, undefined])
  expect(asked).toEqual(['a 1', 'b 3', ' 4'])
})
