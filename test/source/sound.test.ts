import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { soundTag, tagSchema } from '../../src/source/document-form.ts'
import { snapshotSchema, soundSnapshot } from '../../src/source/snapshot-form.ts'
import { DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomFrom } from '../random.ts'

// The quick way takes nothing that the schema refuses, and makes the same of what both take.

type Json = unknown

/** `json` with one thing in it changed, somewhere. */
function mutant(json: Json, random: () => number): Json {
  const copy = structuredClone(json)
  const places: { holder: Record<string, Json>; key: string }[] = []
  const collect = (value: Json) => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Record<string, Json>, key })
      collect((value as Record<string, Json>)[key])
    }
  }
  collect(copy)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const { holder, key } = pick(places)
  const value = holder[key]
  const change = pick(['drop', 'retype', 'retype', 'text', 'extra', 'double'])
  if (change === 'drop') {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  } else if (change === 'retype')
    holder[key] = pick<Json>([null, 7, -1, 1.5, 2 ** 53, '', 'x', [], {}, true, '7', [7], ['']])
  else if (change === 'text')
    holder[key] = typeof value === 'string' ? `${value}${pick([' ', '/', '0', '\n', '.x', '%'])}` : 'x'
  else if (change === 'extra' && !Array.isArray(holder)) holder.extra = 1
  else if (Array.isArray(holder)) holder.push(value)
  return copy
}

function compare(
  json: Json,
  quick: (json: Json) => unknown,
  slow: (json: Json) => { success: boolean; data?: unknown },
) {
  const found = quick(json)
  const { success, data } = slow(json)
  if (found === undefined) return success ? 'left to the schema' : 'refused'
  expect(success, JSON.stringify(json).slice(0, 2000)).toBe(true)
  expect(found).toEqual(data)
  return 'taken'
}

const slowTag = (json: Json) => tagSchema().safeParse(json)
const slowSnapshot = (json: Json) => snapshotSchema().safeParse(json)

describe('tags of documents as published', () => {
  const files = existsSync(DOCUMENTS) ? readdirSync(DOCUMENTS).filter((file) => file.endsWith('.json')) : []
  if (files.length === 0) test.skip(WITHOUT_DOCUMENTS, () => {})
  test.for(files)('%s', (file) => {
    const { values } = JSON.parse(readFileSync(join(DOCUMENTS, file), 'utf8')) as { values: Json[] }
    const some = values.filter((_, index) => index % 7 === 0)
    const taken = some.filter((tag) => compare(tag, soundTag, slowTag) === 'taken')
    expect(taken.length).toBe(some.length)
  })
})

test('snapshots as shipped, and ten thousand mutants', () => {
  const seed = 376
  const random = randomFrom(seed)
  const folder = join(SHIPPED.snapshots, 'public')
  const whole = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  for (const snapshot of whole) expect(compare(snapshot, soundSnapshot, slowSnapshot)).toBe('taken')
  const { tags, ...label } = whole.at(-1)
  const small = {
    ...label,
    tags: tags.map((tag: { prefixes: string[] }) => ({ ...tag, prefixes: tag.prefixes.slice(0, 3) })),
  }
  const { prefixes: addressPrefixes, name, ...rest } = small.tags[0]
  const tag = { name, id: name, properties: { ...rest, addressPrefixes } }
  const outcomes: Record<string, number> = {}
  const count = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  for (let round = 0; round < 5_000; round++) {
    count(`snapshot ${compare(mutant(small, random), soundSnapshot, slowSnapshot)}`)
    count(`tag ${compare(mutant(tag, random), soundTag, slowTag)}`)
  }
  // Each outcome was met, so that the comparison means something.
  for (const outcome of ['snapshot taken', 'snapshot refused', 'tag taken', 'tag refused', 'tag left to the schema'])
    expect(outcomes[outcome], `seed ${seed}: ${JSON.stringify(outcomes)}`).toBeGreaterThan(5)
})
