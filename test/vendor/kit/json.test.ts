import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { LocatedJson } from '../../../src/vendor/kit/located-json.ts'

test('knows the line of every value, and where it is broken', () => {
  const text = '\ufeff{\n  "a": [\n    1,\r\n    {"b": "c\\n"}\n  ]\n}'
  const root = KIT.readJson(text) as LocatedJson
  const [one, two] = KIT.itemsOf(KIT.fieldOf(root, 'a'))
  expect([root.line, KIT.fieldOf(root, 'a')?.line, one?.line, two?.line]).toEqual([1, 2, 3, 4])
  expect(KIT.readJson('{\n"a": 1,\n"a": 2}')).toEqual({
    kind: 'broken',
    line: 3,
    text: '"a"',
    reason: 'appears twice in one object',
  })
  expect(KIT.readJson('[\n1\n2]')).toMatchObject({ kind: 'broken', line: 3, text: '2' })
  const nested = (levels: number) => KIT.readJson('['.repeat(levels) + ']'.repeat(levels)).kind
  expect([nested(201), nested(202)]).toEqual(['list', 'broken'])
  const objects = (levels: number) => KIT.readJson(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`).kind
  expect([objects(200), objects(201)]).toEqual(['object', 'broken'])
  expect(KIT.readJson('['.repeat(100_000))).toMatchObject({ reason: 'is nested deeper than 200 levels' })
})

test.for<[text: string, want: string]>([
  ['', '1  ends in the middle of the JSON'],
  ['[1,', '1  ends in the middle of the JSON'],
  ['{"a": {\n', '2  ends in the middle of the JSON'],
  ['{}\n{}', '2 { follows the end of the JSON'],
  ['show', '1 show is not JSON'],
  ['[\n show]', '2 show is not JSON'],
  ['{a: 1}', '1 a is not JSON'],
  ['{1: 2}', '1 1 is not JSON: expected a key in quotes'],
  ['{"a" 1}', '1 1 is not JSON: expected : here'],
  ['[1 2]', '1 2 is not JSON: expected , or ] here'],
  ['{"a": 1 "b": 2}', '1 "b" is not JSON: expected , or } here'],
  ['[[{"a": 1 "b": 2}]]', '1 "b" is not JSON: expected , or } here'],
  ['[1, // one\n 2]', '1 // one is not JSON'],
  ['[1 /* one */]', '1 /* one */ is not JSON'],
  ['['.repeat(300), '1 [ is nested deeper than 200 levels'],
])('says what is wrong with %j', ([text, want]) => {
  const found = KIT.readJson(text)
  expect(found.kind === 'broken' && `${found.line} ${found.text} ${found.reason}`).toBe(want)
})

test('takes a value for what it is, and nothing else for it', () => {
  const root = KIT.readJson('{"text": "a", "number": 1.5, "list": [null], "object": {}, "true": true}') as LocatedJson
  const names = ['text', 'number', 'list', 'object', 'true', 'gone', 'constructor', '__proto__']
  const found = names.map((name) => {
    const value = KIT.fieldOf(root, name)
    return [KIT.textOf(value), KIT.numberOf(value), KIT.itemsOf(value).length, KIT.fieldOf(value, 'x')]
  })
  expect(found).toEqual(
    [
      ['a', undefined, 0],
      [undefined, 1.5, 0],
      [undefined, undefined, 1],
      ...Array(5).fill([undefined, undefined, 0]),
    ].map((one) => [...one, undefined]),
  )
})
