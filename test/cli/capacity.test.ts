import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { published } from '../notation.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

/** A document with that many prefixes in one tag, none of which can be joined. */
const documentOf = (count: number, tag = 'AzureActiveDirectory') =>
  published({ [tag]: Array.from({ length: count }, (_, index) => `20.${40 + index}.2.0/24`) })

const RULES =
  'rules:\n  - { name: Web, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }\n'
const EDGE = 'targets:\n  - { name: edge, vendor: paloalto, out: "rules/edge.txt", limits: { objects: 100 } }\n'

const fileOf = (date: string) => `ServiceTags_Public_${date.replaceAll('-', '')}.json`

/** A folder with these documents, each fetched into its snapshots. */
async function folderOf(policy: string, counts: Readonly<Record<string, number>>) {
  const documents = Object.entries(counts).map(([date, count]) => [fileOf(date), documentOf(count)])
  const folder = folderWith({ 'tagwall.yaml': policy, ...Object.fromEntries(documents) })
  for (const date of Object.keys(counts))
    expect(await tagwall(folder, ['fetch', '--from', fileOf(date)])).toMatchObject({ code: 0 })
  return folder
}

describe('the pace is measured from', () => {
  test.for<[counts: Readonly<Record<string, number>>, want: string | undefined]>([
    // 26 weeks before the newest document is 2025-05-12.
    [{ '2025-05-12': 40, '2025-06-02': 44, '2025-11-10': 50 }, '2025-05-12: 40 in 26 weeks, full in 2028-05'],
    [{ '2025-05-05': 40, '2025-06-02': 44, '2025-11-10': 50 }, '2025-06-02: 44 in 23 weeks, full in 2029-07'],
    [{ '2025-05-05': 40, '2025-11-10': 50 }, undefined],
    // 8 weeks before it is 2025-09-15.
    [{ '2025-09-15': 40, '2025-11-10': 50 }, '2025-09-15: 40 in 8 weeks, full in 2026-08'],
    [{ '2025-09-22': 40, '2025-11-10': 50 }, undefined],
    [{ '2025-11-10': 50 }, undefined],
    [{ '2025-06-02': 50, '2025-11-10': 49 }, '2025-06-02: 50 in 23 weeks, full in null'],
  ])('%j: %s', async ([counts, want]) => {
    const folder = await folderOf(RULES + EDGE, counts)
    const { code, out } = await tagwall(folder, ['build', '--json'])
    expect(code).toBe(0)
    const { pace, ...use } = JSON.parse(out).capacity[0]
    const facts = {
      target: 'edge',
      site: null,
      name: 'objects',
      what: 'address objects',
      of: null,
      limit: 100,
      splits: false,
    }
    expect(use).toEqual({ ...facts, count: Object.values(counts).at(-1) })
    const text = pace && `${pace.since}: ${pace.count} in ${pace.weeks} weeks, full in ${pace.fullIn}`
    expect(text ?? undefined).toBe(want)
  })

  test('the next newer snapshot if the oldest was made for other tags', async () => {
    const folder = await folderOf(RULES + EDGE, { '2025-05-19': 40, '2025-06-02': 44, '2025-11-10': 50 })
    const path = join(folder, 'snapshots/public/2025-05-19.json')
    expect(readFileSync(path, 'utf8')).toContain('AzureActiveDirectory')
    const other = folderWith({
      'tagwall.yaml': RULES.replace('AzureActiveDirectory', 'Sql') + EDGE,
      [fileOf('2025-05-19')]: documentOf(40, 'Sql'),
    })
    expect(await tagwall(other, ['fetch', '--from', fileOf('2025-05-19')])).toMatchObject({ code: 0 })
    writeFileSync(path, readFileSync(join(other, 'snapshots/public/2025-05-19.json')))
    const { capacity } = JSON.parse((await tagwall(folder, ['build', '--json'])).out)
    expect(capacity[0].pace.since).toBe('2025-06-02')
  })
})

const COUNTS = { '2025-05-12': 40, '2025-11-10': 50 }

