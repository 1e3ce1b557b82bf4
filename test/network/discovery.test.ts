import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Network } from '../../src/io.ts'
import { folderWith } from '../cli/harness.ts'
import { expectPage } from '../golden-page.ts'
import { CERTIFICATES } from './certificates.ts'
import { documentOf, ok, online, POLICY, type Site, serve, status, to } from './harness.ts'

// Without --from: which places are asked, in which order, and what is said of each.

const file = (date: string) => `/files/ServiceTags_Public_${date}.json`
const LATEST = '/files/ServiceTags_Public_Latest.json'
const GOOD = documentOf()
const page = (...dates: string[]) => ok(dates.map((date) => `<a href="${file(date)}">${date}</a>`).join('\n'))
const stored = (path: string) => `stored as snapshots/public/${path}.json`

/** Runs `fetch`; the first words of each line of stderr, and what was asked. */
async function fetched(
  routes: Parameters<typeof serve>[0],
  change: (site: Site) => Partial<Network> = () => ({}),
  argv: string[] = [],
) {
  const site = await serve(routes)
  const folder = folderWith({ 'tagwall.yaml': POLICY })
  const result = await online(folder, ['fetch', ...argv], { ...site.network, ...change(site) })
  const steps = result.err.split('\n').filter((line) => /^(fetch|tagwall): /.test(line))
  return {
    ...result,
    steps: steps.map((line) => line.replaceAll('https://localhost', '')),
    requests: site.requests,
    folder,
    site,
  }
}

describe.skipIf(!CERTIFICATES)('discovery', () => {
  const PAGES: readonly [what: string, routes: Parameters<typeof serve>[0], snapshot: string][] = [
    [
      'takes the newest file on the page',
      { '/page': page('20251103', '20251110'), [file('20251110')]: ok(GOOD) },
      '2025-11-10',
    ],
    [
      'takes the older of two when the newer is gone',
      { '/page': page('20251103', '20251110'), [file('20251103')]: ok(GOOD) },
      '2025-11-03',
    ],
    [
      "takes the older of two when the newer is another cloud's",
      {
        '/page': page('20251103', '20251110'),
        [file('20251110')]: ok(documentOf('20.0.0.0/24', 'China')),
        [file('20251103')]: ok(GOOD),
      },
      '2025-11-03',
    ],
    [
      'follows a meta refresh',
      {
        '/page': ok('<meta http-equiv="refresh" content="0; url=/other">'),
        '/other': page('20251110'),
        [file('20251110')]: ok(GOOD),
      },
      '2025-11-10',
    ],
    [
      'takes a page that redirects to the file',
      { '/page': to(file('20251110')), [file('20251110')]: ok(GOOD) },
      '2025-11-10',
    ],
    [
      'takes the alias when the page links to nothing',
      { '/page': ok('<title>Download Center</title>'), [LATEST]: ok(GOOD) },
      '2025-11-12',
    ],
    [
      'takes the last Monday that has a file, when there is neither page nor alias',
      { [file('20251103')]: ok(GOOD) },
      '2025-11-03',
    ],
    [
      'does not follow the page to a host that is not allowed',
      { '/page': ok('https://evil.example/a/ServiceTags_Public_20251111.json'), [LATEST]: ok(GOOD) },
      '2025-11-12',
    ],
  ]

  test('finds the newest document', async () => {
    const rows: [name: string, steps: string[]][] = []
    for (const [what, routes, snapshot] of PAGES) {
      const { code, out, steps } = await fetched(routes)
      expect({ what, code, out }).toEqual({ what, code: 0, out: expect.stringContaining(stored(snapshot)) })
      rows.push([what, steps])
    }
    await expectPage('discovery.txt', rows)
  })

  test('says where to download the file by hand, after every source has failed', async () => {
    const { code, steps, requests } = await fetched({})
    expect(code).toBe(2)
    expect(requests).toEqual(['/page', LATEST, ...['1110', '1103', '1027', '1020'].map((day) => file(`2025${day}`))])
    expect(steps.at(-1)).toBe(
      'tagwall: could not fetch a document of the cloud Public, for the reasons above; download it in a browser from /page and use --from FILE',
    )
  })

  test('tries both spellings of the folder, the current one first', async () => {
    const { requests } = await fetched({}, (site) => ({ folders: { public: `https://${site.host}/7/D/` } }))
    const both = (name: string) => [`/7/d/ServiceTags_Public_${name}.json`, `/7/D/ServiceTags_Public_${name}.json`]
    expect(requests).toEqual(['/page', ...['Latest', '20251110', '20251103', '20251027', '20251020'].flatMap(both)])
  })

  test('uses the older spelling of the folder if only that exists', async () => {
    const { code, out } = await fetched({ '/7/D/ServiceTags_Public_Latest.json': ok(GOOD) }, (site) => ({
      folders: { public: `https://${site.host}/7/D/` },
    }))
    expect(code).toBe(0)
    expect(out).toContain(stored('2025-11-12'))
  })

  test('asks for no more than ten files of a page', async () => {
    const days = Array.from({ length: 30 }, (_, day) => `202510${String(day + 1).padStart(2, '0')}`)
    const { requests } = await fetched({ '/page': page(...days) })
    expect(requests.slice(0, 12)).toEqual(['/page', ...days.reverse().slice(0, 10).map(file), LATEST])
  })

  test('does not try a host four times in each place, once it has failed four times', async () => {
    const { requests } = await fetched({ '/page': status(503), [LATEST]: status(503) })
    expect(requests.slice(0, 6)).toEqual(['/page', '/page', '/page', '/page', LATEST, file('20251110')])
  })

  test('guesses no names without a known folder', async () => {
    const { steps, requests } = await fetched({}, undefined, ['--cloud', 'usgov'])
    expect(requests).toEqual(['/page-gov'])
    expect(steps[2]).toBe('fetch: tagwall knows no folder of dated files for this cloud')
  })

  test('stores the document of the alias once, not every day again', async () => {
    const { folder, site } = await fetched({ [LATEST]: ok(GOOD) })
    const again = await online(folder, ['fetch'], site.network, { now: () => new Date('2025-11-20T10:00:00Z') })
    expect(again.out).toContain('snapshots/public/2025-11-12.json')
    expect(again.out).not.toContain('2025-11-20')
  })
})

