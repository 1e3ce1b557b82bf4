import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAlike, UNREAD } from '../../src/source/parse-alike.ts'
import { DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomFrom } from '../random.ts'

// What it returns is what JSON.parse makes of each text, but for lists that are the same in both; where it returns nothing,
// nothing is claimed.

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
  const before = lines([tag('A', '10.0.0.0/8'), tag('B', '20.0.0.0/8'), tag('D')], end)
  const after = lines([tag('B', '20.0.0.0/8'), tag('C', '30.0.0.0/8'), tag('D')], end)
  const found = both(before, after) as unknown as { values: unknown[] }[]
  const parsed = [parse(before), parse(after)]
  expect(withLists(found, parsed)).toEqual(parsed)
  expect(found[0]?.values[1]).toBe(found[1]?.values[0])
})

const whole = lines([tag('A', '10.0.0.0/8'), tag('B', '20.0.0.0/8', '2603::/32'), { name: 'C', nested: [{ a: 1 }] }])

/** What was found, with the lists that were not read, each of which must be one of texts. */
function withLists(found: unknown, parsed: unknown): unknown {
  if (found === UNREAD) {
    expect(parsed).toSatisfy((list) => Array.isArray(list) && list.length > 0)
    expect((parsed as unknown[]).filter((text) => typeof text !== 'string')).toEqual([])
    return parsed
  }
  if (typeof found !== 'object' || found === null) return found
  const inside = ([key, value]: [string, unknown]) => [
    key,
    withLists(value, (parsed as Record<string, unknown>)?.[key]),
  ]
  const entries = Object.entries(found).map(inside) as [string, unknown][]
  return Array.isArray(found) ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

/** Whether the two were parsed together. Then each must be what JSON.parse makes of it. */
function isTaken(before: string, after: string, what?: string): boolean {
  const found = both(before, after)
  const parsed = [parse(before), parse(after)]
  if (found) expect(withLists(found, parsed), what).toEqual(parsed)
  return found !== undefined
}

test.each([
  ['no entries', '[]'],
  ['an array elsewhere', '[0], "others": [\n    {"name": "A"\n    }\n  ]'],
  ['an array elsewhere, of another number', '[1], "others": [\n    {"name": "A"\n    }\n  ]'],
  ['an array in an array', '[[\n    {"name": "A"\n    }\n  ]]'],
  ['an entry that is not whole', '[\n    {"a":\n    }\n  ]'],
  ['more behind the end', '[\n    {"a": 1\n    }\n  ]]'],
  ['another array of the same name behind', '[\n    {"a": 1}], "values": [{"b": 1\n    }\n  ]'],
  ['what is not ASCII', '[\n    {"name": "§"\n    }\n  ]'],
  ['an escape', '[\n    {"name": "\\u00a7"\n    }\n  ]'],
  ['a comma without an entry behind', '[\n    {"name": "A"\n    },\n  ]'],
  ['a comma without an entry before', '[\n    ,{"name": "A"\n    }\n  ]'],
])('leaves %s to JSON.parse', (_, values) => {
  const text = `{"values": ${values}}`
  for (const other of [whole, text]) {
    expect(isTaken(text, other)).toBe(false)
    expect(isTaken(other, text)).toBe(false)
  }
})

test.each([
  ['braces that only balance together', '[\n    {"a": [{\n    },\n    {"b": 1}]\n    }\n  ]'],
  ['no braces of an entry', '[\n    {"a": 1}, 0, "b", [{"c": 1\n    }],\n    {"d": 1\n    }\n  ]'],
  ['a name a second time', '[\n    {"name": "A"\n    },\n    {"name": "A", "a": 1\n    }\n  ]'],
  ['a key a second time', '[\n    {"name": "A", "name": "B", "__proto__": 7\n    }\n  ]'],
])('reads %s as JSON.parse does', (_, values) => {
  const text = `{"values": ${values}}`
  isTaken(text, whole)
  isTaken(whole, text)
})

test('a difference deep in entries that only look alike', () => {
  // What differs lies in an array in an entry, laid out as entries are.
  const nested = (name: string) =>
    `{"values": [\n    {"name": "A", "a": [{\n    },\n    {"name": "${name}"\n    },\n    {"c": 1\n    }]\n    }\n  ]}`
  expect(isTaken(nested('B'), nested('C'))).toBe(false)
})

test('documents of entries in any order, of which some have changed', () => {
  const seed = 13
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const entry = () => ({
    ...tag(pick(['A', 'B', 'C', 'D', 'E', 'AB']), pick(['1', '2'])),
    more: pick([1, [{ a: 1 }, {}]]),
  })
  let taken = 0
  for (let round = 0; round < 5000; round++) {
    const before = Array.from({ length: Math.floor(random() * 7) }, entry)
    const after = random() < 0.3 ? Array.from({ length: Math.floor(random() * 7) }, entry) : [...before]
    for (let change = 0; change < 3 && random() < 0.7; change++) {
      after.splice(Math.floor(random() * after.length), Math.floor(random() * 3), ...(random() < 0.6 ? [entry()] : []))
    }
    const indent = random() < 0.9 ? lines : JSON.stringify
    if (isTaken(lines(before), indent(after), `seed ${seed}, round ${round}`)) taken++
    // As published, and so there is no reason to be slow.
    else expect(indent === lines && before.length > 0 && after.length > 0, `seed ${seed}, round ${round}`).toBe(false)
  }
  expect(taken).toBeGreaterThan(3000)
})

test('texts that were changed anywhere', () => {
  const seed = 12
  const random = randomFrom(seed)
  const parts = [
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    '\n',
    '\n    {',
    '}\n  ]',
    '},\n    {',
    '0',
    '\\',
    ' ',
    'ä',
    '§',
    '"§",',
    '"§"',
  ]
  const changed = (text: string) => {
    const at = Math.floor(random() * text.length)
    const part = parts[Math.floor(random() * parts.length)] as string
    return text.slice(0, at) + part + text.slice(at + Math.floor(random() * 3))
  }
  let taken = 0
  for (let round = 0; round < 40_000; round++) {
    const text = changed(whole)
    if (isTaken(text, round % 2 === 0 ? whole : changed(text), `seed ${seed}, round ${round}`)) taken++
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
  // Together, if they have the same line ends.
  expect(found !== undefined).toBe(before.includes('\r') === after.includes('\r'))
  const parsed = [before, after].map((bytes) => parse(new TextDecoder().decode(bytes)))
  if (found) expect(withLists(found, parsed)).toEqual(parsed)
})
