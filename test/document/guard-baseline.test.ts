import { expect, test } from 'vitest'
import { baseline, longBaseline, supersededBy } from '../../src/document/history.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'
import { documentOf } from '../notation.ts'

// `03 A=1 B=2 ?C` is the snapshot of 2025-11-03: what A and B hold, and that it was asked for C, which the document did not have.
// `~12` is one that nothing dated, and `#7` its change number.

function snapshot(text: string): TagDocument {
  const [date = '', ...words] = text.split(' ')
  const tags = words.filter((word) => word.includes('=')).map((word) => word.replace(/=(.+)/, '=20.0.$1.0/24'))
  const asked = words.filter((word) => word.startsWith('?')).map((word) => word.slice(1))
  const number = words.find((word) => word.startsWith('#'))?.slice(1) ?? '1'
  const label = { published: `2025-11-${date.replace('~', '')}`, changeNumber: Number(number), asked }
  return { ...documentOf(tags.join(' ')), ...label, ...(date.startsWith('~') && { isUndated: true }) }
}

function show({ published, tags, isUndated }: TagDocument): string {
  const words = Array.from(tags, ([name, { prefixes }]) => `${name}=${prefixes.texts[0]?.split('.')[2]}`)
  return [`${isUndated ? '~' : ''}${published.slice(-2)}`, ...words.sort()].join(' ')
}

const newestFirst = (texts: string) => (texts === '' ? [] : texts.split('; ').map(snapshot)).toReversed()

test.for<[selectors: string, snapshots: string, document: string, want: string]>([
  ['A', '', '10 A=2', ''],
  ['A', '03 A=1', '10 A=2', '03 A=1'],
  ['A', '03 A=1; 10 A=2', '10 A=2', '03 A=1'],
  ['A', '03 A=1; 17 A=3', '10 A=2', '03 A=1'],
  // The first policy has stored the new date; the second has its tags from the one before.
  ['B', '03 A=1 B=1; 10 A=2', '10 A=2 B=2', '03 B=1'],
  ['A B', '03 A=1 B=1; 10 A=2', '17 A=3 B=2', '10 A=2 B=1'],
  ['B', '03 A=1; 10 A=2', '17 B=2', ''],
  // Issued again with other content.
  ['A', '03 A=1; 10 A=2', '10 A=3', '10 A=2'],
  ['A B', '03 A=1 B=1; 10 A=2', '10 A=3 B=2', '10 A=2 B=1'],
  ['A', '03 A=1; 10 A=2', '10', '10 A=2'],
  // What a snapshot was asked for and lacks was gone by then, and is not expected again.
  ['A B', '03 A=1 B=1; 10 A=2 ?B', '17 A=3', '10 A=2'],
  ['S.*', '03 S.a=1 S.b=1 ?S.*; 10 S.a=2 ?S.*', '17 S.a=3', '10 S.a=2'],
  // Another policy has a newer state of one region, and none of the other.
  ['S.*', '03 S.a=1 S.b=1 ?S.*; 10 S.a=2', '17 S.a=3 S.b=2', '10 S.a=2 S.b=1'],
  // The policy had only one region before.
  ['S.*', '03 S.a=1; 10 S.a=2', '17 S.a=3 S.b=2', '10 S.a=2'],
])('of %s, among %s, %s is compared with %s', ([selectors, snapshots, document, want]) => {
  const found = baseline(snapshot(document), newestFirst(snapshots), selectors.split(' '))
  expect(found ? show(found) : '').toBe(want)
})

// `2025-08-04 A=1` is a snapshot of that day, and `!` one whose losses a person accepted.
test.for<[snapshots: string, want: string]>([
  ['', ''],
  ['2025-08-12 A=1', ''],
  ['2025-08-11 A=1', '2025-08-11 A=1'],
  ['2025-08-04 A=1; 2025-08-11 A=2; 2025-11-03 A=3', '2025-08-11 A=2'],
  ['2025-08-04 A=1; 2025-08-11 B=2; 2025-11-03 A=3', '2025-08-04 A=1'],
  ['2025-08-04 A=1; !2025-09-01 A=2; 2025-11-03 A=3', '2025-09-01 A=2'],
  ['!2025-08-04 A=1; 2025-08-11 A=2; 2025-11-03 A=3', '2025-08-11 A=2'],
  ['2025-08-04 A=1; 2025-11-03 A=3; !2025-11-10 A=4', '2025-08-04 A=1'],
])('losses of A by 2025-11-10 are counted, among %s, from %s', ([snapshots, want]) => {
  const dated = (text: string): TagDocument => {
    const [, mark, date = '', rest = ''] = /^(!?)(\S+) (.*)$/.exec(text) ?? []
    return {
      ...snapshot(`01 ${rest}`),
      published: date,
      ...(mark === '!' && { accepted: { mine: ['shrink'] as const } }),
    }
  }
  const all = snapshots === '' ? [] : snapshots.split('; ').map(dated).toReversed()
  const found = longBaseline(dated('2025-11-10 A=9'), all, ['A'], ({ accepted }) => accepted !== undefined)
  expect(found ? `${found.published} ${show(found).slice(3)}` : '').toBe(want)
})

test('reads no more snapshots than it needs', () => {
  function* endless() {
    yield* newestFirst('03 A=1')
    throw new Error('it read on')
  }
  expect(baseline(snapshot('10 A=2'), endless(), ['A'])?.published).toBe('2025-11-03')
})

test.for<[snapshots: string, document: string, want: string]>([
  ['03 A=1; ~12 A=2', '10 A=2', '~12 A=2'],
  ['03 A=1; ~11 A=2; ~12 A=2', '10 A=2', '~12 A=2, ~11 A=2'],
  ['03 A=1; ~12 A=2', '17 A=2', ''],
  ['03 A=1; 12 A=2', '10 A=2', ''],
  // Older than what is dated, or of an older state: a step back.
  ['03 A=1; 11 A=1; ~12 A=2', '10 A=2', ''],
  ['03 A=1; ~12 A=2 #2', '10 A=2', ''],
  ['03 A=1; ~12 A=2', '~10 A=2', ''],
  // Two weeks are the most.
  ['~15 A=1', '01 A=1', '~15 A=1'],
  ['~16 A=1', '01 A=1', ''],
])('among %s, %s takes the place of %s', ([snapshots, document, want]) => {
  expect(supersededBy(snapshot(document), newestFirst(snapshots)).map(show).join(', ')).toBe(want)
})
