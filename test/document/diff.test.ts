import { expect, test } from 'vitest'
import { diff } from '../../src/document/diff.ts'
import { documentOf, show } from '../notation.ts'

/** What changed, a tag in a line: its kind, what it lost, what it gained. Then what did not change. */
function changes(before: string, after: string): string {
  const { tags, unchanged } = diff(documentOf(before), documentOf(after))
  const lines = tags.map(({ tag, kind, added, removed }) => `${tag} ${kind} -[${show(removed)}] +[${show(added)}]`)
  return [...lines, ...(unchanged.length > 0 ? [`same: ${unchanged}`] : [])].join('; ')
}

test.for([
  { name: 'nothing', before: '', after: '', want: '' },
  { name: 'no change', before: 'A=192.0.2.0/24', after: 'A=192.0.2.0/24', want: 'same: A' },
  {
    name: 'the same block cut differently',
    before: 'A=192.0.2.0/24',
    after: 'A=192.0.2.128/25,192.0.2.0/25,192.0.2.7/32',
    want: 'same: A',
  },
  {
    name: 'a prefix more and a prefix less',
    before: 'A=192.0.2.0/24',
    after: 'A=198.51.100.0/24',
    want: 'A changed -[192.0.2.0/24] +[198.51.100.0/24]',
  },
  {
    name: 'a block that grew',
    before: 'A=192.0.2.0/26',
    after: 'A=192.0.2.0/24',
    want: 'A changed -[] +[192.0.2.64/26 192.0.2.128/25]',
  },
  {
    name: 'a hole',
    before: 'A=2001:db8::/126',
    after: 'A=2001:db8::/127,2001:db8::3/128',
    want: 'A changed -[2001:db8::2/128] +[]',
  },
  {
    name: 'a new tag',
    before: 'B=192.0.2.0/24',
    after: 'B=192.0.2.0/24 A=198.51.100.0/24',
    want: 'A added -[] +[198.51.100.0/24]; same: B',
  },
  {
    name: 'a tag that is gone',
    before: 'A=198.51.100.0/24 B=192.0.2.0/24',
    after: 'B=192.0.2.0/24',
    want: 'A removed -[198.51.100.0/24] +[]; same: B',
  },
  { name: 'a new tag without addresses', before: '', after: 'A=', want: 'A added -[] +[]' },
  { name: 'a tag that lost all', before: 'A=192.0.2.0/24', after: 'A=', want: 'A changed -[192.0.2.0/24] +[]' },
  {
    name: 'a tag renamed in case only',
    before: 'SQL=192.0.2.0/24',
    after: 'Sql=192.0.2.0/24',
    want: 'SQL removed -[192.0.2.0/24] +[]; Sql added -[] +[192.0.2.0/24]',
  },
  {
    name: 'several, in code-unit order',
    before: 'b=192.0.2.0/24 C=192.0.2.0/24',
    after: 'C=192.0.2.0/25 b=192.0.2.0/25 A=192.0.2.0/24',
    want: 'A added -[] +[192.0.2.0/24]; C changed -[192.0.2.128/25] +[]; b changed -[192.0.2.128/25] +[]',
  },
])('$name', ({ before, after, want }) => {
  expect(changes(before, after)).toBe(want)
})

test('keeps both states of a tag, and the labels of both documents', () => {
  const { before, after, tags } = diff(
    documentOf('A=192.0.2.0/24', 'public', '2025-11-03'),
    documentOf('A=192.0.2.0/25'),
  )
  expect([before.published, after.published]).toEqual(['2025-11-03', '2025-11-10'])
  expect(tags.map((tag) => `${show(tag.before)} ${show(tag.after)}`)).toEqual(['192.0.2.0/24 192.0.2.0/25'])
})

test.for<[what: string, before: readonly [string, string[]?], after: readonly [string, string[]?], want: string]>([
  ['both know everything', ['A=192.0.2.0/24'], ['B=192.0.2.0/24'], 'A removed; B added; uncompared -'],
  [
    'a tag that the older one was never asked for',
    ['A=192.0.2.0/24', ['A']],
    ['A=192.0.2.0/24 B=192.0.2.0/24'],
    'A same; uncompared B',
  ],
  [
    'one that the newer one was never asked for',
    ['A=192.0.2.0/24 B=192.0.2.0/24'],
    ['A=192.0.2.0/24', ['A']],
    'A same; uncompared -',
  ],
  [
    'one that both were asked for, and only one has',
    ['A=192.0.2.0/24', ['A', 'B']],
    ['B=192.0.2.0/24', ['A', 'B']],
    'A removed; B added; uncompared -',
  ],
])('what is compared: %s', ([, before, after, want]) => {
  const asDocument = ([tags, asked]: readonly [string, string[]?]) => ({ ...documentOf(tags), asked })
  const { tags, unchanged, uncompared } = diff(asDocument(before), asDocument(after))
  const lines = [...tags.map(({ tag, kind }) => `${tag} ${kind}`), ...unchanged.map((tag) => `${tag} same`)]
  expect([...lines, `uncompared ${uncompared ?? '-'}`].join('; ')).toBe(want)
})
