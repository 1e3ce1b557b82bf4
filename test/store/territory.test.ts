import { expect, test } from 'vitest'
import { isWindowsAlias } from '../../src/store/territory.ts'

test.for<[name: string, isAlias: boolean]>([
  ['rules', false],
  ['edge.conf', false],
  ['.git', false],
  ['console.txt', false],
  ['com.txt', false],
  ['.git::$INDEX_ALLOCATION', true],
  ['edge.conf:stream', true],
  ['.git.', true],
  ['.git ', true],
  ['NUL', true],
  ['nul.txt', true],
  ['COM1', true],
  ['lpt9.conf', true],
  ['CONOUT$', true],
])('%j is another name on Windows: %j', ([name, isAlias]) => {
  expect(isWindowsAlias(name)).toBe(isAlias)
})