describe.skipIf(!CERTIFICATES)('the alias beside an outdated page', () => {
  const [OLD, NEW] = [documentOf('20.190.128.0/24', 'Public', 1), documentOf('20.190.129.0/24', 'Public', 2)]
  const [LISTED, HELD] = [file('20251103'), file('20251110')]
  const ALIAS = `fetch: downloading ${LATEST}: the alias of the newest file, because the page has nothing newer`

  /** Stores the document of `held`, if there is one, then fetches from a page that lists 2025-11-03, and an alias. */
  async function beside(held: string | undefined, alias: Parameters<typeof serve>[0][string], listed = LISTED) {
    const site = await serve({
      '/page': ok(`<a href="${listed}">`),
      [listed]: ok(OLD),
      ...(held !== undefined && held !== LISTED && { [held]: ok(NEW) }),
      [LATEST]: alias,
    })
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    if (held !== undefined) await online(folder, ['fetch', '--from', `https://${site.host}${held}`], site.network)
    const { code, out, err } = await online(folder, ['fetch'], site.network)
    const steps = err.split('\n').map((line) => line.replaceAll('https://localhost', ''))
    return { code, snapshot: /snapshots\/public\/([\d-]+)\.json/.exec(out)?.[1], isAsked: steps.includes(ALIAS) }
  }

  test.for<[what: string, held: string | undefined, alias: Parameters<typeof serve>[0][string], want: object]>([
    ['newer than the known file', LISTED, ok(NEW), { code: 0, snapshot: '2025-11-12', isAsked: true }],
    ['the known file', LISTED, ok(OLD), { code: 0, snapshot: '2025-11-03', isAsked: true }],
    [
      'older than the known file',
      LISTED,
      ok(documentOf('20.190.127.0/24', 'Public', 0)),
      { code: 0, snapshot: '2025-11-03', isAsked: true },
    ],
    ['gone', LISTED, status(404), { code: 0, snapshot: '2025-11-03', isAsked: true }],
    [
      'the known file, and the page lists an older one',
      HELD,
      ok(NEW),
      { code: 0, snapshot: '2025-11-10', isAsked: true },
    ],
    ['as old as the page, and the known file is newer', HELD, ok(OLD), { code: 2, snapshot: undefined, isAsked: true }],
    ['gone, and the page lists an older file', HELD, status(404), { code: 2, snapshot: undefined, isAsked: true }],
    ['newer, but the page is news', undefined, ok(NEW), { code: 0, snapshot: '2025-11-03', isAsked: false }],
  ])('is %s', async ([, held, alias, want]) => {
    expect(await beside(held, alias)).toEqual(want)
  })

  test.for<[what: string, alias: string, snapshot: string]>([
    ['newer', NEW, '2025-11-12'],
    ['the same', OLD, '2025-10-27'],
  ])('is asked for the first document too if the page lists a file of 16 days ago: %s', async ([, alias, snapshot]) => {
    expect(await beside(undefined, ok(alias), file('20251027'))).toEqual({ code: 0, snapshot, isAsked: true })
  })
})

