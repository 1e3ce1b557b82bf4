import { expect, test } from 'vitest'
import { GOLDEN, objectionsTo } from './nftables-harness.ts'

test.for(GOLDEN.map((golden) => [golden.title, golden] as const))('reads %s back to its ruleset', ([, golden]) => {
  expect(golden.files.map(({ text }) => objectionsTo(golden, text))).toEqual([[]])
})
