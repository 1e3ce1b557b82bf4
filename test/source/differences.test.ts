import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deltaOf, diff } from '../../src/compile/diff.ts'
import { type Cloud, cloudOf } from '../../src/model/cloud.ts'
import type { Delta } from '../../src/model/delta.ts'
import { formatPrefix } from '../../src/model/prefix.ts'
import { PrefixSet } from '../../src/model/prefix-set.ts'
import { readDifferences } from '../../src/source/differences.ts'
import { readEveryTag, type Source } from '../../src/source/document.ts'
import { DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomFrom } from '../random.ts'

// Only tags whose texts differ are read; that finds what reading every prefix of every tag finds.

function quick(before: Source, after: Source, cloud: Cloud): string[] {
  const delta = deltaOf(readDifferences(before, after, cloud))
  return show(delta, delta.unchanged)
}

function slow(before: Source, after: Source, cloud: Cloud): string[] {
  const whole = (source: Source): Parameters<typeof diff>[0] => ({
    cloud,
    published: source.published,
    changeNumber: 0,
    tags: new Map(
      readEveryTag(source, cloud).tags.map(({ name, prefixes, ...tag }) => [
        name,
        { ...tag, name, changeNumber: null, networkFeatures: [], prefixes: PrefixSet.of(prefixes) },
      ]),
    ),
  })
  const delta = diff(whole(before), whole(after))
  return show(delta, delta.unchanged)
}

const show = ({ tags }: Delta, unchanged: readonly string[]) => [
  ...tags.map(
    ({ tag, kind, before, after, added, removed }) =>
      `${kind} ${tag} ${before.prefixCount} ${after.prefixCount} +${added.prefixes.map(formatPrefix)} -${removed.prefixes.map(formatPrefix)}`,
  ),
  `unchanged ${[...unchanged].sort()}`,
]

const sourceOf = (bytes: Uint8Array, name: string): Source => ({ bytes, name, published: '2025-11-10' })

describe('documents as published', () => {
  const files = existsSync(DOCUMENTS) ? readdirSync(DOCUMENTS).filter((file) => file.endsWith('.json')) : []
  if (files.length === 0) test.skip(WITHOUT_DOCUMENTS, () => {})
  const pairs = ['Public', 'AzureGovernment', 'China'].flatMap((cloud) => {
    const own = files.filter((file) => file.startsWith(`ServiceTags_${cloud}_`)).sort()
    // The newest pairs, and one long jump.
    return [
      ...own
        .slice(1)
        .map((file, index) => [own[index], file])
        .slice(-3),
      [own[0], own.at(-1)],
    ] as [string, string][]
  })
  test.for(pairs)('%s and %s', { timeout: 120_000 }, ([older, newer]) => {
    const [before, after] = [older, newer].map((file) => sourceOf(readFileSync(join(DOCUMENTS, file)), file)) as [
      Source,
      Source,
    ]
    const cloud = cloudOf(JSON.parse(new TextDecoder().decode(after.bytes)).cloud) as Cloud
    expect(quick(before, after, cloud)).toEqual(slow(before, after, cloud))
  })
})

test('seeded documents, cut and ordered differently, with odd tags in them', () => {
  const seed = 11
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const blocks = [
    '20.0.0.0/24',
    '20.0.0.0/25',
    '20.0.0.128/25',
    '20.0.1.0/24',
    '20.0.0.0/23',
    '2603::/32',
    '20.0.0.1/24',
    'x',
  ]
  const document = (name: string) =>
    sourceOf(
      Buffer.from(
        JSON.stringify({
          changeNumber: 1,
          cloud: 'Public',
          values: ['A', 'B', 'C', 'D']
            .filter(() => random() < 0.9)
            .map((name) => ({
              name,
              properties: {
                addressPrefixes: Array.from({ length: Math.floor(random() * 4) }, () => pick(blocks)),
              },
            })),
        }),
      ),
      name,
    )
  for (let round = 0; round < 500; round++) {
    const [before, after] = [document('before'), document('after')]
    expect(quick(before, after, 'public'), `seed ${seed}, round ${round}`).toEqual(slow(before, after, 'public'))
  }
})

test('documents laid out as published are read as others are, whatever is odd in them', () => {
  const seed = 15
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const texts = ['20.0.0.0/24', '20.0.1.0/24', '2603::/32', '20.0.0.1/24', 5]
  const list = () => Array.from({ length: Math.floor(random() * 3) }, () => pick(texts.slice(0, pick([3, 3, 3, 5]))))
  // A name may be there twice, or be none.
  const entry = () => ({
    name: pick(['A', 'B', 'C', 'D', 'E', 'F', 'G', pick([7, 'no name'])]),
    properties: pick([{ region: '', addressPrefixes: list() }, { addressPrefixes: list(), region: '' }, undefined]),
  })
  for (let round = 0; round < 3000; round++) {
    const before = Array.from({ length: 1 + Math.floor(random() * 5) }, entry)
    const after = [...before]
    for (let change = Math.floor(random() * 3); change > 0; change--) {
      after.splice(Math.floor(random() * after.length), Math.floor(random() * 2), ...(random() < 0.7 ? [entry()] : []))
    }
    const read = (space?: number) => {
      const [old, young] = [before, after].map((values, index) =>
        sourceOf(Buffer.from(JSON.stringify({ changeNumber: 1, cloud: 'Public', values }, null, space)), `${index}`),
      ) as [Source, Source]
      const { oddities, ...differences } = readDifferences(old, young, 'public')
      const delta = deltaOf(differences)
      return [...show(delta, delta.unchanged), ...oddities]
    }
    expect(read(2), `seed ${seed}, round ${round}`).toEqual(read())
  }
})

test('names what it leaves out', () => {
  const document = (name: string, values: unknown[]) =>
    sourceOf(Buffer.from(JSON.stringify({ changeNumber: 1, cloud: 'Public', values })), name)
  const tag = (name: unknown, ...addressPrefixes: unknown[]) => ({ name, properties: { addressPrefixes } })
  const { pairs, same, oddities } = readDifferences(
    document('old', [tag('A', '20.0.0.0/24'), tag('B', '20.0.0.0/24'), tag('B', '20.0.1.0/24')]),
    document('new', [tag('A', '20.0.0.0/24'), tag('B', '20.0.0.1/24', '20.0.0.0/25'), tag(7), tag('C', 5)]),
    'public',
  )
  expect([pairs.map(({ tag }) => tag), same]).toEqual([['B'], ['A']])
  expect(oddities).toEqual([
    'old: values[2] is "B" a second time',
    'new: values[2] has no name',
    'new: values[1].properties.addressPrefixes[0]: "20.0.0.1/24" has host bits set: the prefix is 20.0.0.0/24',
    'new: values[3].properties.addressPrefixes[0]: Invalid input: expected string, received number',
  ])
})
