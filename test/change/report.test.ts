import { describe, expect, test } from 'vitest'
import { formatPrefix, type Prefix, rangeOf } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { fileText } from '../../src/change/tell/file-table.ts'
import { reportHtml } from '../../src/change/tell/html.ts'
import { reportBody } from '../../src/change/tell/markdown.ts'
import { diff } from '../../src/document/diff.ts'
import { holdersOf, type TagSet, wholeIn } from '../../src/document/holders.ts'
import type { Policy } from '../../src/model/policy.ts'
import type { TagDocument } from '../../src/model/service-tag.ts'
import { addDays, daysBetween, mondayOf, weeksAfter } from '../../src/text/dates.ts'
import { LONGEST_BODY } from '../fixtures.ts'
import { documentOf, policyOf } from '../notation.ts'
import { randomFrom } from '../random.ts'
import { reported } from './reported.ts'

describe('weeks', () => {
  test.for([
    ['2025-11-03', '2025-11-03', []],
    ['2025-11-03', '2025-11-10', ['2025-11-10']],
    // A document without a date in its name has the day of retrieval.
    ['2025-11-03', '2025-11-13', ['2025-11-10']],
    ['2025-11-06', '2025-11-09', []],
    ['2025-12-22', '2026-01-05', ['2025-12-29', '2026-01-05']],
    ['2024-02-19', '2024-03-04', ['2024-02-26', '2024-03-04']],
    ['2025-11-10', '2025-11-03', []],
  ] as const)('after %s up to %s are %s', ([earlier, later, want]) => {
    expect(weeksAfter(earlier, later)).toEqual(want)
  })

  test('begin on Mondays', () => {
    const days = Array.from({ length: 14 }, (_, index) => mondayOf(addDays('2024-02-26', index)))
    expect(days).toEqual([...Array(7).fill('2024-02-26'), ...Array(7).fill('2024-03-04')])
    expect(daysBetween('2024-02-26', '2024-03-04')).toBe(7)
  })
})

test.for<[before: string | undefined, after: string | undefined, text: string]>([
  ['', '', ''],
  ['a\nb\n', 'a\nb\n', ''],
  ['a\nb\n', 'b\na\n', '+1 −1 lines, 2 in all'],
  ['a\n', 'a\na\nb\n', '+2 −0 lines, 3 in all'],
  ['a\na\nc\n', 'a\n', '+0 −2 lines, 1 in all'],
  ['a\nb\n', 'c\n', '+1 −2 lines, 1 in all'],
  [undefined, 'a\nb\n', '2 lines, new'],
  ['a\nb\n', undefined, 'no longer made (2 lines)'],
])('from %j to %j is %s', ([before, after, text]) => {
  expect(fileText(before, after)).toBe(text)
})

/** Some prefixes of both families in a small space, so that they often meet. */
function randomSet(random: () => number, most: number): PrefixSet {
  const prefixes = Array.from({ length: Math.floor(random() * most) }, (): Prefix => {
    const isIpv4 = random() < 0.7
    const bits = Math.floor(random() * 6)
    const place = BigInt(Math.floor(random() * 2 ** bits))
    return isIpv4
      ? { family: 'ipv4', address: (20n << 24n) + (place << BigInt(12 - bits)), length: 20 + bits }
      : { family: 'ipv6', address: (0x2603n << 112n) + (place << BigInt(80 - bits)), length: 48 + bits }
  })
  return PrefixSet.of(prefixes)
}

test('finds who holds a prefix, and whether all of it, as asking one by one does (seeds 1 to 60)', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed)
    const { prefixes } = randomSet(random, 8)
    const tags = ['C', 'A', 'B'].map((name): TagSet => ({ name, region: '', prefixes: randomSet(random, 6) }))
    const want = prefixes.map((prefix) => {
      const own = PrefixSet.ofRanges([rangeOf(prefix)])
      return tags
        .filter((tag) => tag.prefixes.overlaps(own))
        .map((tag) => ({ tag: tag.name, region: '', isWhole: tag.prefixes.contains(own) }))
        .sort((a, b) => (a.tag < b.tag ? -1 : 1))
    })
    expect(holdersOf(prefixes, tags), `seed ${seed}`).toEqual(want)
    const set = (tags[0] as TagSet).prefixes
    expect(wholeIn(prefixes, set)).toEqual(prefixes.map((prefix) => set.contains(PrefixSet.of([prefix]))))
  }
})

