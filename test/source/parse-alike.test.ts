import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAlike } from '../../src/source/parse-alike.ts'
import { DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomFrom } from '../random.ts'

// What it returns is what JSON.parse makes of each text; where it returns nothing, nothing is claimed.

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const tag = (name: string, ...addressPrefixes: string[]) => ({ name, properties: { addressPrefixes } })
const lines = (values: unknown[], end = '\n') =>
  JSON.stringify({ changeNumber: 1, cloud: 'Public', values }, null, 2).replaceAll('\n', end)
const both = (before: string, after: string) => parseAlike(Buffer.from(before), Buffer.from(after))

test.each(['\n', '\r\n'])('parses an entry that both have once (%j)', (end) => {
  const before = lines([tag('A', '10.0.0.0/8'), tag('B', '20.0.0.0/8')], end)
  const after = lines([tag('B', '20.0.0.0/8'), tag('Ä', '30.0.0.0/8')], end)
  const found = both(before, after) as unknown as { values: unknown[] }[]
  expect(found).toEqual([parse(before), parse(after)])
  expect(found[0]?.values[1]).toBe(found[1]?.values[0])
})

test.each([
  ['an entry that is none', '[\n    {"a":\n    }\n  ]'],
  ['no entries', '[]'],
  ['an array elsewhere', '[0], "others": [\n    {"name": "A"\n    }\n  ]'],
  ['an array elsewhere, of another number', '[1], "others": [\n    {"name": "A"\n    }\n  ]'],
  ['an array in an array', '[[\n    {"name": "A"\n    }\n  ]]'],
  ['braces that only balance together', '[\n    {"a": [{\n    },\n    {"b": 1}]\n    }\n  ]'],
  ['more behind the end', '[\n    {"a": 1\n    }\n  ]]'],
])('leaves %s to JSON.parse', (_, values) => {
  expect(both(`{"values": ${values}}`, lines([tag('A')]))).toBeUndefined()
})

test('texts that were changed anywhere', () => {
  const seed = 12
  const random = randomFrom(seed)
  const whole = lines([tag('A', '10.0.0.0/8'), tag('B', '20.0.0.0/8', '2603::/32'), { name: 'C', nested: [{ a: 1 }] }])
  const parts = ['{', '}', '[', ']', ',', '"', '\n', '\n    {', '}\n  ]', '},\n    {', '0', '\\', ' ', 'ä']
  let taken = 0
  for (let round = 0; round < 20_000; round++) {
    const at = Math.floor(random() * whole.length)
    const part = parts[Math.floor(random() * parts.length)] as string
    const text = whole.slice(0, at) + part + whole.slice(at + Math.floor(random() * 3))
    const found = both(text, whole)
    if (found) taken++
    if (found) expect(found, `seed ${seed}, round ${round}`).toEqual([parse(text), parse(whole)])
  }
  expect(taken).toBeGreaterThan(1000)
})

const files = existsSync(DOCUMENTS) ? readdirSync(DOCUMENTS).filter((file) => file.endsWith('.json')) : []
if (files.length === 0) test.skip(WITHOUT_DOCUMENTS, () => {})
test.each(files.slice(1).map((file, index) => [files[index] as string, file]))('%s and %s', (older, newer) => {
  const [before, after] = [older, newer].map((file) => readFileSync(join(DOCUMENTS, file as string))) as [
    Buffer,
    Buffer,
  ]
  const found = parseAlike(before, after)
  if (found) expect(found).toEqual([before, after].map((bytes) => parse(new TextDecoder().decode(bytes))))
})
