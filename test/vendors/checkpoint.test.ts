import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { nameUuid } from '../../src/text/hashes.ts'
import type { Reader } from '../../src/vendor/kit/reader-api.ts'
import { readVendor, resolveOptions } from '../../src/vendor/vendor.ts'
import { read as readerOf } from '../../vendors/checkpoint/reader.ts'
import { expectPage } from '../golden-page.ts'
import { audit, goldensOf, type Json, showNote, survivorsOf } from './json-harness.ts'

const read: Reader = readerOf
const GOLDENS = goldensOf('checkpoint').map((golden) => [golden.title, golden] as const)
const OPTIONS = resolveOptions(readVendor('checkpoint', [SHIPPED.vendors]), {}, 'test')

// The format, written down from sk167210.
const validate = new Ajv({ allErrors: true }).compile({
  type: 'object',
  additionalProperties: false,
  required: ['version', 'description', 'objects'],
  properties: {
    version: { const: '1.0' },
    description: { type: 'string' },
    objects: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'id', 'description', 'ranges'],
        properties: {
          name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_.-]*$' },
          id: { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' },
          description: { type: 'string' },
          ranges: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string', pattern: '/' } },
        },
      },
    },
  },
})

describe('each file', () => {
  test.for(GOLDENS)('of %s has the documented format', ([, golden]) => {
    validate(JSON.parse(golden.text))
    expect(validate.errors).toBe(null)
  })
})

test('an id depends on the name of its object and the namespace, and on nothing else', () => {
  const idsOf = (text: string) =>
    (JSON.parse(text) as { objects: { name: string; id: string }[] }).objects.map(({ name, id }) => [name, id])
  const ids = GOLDENS.flatMap(([, { text, options }]) => idsOf(text).map((pair) => [options.namespace, ...pair]))
  expect(ids.length).toBeGreaterThan(20)
  for (const [namespace, name, id] of ids) expect(id).toBe(nameUuid(String(namespace), String(name)))
})

const ID = nameUuid(String(OPTIONS.namespace), 'tagwall-R') as string
const object = (fields: Record<string, Json> = {}): Json => ({
  ...{ name: 'tagwall-R', id: ID, description: '', ranges: ['192.0.2.0/25', '192.0.2.128/25'], ...fields },
})

/** Lists and notes as lines; each object is on a line of its own, from 2. */
function shown(objects: readonly Json[], fields: Record<string, Json> = {}): string[] {
  const head = JSON.stringify({ version: '1.0', description: '', ...fields }).slice(0, -1)
  const reading = audit(
    read,
    `${head},"objects":[\n${objects.map((one) => JSON.stringify(one)).join(',\n')}]}`,
    OPTIONS,
  )
  return [
    ...reading.lists.map(({ name, addresses }) => `${name}: ${addresses.texts.join(' ')}`),
    ...reading.notes.map((note) => `${note.isHarmless ? '.' : '!'} ${showNote(note)}`),
  ]
}

const UUID = '01234567-89ab-cdef-0123-456789abcdef'

describe('an audit of objects with', () => {
  const OBJECTS: readonly [what: string, objects: Json[]][] = [
    ['prefixes', [object()]],
    ['an address, a range and IPv6', [object({ ranges: ['192.0.2.1', '192.0.2.4-192.0.2.7', '2001:db8::/32'] })]],
    ['other names beside those of tagwall', [object(), object({ name: 'other', id: UUID })]],
    ['other names only', [object({ name: 'other', id: UUID })]],
    ['no addresses, which is never any', [object({ ranges: [] })]],
    ['no ranges', [object({ ranges: null })]],
    ['host bits', [object({ ranges: ['192.0.2.1/24', '192.0.2.0/24'] })]],
    ['a range in the wrong order', [object({ ranges: ['192.0.2.9-192.0.2.1', '192.0.2.0/24'] })]],
    ['a name twice', [object(), object({ name: 'TAGWALL-R', id: UUID })]],
    ['an id twice', [object(), object({ name: 'tagwall-S' })]],
    ['an id that is none', [object({ id: '7' })]],
    ['no name', [object({ name: null })]],
    ['none at all', []],
  ]

  test('reads objects', async () => {
    await expectPage(
      'checkpoint.txt',
      OBJECTS.map(([name, objects]) => [name, shown(objects)]),
    )
  })

  test('another version', () => {
    expect(shown([object()], { version: '2.0' })).toEqual(['R: 192.0.2.0/24', '! 1 the file is not of the version 1.0'])
  })
})

test.for([
  ['', '1 the file is empty'],
  ['[]', '1 the JSON has no list of objects'],
  ['{"objects": {}}', '1 the JSON has no list of objects'],
])('a bad file is a note: %j', ([text, want]) => {
  expect(audit(read, text as string, OPTIONS).notes.map(showNote)).toEqual([want])
})

test('every edit of a golden file that could change its addresses is caught', () => {
  const goldens = GOLDENS.flatMap(([title, golden]) => (/^(sides|own) /.test(title) ? [golden] : []))
  const { survivors, tried } = survivorsOf(read, goldens, {
    others: {},
    harmless: [
      [({ key, what }) => key === 'description' && !what.startsWith('drop'), 'a description is for people'],
      [({ what }) => what.startsWith('reverse'), 'ranges and objects have no order'],
    ],
  })
  expect(survivors).toEqual([])
  expect(tried).toBeGreaterThan(500)
})
