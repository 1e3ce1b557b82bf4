import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/model/prefix.ts'
import { listOf, parseWithoutLists, type SparseJson } from '../../src/source/unread-lists.ts'
import { DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomFrom } from '../random.ts'

// What it returns is what JSON.parse makes of the text, once all lists are read; where it returns nothing, nothing is claimed.

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The document with each list that was left out, which must hold nothing but prefixes. */
function withLists(sparse: SparseJson): unknown {
  const readAll = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(readAll)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, key === 'addressPrefixes' ? readList(inner) : readAll(inner)]),
    )
  }
  const readList = (addressPrefixes: unknown) => {
    const entry = { properties: { addressPrefixes } }
    if (!sparse.isSound(entry)) return readAll(addressPrefixes)
    const list = listOf(sparse.read(entry)) as string[]
    expect(list.length).toBeGreaterThan(0)
    list.forEach(parsePrefix)
    return list
  }
  return readAll(sparse.json)
}

/** How many lists were left out; undefined when the text was not taken. */
function leftOut(text: string): number | undefined {
  const sparse = parseWithoutLists(Buffer.from(text))
  if (!sparse) return undefined
  // Sooner than toEqual, of documents.
  expect(isDeepStrictEqual(withLists(sparse), JSON.parse(text.replace(/^\uFEFF/, ''))), text.slice(0, 1000)).toBe(true)
  const values = (sparse.json as { values?: unknown[] } | null)?.values
  return Array.isArray(values) ? values.filter(sparse.isSound).length : 0
}

const document = (...lists: unknown[]) => ({
  changeNumber: 1,
  cloud: 'Public',
  values: lists.map((addressPrefixes, index) => ({ name: `Tag${index}`, properties: { region: '', addressPrefixes } })),
})
const SOUND = document(['10.0.0.0/8'], ['2603::/32', '192.0.2.0/24'], ['192.0.2.1/32'])

test.each([
  ['as published', JSON.stringify(SOUND, null, 2).replaceAll('\n', '\r\n')],
  ['with a byte order mark', `\uFEFF${JSON.stringify(SOUND, null, 2)}`],
  ['with no white space', JSON.stringify(SOUND)],
  ['with tabs', JSON.stringify(SOUND, null, '\t')],
])('leaves all lists out of a document %s', (_, text) => {
  expect(leftOut(text)).toBe(3)
})

test.each<[string, unknown]>([
  ['empty', []],
  ['of something else', ['10.0.0.0/8', 'any']],
  ['with host bits', ['10.0.0.1/8', '10.0.0.0/8']],
  ['of something else at its end', ['10.0.0.0/8', '10.0.0.0/33']],
  ['with a number', ['10.0.0.0/8', 1]],
  ['with a list', [['10.0.0.0/8']]],
  ['that is none', '10.0.0.0/8'],
  ['that is null', null],
])('reads a list %s', (_, list) => {
  expect(leftOut(JSON.stringify(document(['10.0.0.0/8'], list, ['192.0.2.1/32']), null, 2))).toBe(2)
})

const P = '"10.0.0.0/8"'
test.each<[string, text: string, want: number | undefined]>([
  ['a comma without a prefix behind', `{"values": [{"properties": {"addressPrefixes": [${P},]}}]}`, undefined],
  ['a comma without a prefix before', `{"values": [{"properties": {"addressPrefixes": [,${P}]}}]}`, undefined],
  ['no comma', `{"values": [{"properties": {"addressPrefixes": [${P} ${P}]}}]}`, undefined],
  ['no bracket at the end', `{"values": [{"properties": {"addressPrefixes": [${P}}}]}`, undefined],
  ['the key behind a text', `{"values": [{"properties": {"a""addressPrefixes": [${P}]}}]}`, undefined],
  ['the key behind no text', `{"values": [{"properties": {a"addressPrefixes": [${P}]}}]}`, undefined],
  ['a quotation mark too many', `{"values": ["{"properties": {"addressPrefixes": [${P}]}}]}`, undefined],
  ['a list between texts', `{"a": ""addressPrefixes": [${P}]", "values": []}`, undefined],
  ['the key twice', `{"values": [{"properties": {"addressPrefixes": [${P}], "addressPrefixes": []}}]}`, 0],
  [
    'the key twice, the list last',
    `{"values": [{"properties": {"addressPrefixes": [], "addressPrefixes": [${P}]}}]}`,
    1,
  ],
  ['the key elsewhere', `{"addressPrefixes": [${P}], "values": [{"addressPrefixes": [${P}]}]}`, 0],
  ['the key as a text', `{"values": ["addressPrefixes", [${P}]]}`, 0],
  ['an escape', `{"a": "\\u00b60", "values": [{"properties": {"addressPrefixes": [${P}]}}]}`, undefined],
  ['a quotation mark in a text', `{"a": "\\"addressPrefixes\\": [${P}]", "values": []}`, undefined],
  ['what looks like a mark', '{"values": [{"properties": {"addressPrefixes": "¶0"}}]}', undefined],
  ['what is not ASCII', `{"a": "é", "values": [{"properties": {"addressPrefixes": [${P}]}}]}`, undefined],
  ['nothing', '', undefined],
  ['null', 'null', 0],
])('takes JSON only, and all of it: %s', (_, text, want) => {
  expect(leftOut(text)).toBe(want)
})

test('a list of any length is left out, or else read', () => {
  const prefixes = Array.from(
    { length: 300_000 },
    (_, index) => `${(index >> 16) + 11}.${(index >> 8) & 255}.${index & 255}.0/24`,
  )
  expect([undefined, 1]).toContain(leftOut(JSON.stringify(document(prefixes))))
  expect([undefined, 0]).toContain(leftOut(JSON.stringify(document([...prefixes, 'any']))))
})

test('takes what JSON.parse takes, whatever becomes of a document', () => {
  const next = randomFrom(7)
  const random = (below: number) => Math.floor(next() * below)
  const text = JSON.stringify(document(['10.0.0.0/8'], ['2603::/32', '192.0.2.0/24']), null, 1)
  const pieces = ['"', ',', ':', '[', ']', '{', '}', '\n', ' ', '0', '/', 'a', '"addressPrefixes"', P, `[${P}]`]
  let [taken, refused] = [0, 0]
  for (let round = 0; round < 20_000; round++) {
    let mutant = text
    for (let count = 1 + random(2); count > 0; count--) {
      const at = random(mutant.length + 1)
      mutant = mutant.slice(0, at) + pieces[random(pieces.length)] + mutant.slice(at + random(3))
    }
    if (leftOut(mutant) === undefined) {
      refused++
      expect(parse(mutant), mutant).toBe(undefined)
    } else taken++
  }
  expect(Math.min(taken, refused)).toBeGreaterThan(3_000)
})

const files = existsSync(DOCUMENTS) ? readdirSync(DOCUMENTS).filter((file) => file.endsWith('.json')) : []
if (files.length === 0) test.skip(WITHOUT_DOCUMENTS, () => {})
test.each(files)('reads nothing of %s but empty lists', (file) => {
  const text = readFileSync(join(DOCUMENTS, file), 'utf8')
  const { values } = JSON.parse(text.replace(/^\uFEFF/, ''))
  const full = values.filter((entry: unknown) => (listOf(entry) as unknown[]).length > 0)
  expect(leftOut(text)).toBe(full.length)
})