describe('the summary', () => {
  test.for<[limits: string, lines: string]>([
    [
      '{ objects: 100 }',
      'capacity of edge: 50% of 100 address objects; full in 2028-05 at the growth of the last 26 weeks\n',
    ],
    // Less than half, and full after more than two years.
    ['{ objects: 101 }', ''],
    [
      '{ objects: 89 }',
      'capacity of edge: 56% of 89 address objects; full in 2027-10 at the growth of the last 26 weeks\n',
    ],
  ])('of a target with %s says %j', async ([limits, lines]) => {
    const folder = await folderOf(RULES + EDGE.replace('{ objects: 100 }', limits), COUNTS)
    const { out } = await tagwall(folder, ['build'])
    expect(out.match(/^capacity .*\n/gm)?.join('') ?? '').toBe(lines)
  })

  test('says once what is the same at several sites', async () => {
    const targets = EDGE.replace('rules/', 'rules/{site}/')
    const sites = 'sites: [{ name: berlin }, { name: munich }, { name: paris }]\n'
    const folder = await folderOf(`capacity: 40%\n${RULES}${targets}${sites}`, COUNTS)
    const { out, err } = await tagwall(folder, ['build'])
    expect(out).toContain(
      '\ncapacity of edge@berlin: 50% of 100 address objects; full in 2028-05 at the growth of the last 26 weeks (also at munich and paris)\n',
    )
    expect(err.match(/uses 50%/g)).toHaveLength(1)
  })

  test('knows the pace of files that are half full, and of widened targets', async () => {
    const targets = `targets:
  - { name: a, vendor: list, out: rules/a, limits: { lines: 60 } }
  - { name: b, vendor: list, out: rules/b, limits: { lines: 101 } }
  - { name: c, vendor: paloalto, out: rules/c, limits: { objects: 100 }, widen: { maxPrefixes: 30 } }
`
    const folder = await folderOf(RULES + targets, COUNTS)
    const { capacity } = JSON.parse((await tagwall(folder, ['build', '--json'])).out)
    const shown = capacity
      .filter(({ name }: { name: string }) => ['lines', 'objects'].includes(name))
      .map(({ target, count, pace }: { target: string; count: number; pace: { count: number } | null }) => {
        return `${target}: ${pace?.count ?? 'unknown'} -> ${count}`
      })
    expect(shown).toEqual(['a: 40 -> 50', 'b: unknown -> 50', 'c: 30 -> 29'])
  })
})

describe('a threshold', () => {
  test.for<[top: string, own: string, warns: string[]]>([
    ['', '', []],
    ['50%', '', ['edge', 'other']],
    ['51%', '', []],
    ['51%', '50%', ['edge']],
    ['1%', '100%', ['other']],
    ['', '50%', ['edge']],
  ])('of %j at the top and %j in a target warns about %j', async ([top, own, warns]) => {
    const other = EDGE.slice('targets:\n'.length).replace('edge,', 'other,').replace('edge.txt', 'other.txt')
    const targets = EDGE.replace(' }\n', `${own && `, capacity: ${own}`} }\n`) + other
    const folder = await folderOf(`${top && `capacity: ${top}\n`}${RULES}${targets}`, COUNTS)
    const { findings } = JSON.parse((await tagwall(folder, ['build', '--json'])).out)
    const found = findings.filter(({ code, message }: { code: string; message: string }) => {
      return code === 'CAPACITY' && message.includes('address objects')
    })
    expect(found.map(({ message }: { message: string }) => message.split('"')[1])).toEqual(warns)
  })

  test.for(['80', '0%', '101%', '080%', '0.8', 'most', '[80%]'])('that is %s is refused', async (given) => {
    const folder = folderWith({ 'tagwall.yaml': `${RULES}capacity: ${given}\n${EDGE}` })
    expect(await tagwall(folder, ['build'])).toEqual({
      code: 2,
      out: '',
      err: 'tagwall: tagwall.yaml is not a valid policy: tagwall.yaml:3:1: "capacity": expected a percentage from 1% to 100%, such as 80%\n',
    })
  })
})

test('an update that changes nothing says so in its report, with the same capacity', async () => {
  const documents = Object.entries(COUNTS).map(([date, count]) => [fileOf(date), documentOf(count)])
  const folder = folderWith({
    'tagwall.yaml': `capacity: 50%\n${RULES}${EDGE}`,
    ...Object.fromEntries(documents),
  })
  const update = (file: string, date: string) =>
    tagwall(folder, ['update', '--from', file, '--report', 'out'], { date })
  expect(await update(fileOf('2025-05-12'), '2025-05-12')).toMatchObject({ code: 0 })
  expect(await update(fileOf('2025-11-10'), '2025-11-12')).toMatchObject({ code: 0 })
  const before = contentsOf(folder)
  const body = readFileSync(join(folder, 'out/body.md'), 'utf8')
  expect(body).toContain(
    '| edge | address objects | 50 | 100 | 50% | full in 2028-05 at the growth of the last 26 weeks |\n',
  )
  expect(body).toContain('- target "edge" uses 50% of 100 address objects; the policy warns from 50% on; full in ')
  expect(await update(fileOf('2025-11-10'), '2026-01-01')).toMatchObject({ code: 0 })
  const {
    'out/body.md': _,
    'out/report.html': __,
    'out/title.txt': ___,
    'out/files.txt': ____,
    ...files
  } = contentsOf(folder)
  expect(before).toMatchObject(files)
  const quiet = readFileSync(join(folder, 'out/body.md'), 'utf8')
  expect(quiet.split('\n')[0]).toBe('**nothing changes**')
  expect(quiet).toContain('- target "edge" uses 50% of 100 address objects; the policy warns from 50% on')
})