describe.skipIf(!CERTIFICATES)('a conditional request', () => {
  const PATH = file('20251110')
  const TAGGED = { etag: '"one"', 'last-modified': 'Mon, 10 Nov 2025 08:00:00 GMT' }

  /** Fetches twice, the second time with another policy if one is given. */
  async function twice(second: Parameters<typeof serve>[0][string], headers: Record<string, string> = TAGGED) {
    const site = await serve({ '/page': page('20251110'), [PATH]: [ok(GOOD, headers), ...[second].flat()] as never })
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    await online(folder, ['fetch'], site.network)
    const before = readFileSync(join(folder, 'snapshots/public/2025-11-10.json'), 'utf8')
    const { code, err } = await online(folder, ['fetch', '--exit-code', '--accept', 'shrink'], site.network)
    const asked = site.headers.slice(3).map((sent) => [sent['if-none-match'], sent['if-modified-since']])
    return { code, err, asked, before, after: readFileSync(join(folder, 'snapshots/public/2025-11-10.json'), 'utf8') }
  }

  test('records the identifiers of the document, if the server sends them', async () => {
    const { before } = await twice(status(304))
    expect(JSON.parse(before)).toMatchObject({ etag: '"one"', lastModified: 'Mon, 10 Nov 2025 08:00:00 GMT' })
    expect((await twice(ok(GOOD), {})).before).not.toMatch(/etag|lastModified/)
  })

  test('takes 304 as unchanged', async () => {
    const { code, err, asked, before, after } = await twice(status(304))
    expect({ code, asked, same: before === after }).toEqual({
      code: 0,
      // Then the alias, which has no ETag of its own.
      asked: [
        ['"one"', TAGGED['last-modified']],
        [undefined, TAGGED['last-modified']],
      ],
      same: true,
    })
    expect(err).toContain('fetch: the server reports no change since the newest snapshot\n')
  })

  test('does not believe a 304 that names another ETag', async () => {
    const { asked, after, err } = await twice([status(304, { etag: '"two"' }), ok(documentOf('20.190.129.0/24'))])
    expect(asked).toEqual([
      ['"one"', TAGGED['last-modified']],
      [undefined, undefined],
      [undefined, TAGGED['last-modified']],
    ])
    expect(after).toContain('20.190.129.0/24')
    expect(err).toContain('fetch: the server reports no change but another ETag; downloading the whole document\n')
  })

  test('compares the content when the same ETag comes with another document', async () => {
    const { code, after } = await twice(ok(documentOf('20.190.129.0/24'), TAGGED))
    expect(code).toBe(1)
    expect(after).toContain('20.190.129.0/24')
  })

  test('builds the rules again from the snapshot that has not changed', async () => {
    const site = await serve({ '/page': page('20251110'), [PATH]: [ok(GOOD, TAGGED), status(304)] })
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const rules = () => readFileSync(join(folder, 'rules/list.txt'), 'utf8')
    await online(folder, ['update'], site.network)
    const before = rules()
    writeFileSync(join(folder, 'rules/list.txt'), '20.9.9.0/24\n')
    expect((await online(folder, ['update'], site.network)).code).toBe(0)
    expect(rules()).toBe(before)
  })

  test('records no ETag that could not be sent again', async () => {
    expect((await twice(ok(GOOD), { etag: `"${'x'.repeat(300)}"` })).before).not.toContain('etag')
  })

  test('asks for all of it when the policy has grown', async () => {
    const site = await serve({ '/page': page('20251110'), [PATH]: ok(GOOD, TAGGED) })
    const folder = folderWith({ 'tagwall.yaml': POLICY, 'other.yaml': POLICY.replace('[Alpha]', '[Alpha, Beta]') })
    await online(folder, ['fetch'], site.network)
    await online(folder, ['fetch', '--policy', 'other.yaml'], site.network)
    expect(site.headers.at(-1)?.['if-none-match']).toBe(undefined)
  })
})