const POLICY: Policy = policyOf(`150 Web: Sql outbound tcp 443
160 Door: Front both tcp 443
170 Both: Sql,Front outbound udp 53`)

const withTags = (published: string, tags: Readonly<Record<string, PrefixSet>>): TagDocument => {
  const document = documentOf('Sql=20.0.0.0/24')
  const [tag] = document.tags.values()
  if (!tag) throw new Error('the document has a tag')
  const named = Object.entries(tags)
    .filter(([, prefixes]) => !prefixes.isEmpty)
    .map(([name, prefixes]) => [name, { ...tag, name, prefixes }] as const)
  return { ...document, published, tags: new Map(named) }
}

test('holds every changed prefix, in the page and, where it is short, in the text (seeds 1 to 60)', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed)
    const tags = () => ({ Front: randomSet(random, 9), Loose: randomSet(random, 5), Sql: randomSet(random, 9) })
    const [before, after] = [withTags('2025-10-06', tags()), withTags('2025-11-10', tags())]
    const report = reported({
      before,
      after,
      snapshots: [before, withTags('2025-10-20', tags())],
      policies: [POLICY, POLICY],
    })
    const [html, body] = [reportHtml(report), reportBody(report, '')]
    // No rule uses the tag Loose.
    const used = diff(before, after).tags.filter(({ tag }) => tag !== 'Loose')
    expect(html).not.toContain('Loose')
    for (const { tag, added, removed } of used) {
      for (const [set, sign, state] of [
        [added, '+', 'gain'],
        [removed, '-', 'loss'],
      ] as const) {
        for (const cidr of set.prefixes.map(formatPrefix)) {
          const where = `seed ${seed}: ${sign} ${cidr} of ${tag}`
          expect(html.includes(`<th scope="row" class="cidr">${cidr}</th>`), where).toBe(true)
          expect(html, where).toMatch(
            new RegExp(`<tr class="${state}"><td class="sign">[^<]*</td><th[^>]*>${cidr}</th>`),
          )
          expect(
            body.split('\n').some((line) => line.startsWith(`${sign} ${cidr} `)),
            where,
          ).toBe(true)
        }
      }
    }
    expect(body.length).toBeLessThan(LONGEST_BODY)
    const added = report.tags.flatMap(({ rows }) => rows).filter(({ tone }) => tone === 'gain').length
    const counts = report.sentences.map((text) => Number(/^(\d+) additions? /.exec(text)?.[1] ?? 0))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(added)
  }
})

test('dates an addition by the first document from which on it is held', () => {
  const [a, b, c] = ['20.0.0.0/24', '20.1.0.0/24', '20.2.0.0/24']
  const dated = (published: string, tags: string) => ({ ...documentOf(tags), published })
  const stages = [
    dated('2025-10-20', `Sql=${a} Front=${a}`),
    dated('2025-10-27', `Sql=${a},${b} Front=${a}`),
    dated('2025-11-03', `Sql=${a} Front=${a}`),
    dated('2025-11-10', `Sql=${a},${b},${c} Front=${a}`),
  ] as [TagDocument, TagDocument, TagDocument, TagDocument]
  const [before, , , after] = stages
  const report = reported({ before, after, snapshots: stages.slice(0, 3), policies: [POLICY, POLICY] })
  // The one that came, went and came again counts from when it came again.
  expect(report.sentences.slice(1)).toEqual([
    'This is one change over 3 weeks, those of 2025-10-27, 2025-11-03, 2025-11-10. Snapshots on the way: 2025-10-27, 2025-11-03.',
    '2 additions are new in the document of 2025-11-10: they go live from 2025-11-17 on.',
    '1 rule is unchanged.',
  ])
  const since = report.prefixes.rows.map(({ cells: [prefix, tag, , since] }) => [tag, prefix, since])
  expect(since).toEqual([
    ['Front', a, '2025-10-20 or before'],
    ['Sql', a, '2025-10-20 or before'],
    ['Sql', b, '2025-11-10'],
    ['Sql', c, '2025-11-10'],
  ])
})
