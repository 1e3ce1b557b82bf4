import { expect, test } from 'vitest'
import { siteResults } from '../../src/change/tell/tables-text.ts'
import { alsoAt, groupSites, labelOf, listSites, maskSite, sitesOf } from '../../src/model/site.ts'
import { expectPage } from '../golden-page.ts'

/** `target: text` items, grouped: `TEXT [sites]`. */
const grouped = (...items: readonly string[]) =>
  groupSites(
    items.map((item) => {
      const [target, text] = item.split(': ') as [string, string]
      return { item, target: target === '-' ? undefined : target, text }
    }),
    ({ text }) => text,
  ).map(({ item: { item }, sites }) => `${item} [${sites}]`)

const ITEMS: readonly string[][] = [
  ['edge@a: x', 'edge@b: x'],
  ['edge@a: x', 'edge@b: y'],
  ['edge@a: x', 'branch@a: x'],
  ['edge@a: rules/a/edge is old', 'edge@b: rules/b/edge is old'],
  ['edge@a: 1:2, site "a" (s.yaml:1:3)', 'edge@b: 1:2, site "b" (s.yaml:2:3)'],
  ['edge@a: b', 'edge@b: a'],
  ['edge@a: x', 'branch@a: y', 'edge@b: x', 'branch@b: y'],
  ['edge: x', 'edge: x', '-: x', '-: x'],
  ['edge: x', 'edge@a: x'],
]

test('groups what is the same at several sites', async () => {
  await expectPage(
    'grouped-sites.txt',
    ITEMS.map((items) => [items.join('; '), grouped(...items).join('; ')]),
  )
})

test.for([
  ['rules/a/edge-a.conf at a', 'a', 'rules/{site}/edge-{site}.conf at {site}'],
  ['rules/ab/xa', 'a', 'rules/ab/xa'],
  ['rules/undefined/x', undefined, 'rules/undefined/x'],
  ['rules/a.b/axb', 'a.b', 'rules/{site}/axb'],
] as const)('masks in %s the site %s', ([text, site, want]) => {
  expect(maskSite(text, site)).toBe(want)
})

test.for<[sites: string[], list: string, also: string, label: string]>([
  [['a'], 'a', '', 'edge@a'],
  [['a', 'b'], 'a and b', ' (also at b)', 'edge (2 sites)'],
  [['a', 'b', 'c'], 'a, b and c', ' (also at b and c)', 'edge (3 sites)'],
  [['a', 'b', 'c', 'd'], 'a, b, c and 1 more site', ' (also at b, c and d)', 'edge (4 sites)'],
  [
    Array.from({ length: 1200 }, (_, index) => `s${index}`),
    's0, s1, s2 and 1,197 more sites',
    ' (also at s1, s2, s3 and 1,196 more sites)',
    'edge (1,200 sites)',
  ],
])('names the sites %j', ([sites, list, also, label]) => {
  expect([listSites(sites), alsoAt(sites), labelOf(`edge@${sites[0]}`, sites)]).toEqual([list, also, label])
})

test('counts files and warnings by site, in the order of the policy', () => {
  const file = (target: string, isChanged: boolean, isProved = true) => ({
    ...({ target, role: 'full', vendor: 'v', path: target, lines: 1, isChanged } as const),
    proof: isProved ? { rules: 1, prefixes: 1, tags: 0 } : undefined,
  })
  const warning = (target: string) => ({ code: 'NO_READER', severity: 'warning', target, vendor: 'v' }) as const
  const files = [file('edge@b', true), file('branch@b', false), file('edge@a', false, false), file('edge@b', false)]
  expect(siteResults(files, [warning('edge@b'), warning('branch@b'), warning('other')])).toEqual([
    { site: 'b', targetCount: 2, fileCount: 3, changedCount: 1, unprovedCount: 0, warningCount: 2 },
    { site: 'a', targetCount: 1, fileCount: 1, changedCount: 0, unprovedCount: 1, warningCount: 0 },
  ])
  expect(siteResults([file('edge', true)], [])).toEqual([])
})

test('the sites of some targets, once each', () => {
  const targets = ['edge@b', 'core', 'edge@a', 'branch@b'].map((name) => ({ name }))
  expect(sitesOf(targets)).toEqual(['b', 'a'])
})

test('a target without a site is not the same target at one', () => {
  expect(grouped('edge: x', 'edge@a: x', 'edge@b: x')).toEqual(['edge: x []', 'edge@a: x [a,b]'])
})
