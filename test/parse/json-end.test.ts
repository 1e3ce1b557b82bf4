import { expect, test } from 'vitest'
import { isCutOff } from '../../src/parse/json-end.ts'

test.for<[text: string, want: boolean]>([
  ['{}', false],
  ['{"a":[{}]}\n', false],
  ['{"a":"}"}', false],
  ['{"a":"\\"}"}', false],
  ['{"a":"\\\\"}', false],
  ['{"a":[{}', true],
  ['{"a":[{}]', true],
  ['{"a":"}', true],
  ['{"a":"\\"}', true],
  ['{"a', true],
  ['{}}', false],
])('%j is cut off: %j', ([text, want]) => {
  expect(isCutOff(Buffer.from(text))).toBe(want)
})
