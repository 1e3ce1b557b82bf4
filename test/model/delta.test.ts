import { expect, test } from 'vitest'
import { newestOf } from '../../src/model/delta.ts'

test('the newest document is the one that was published last', () => {
  const documents = ['2025-02-01', '2025-03-01', '2025-01-01'].map((published) => ({ published }))
  expect([newestOf(documents), newestOf([])]).toEqual([documents[1], undefined])
})
