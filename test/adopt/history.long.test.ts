import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { adopt } from '../../src/adopt/adopt.ts'
import { indexOf, type TagIndex } from '../../src/adopt/match.ts'
import { readAllTags } from '../../src/document/all-tags.ts'
import { lazy } from '../../src/model/lazy.ts'
import type { FoundRule } from '../../src/model/reading.ts'
import { DOCUMENTS, HAS_DOCUMENTS } from '../fixtures.ts'

// Copies of the four tags as Microsoft published them at some time, by the document of 2025-10-06.

const FOUR = ['AzureActiveDirectory', 'AzureResourceManager', 'MicrosoftContainerRegistry', 'AzureFrontDoor.FirstParty']

function edition(date: string): TagIndex {
  const name = `ServiceTags_Public_${date.replaceAll('-', '')}.json`
  const source = { bytes: readFileSync(join(DOCUMENTS, name)), name, published: date }
  return indexOf(date, [...readAllTags(source, 'public').tags.values()])
}

/** As the draft has them: the largest share of the rule first. */
const ALL = 'AzureFrontDoor.FirstParty AzureActiveDirectory AzureResourceManager MicrosoftContainerRegistry'

const EDITIONS = lazy(
  () => new Map(['2025-10-06', '2025-01-20', '2024-01-01', '2019-07-22'].map((date) => [date, edition(date)])),
)

const copyOf = ({ tagOf }: TagIndex, tags: readonly string[]): FoundRule => ({
  name: 'Azure',
  place: { part: 'running', line: 1 },
  direction: 'outbound',
  action: 'allow',
  protocol: 'tcp',
  ports: [{ first: 443, last: 443 }],
  coverage: 'whole',
  remote: { addresses: PrefixSet.union(tags.flatMap((tag) => tagOf(tag)?.prefixes ?? [])), tags: [] },
})

/** The tags of the draft, and the numbers of prefixes: stale, missing, of other tags, of no tag. */
function outcomeOf(date: string, tags: readonly string[], fit: number, withHistory: boolean) {
  const editions = [...EDITIONS().values()] as [TagIndex, ...TagIndex[]]
  const { rules } = adopt([copyOf(EDITIONS().get(date) as TagIndex, tags)], withHistory ? editions : [editions[0]], fit)
  return rules.map(({ tags, published, heaps: { stale, missing, otherTags, notAzure } }) => [
    tags.map(({ name }) => name).join(' '),
    published,
    stale.map(({ until, addresses }) => `${addresses.prefixCount} until ${until}`).join(),
    missing.prefixCount,
    otherTags.prefixCount,
    notAzure.prefixCount,
  ])
}

describe.skipIf(!HAS_DOCUMENTS)('a copy of the four tags', () => {
  test.for([
    ['2025-10-06', 0.9, false, [ALL, '2025-10-06', '', 0, 0, 0]],
    ['2025-01-20', 0.9, false, [ALL, '2025-10-06', '', 54, 5, 9]],
    ['2025-01-20', 0.9, true, [ALL, '2025-01-20', '14 until 2025-01-20', 54, 0, 0]],
    ['2024-01-01', 0.9, false, ['AzureActiveDirectory AzureResourceManager', '2025-10-06', '', 123, 328, 9]],
    ['2024-01-01', 0.75, false, [ALL, '2025-10-06', '', 224, 4, 9]],
    ['2024-01-01', 0.9, true, [ALL, '2024-01-01', '13 until 2025-01-20', 224, 0, 0]],
  ] as const)('of %s, fit %d, older documents: %s', ([date, fit, withHistory, outcome]) => {
    expect(outcomeOf(date, FOUR, fit, withHistory)).toEqual([outcome])
  })

  test('AzureActiveDirectory of 2019', () => {
    const tag = ['AzureActiveDirectory']
    expect([outcomeOf('2019-07-22', tag, 0.9, false), outcomeOf('2019-07-22', tag, 0.9, true)]).toEqual([
      [],
      [['AzureActiveDirectory', '2019-07-22', '3 until 2025-01-20,15 until 2019-07-22', 123, 0, 0]],
    ])
  })
})
