import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contentsOf, folderWith, tagwall } from '../cli/harness.ts'
import { LONGEST_BODY } from '../fixtures.ts'
import { documentOf, many } from './documents.ts'

// What a reviewer reads, whole, for small changes; the files in expected/ are what a pull request would show.

const POLICY = `rules:
  - { name: Sign in, tags: [Login], direction: outbound, ports: [443], priority: 100 }
  - { name: Images, tags: [Registry, Front.First], direction: both, ports: [443, 8000-8080], priority: 110 }
targets:
  - { name: edge, vendor: paloalto, out: rules/edge.txt }
  - { name: plain, vendor: list, out: rules/plain.txt }
`

const BASE = `
Login=20.1.0.0/24 20.1.2.0/24 2603:1000::/48
Registry=20.2.0.0/24 20.2.4.0/26
Registry.WestEurope@westeurope=20.2.4.0/26
Front.First=20.3.0.0/24
AzureCloud=20.0.0.0/12 2603:1000::/32
AzureCloud.westeurope@westeurope=20.1.0.0/16 20.2.0.0/16
AzureCloud.eastus@eastus=20.3.0.0/16 2603:1000::/32
Other=20.2.8.0/25
`

const CHANGED = BASE.replace('20.1.2.0/24', '20.1.4.0/23 20.4.0.0/30')
  .replace('2603:1000::/48', '2603:1000::/47')
  .replace('Registry=20.2.0.0/24', 'Registry=20.2.0.0/24 20.2.8.0/24')

const file = (date: string) => `ServiceTags_Public_${date.replaceAll('-', '')}.json`

interface Case {
  readonly name: string
  readonly before: string
  readonly after: string
  readonly policy?: string
  readonly dates?: readonly [string, string]
  readonly html?: boolean
}

const CASES: readonly Case[] = [
  { name: 'nothing-changed', before: BASE, after: BASE },
  { name: 'changed', before: BASE, after: CHANGED, html: true },
  { name: 'tag-vanished', before: BASE, after: BASE.replace(/\nFront.*/, '') },
  {
    name: 'tag-added',
    before: BASE.replace(/\nRegistry\.W.*/, ''),
    after: BASE,
    policy: POLICY.replace('[Login]', '[Login, Registry.*]').replace('Registry, Front.First', 'Front.First, Registry'),
  },
  {
    name: 'widened',
    before: BASE,
    after: CHANGED,
    policy: `${POLICY}  - { name: small, vendor: list, out: rules/small.txt, widen: { maxPrefixes: { ipv4: 1 }, within: AzureCloud } }\n`,
  },
  {
    name: 'denies',
    before: BASE,
    after: CHANGED,
    policy: POLICY.replace('ports: [443], priority: 100', 'action: deny, protocol: any, priority: 100').replaceAll(
      'paloalto',
      'json',
    ),
    html: true,
  },
  {
    name: 'empty-tag',
    before: BASE,
    after: `${BASE}Registry.Chile=\n`,
    policy: POLICY.replace('[Login]', '[Login, Registry.*]'),
    html: true,
  },
  { name: 'leads-back', before: CHANGED, after: BASE, dates: ['2025-11-10', '2025-11-03'] },
  {
    name: 'hostile',
    before: BASE,
    after: CHANGED.replaceAll('@westeurope', '@<img src=x onerror=alert(1)>```\\u0000|</td>'),
    policy: `${POLICY.replace('name: Sign in', 'name: "</code></td><script>window.pwned=1</script>|`@octocat #1 [x](javascript:alert(1)) https://evil.example &lt; \\\\ _a_"').replaceAll('paloalto', 'list')}`,
    html: true,
  },
]

async function diffOf({ before, after, policy = POLICY, dates = ['2025-11-03', '2025-11-10'] }: Case, format: string) {
  const [older, newer] = dates.map(file) as [string, string]
  const folder = folderWith({
    'tagwall.yaml': policy,
    [older]: documentOf(374, before),
    [newer]: documentOf(376, after),
    'snapshots/.keep': '',
  })
  return tagwall(folder, ['diff', older, newer, '--snapshots', 'snapshots', '--format', format])
}

describe('diff --format markdown', () => {
  test.for(CASES)('tells a reviewer everything: $name', async (one) => {
    const { code, out, err } = await diffOf(one, 'markdown')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    await expect(out).toMatchFileSnapshot(`expected/${one.name}.md`)
    expect(await diffOf(one, 'markdown')).toEqual({ code, out, err })
  })

  test('lets no name or region become Markdown or HTML', async () => {
    const { out } = await diffOf(CASES.find(({ name }) => name === 'hostile') as Case, 'markdown')
    const outside = out.replaceAll(/```diff\n[\s\S]*?\n```\n/g, '')
    const tags = [...outside.matchAll(/<\/?([a-z]+)[^>]*>/g)].map(([, name]) => name)
    expect([...new Set(tags)].sort()).toEqual(['code', 'details', 'sub', 'summary'])
    expect(outside).not.toMatch(/@octocat|#1\b|\]\(|https:\/\/|`/)
    // Every row of a table has the cells of its head.
    for (const block of outside.split('\n\n').filter((text) => text.startsWith('|')))
      expect(new Set(block.split('\n').map((row) => row.split('|').length)).size).toBe(1)
  })

  test.for([10, 200])(
    'has a title of at most 255 characters, as GitLab and GitHub ask, with names of %i',
    async (length) => {
      const lines = [1, 2].map((index) => `L${index}=20.${index}.0.0/24`)
      const policy = `rules:
${lines.map((_, index) => `  - { name: ${'N'.repeat(length - 1)}${index}, tags: [L${index + 1}], direction: outbound, ports: [443], priority: ${index + 1}, optional: true }\n`).join('')}targets:
  - { name: data, vendor: json, out: rules/data.json }
`
      const [before, after] = [lines[0] as string, lines[1] as string]
      const { out } = await diffOf({ name: '', before, after, policy }, 'markdown')
      const title = out.split('\n')[0]?.slice('## '.length) as string
      expect(title.length).toBeLessThanOrEqual(255)
      expect(title.replaceAll(/N{4,}/g, (run) => `N{${run.length}}`)).toBe(
        length === 10
          ? 'tagwall: opens tcp 443 to 256 addresses (N{9}1, document); closes tcp 443 to 256 addresses (N{9}0, document) on Public 2025-11-10'
          : 'tagwall: opens tcp 443 to 256 addresses (N{59}…, document); closes tcp 443 to 256 addresses (N{59}…, document) on Public 2025-11-10',
      )
    },
  )

  test('says how often the exit code asks: 1 with --exit-code when something changed', async () => {
    const folder = folderWith({ 'tagwall.yaml': POLICY, [file('2025-11-03')]: documentOf(1, BASE) })
    const same = ['diff', file('2025-11-03'), file('2025-11-03'), '--exit-code', '--format', 'html']
    expect((await tagwall(folder, same)).code).toBe(0)
  })

  test('stays below the limit of a pull request, and points to the full report', async () => {
    const one: Case = {
      name: 'thousands',
      before: BASE,
      after: BASE.replace('Login=', `Login=${many(6000, 200_000)} `),
    }
    const { out } = await diffOf(one, 'markdown')
    expect(out.length).toBeLessThan(LONGEST_BODY)
    expect(out.length).toBeGreaterThan(50_000)
    expect(out).toMatch(/# and \d,\d{3} more prefixes\n```/)
    expect(out).toContain('Every prefix: <code>tagwall diff OLD NEW --format html</code>')
    // What else there is to say is not lost behind them.
    expect(out).toContain('<code>rules/edge.txt</code> | +')
    const html = (await diffOf(one, 'html')).out
    const missing = many(6000, 200_000)
      .split(' ')
      .filter((cidr) => !html.includes(`class="cidr">${cidr}</th>`))
    expect(missing).toEqual([])
  }, 60_000)

  test('stays below the limit with hundreds of rules of long names', async () => {
    const rules = Array.from(
      { length: 400 },
      (_, index) =>
        `  - { name: "${'|'.repeat(190)}${index}", tags: [T${index}], direction: outbound, ports: [443], priority: ${index + 100} }\n`,
    )
    const tags = (length: number) =>
      rules.map((_, index) => `T${index}=20.${index >> 4}.${(index & 15) * 16}.0/${length}`).join('\n')
    const policy = `rules:\n${rules.join('')}targets:\n  - { name: plain, vendor: json, out: rules/plain.json }\n`
    const { out } = await diffOf({ name: '', before: tags(24), after: tags(23), policy }, 'markdown')
    expect(out.length).toBeLessThan(LONGEST_BODY)
    expect(out).toContain('more sections did not fit')
    expect(out).toContain('Every prefix')
  }, 60_000)
})

describe('diff --format html', () => {
  test.for(CASES.filter(({ html }) => html))('is a page of its own: $name', async (one) => {
    const { code, out, err } = await diffOf(one, 'html')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    await expect(out).toMatchFileSnapshot(`expected/${one.name}.html`)
    expect(await diffOf(one, 'html')).toEqual({ code, out, err })
    // Nothing that a browser would fetch.
    expect(out).not.toMatch(/\b(src|href)="(?!#|https:\/\/(learn|msrc)\.microsoft\.com\/)|url\(|@import/)
  })
})

describe('diff --format json', () => {
  test('is --json', async () => {
    const [one] = CASES.filter(({ name }) => name === 'changed') as [Case]
    const folder = folderWith({
      'tagwall.yaml': POLICY,
      [file('2025-11-03')]: documentOf(374, one.before),
      [file('2025-11-10')]: documentOf(376, one.after),
    })
    const files = [file('2025-11-03'), file('2025-11-10')]
    expect(await tagwall(folder, ['diff', ...files, '--format', 'json'])).toEqual(
      await tagwall(folder, ['diff', ...files, '--json']),
    )
    expect(await tagwall(folder, ['diff', ...files, '--json', '--format', 'html'])).toEqual({
      code: 2,
      out: expect.stringContaining('"code": "INVALID_INPUT"'),
      err: 'tagwall: --json and --format html exclude each other; remove one of them\n',
    })
  })
})

test.for(['markdown', 'html'])(
  'diff --all-tags has no report in %s, and does not print something else',
  async (format) => {
    const folder = folderWith({ [file('2025-11-03')]: documentOf(374, BASE) })
    const argv = ['diff', file('2025-11-03'), file('2025-11-03'), '--all-tags', '--format', format]
    expect(await tagwall(folder, argv)).toEqual({
      code: 2,
      out: '',
      err: `tagwall: --all-tags and --format ${format} exclude each other: a report is about the rules of a policy; remove one of them\n`,
    })
  },
)

describe('update --report', () => {
  const read = (folder: string, name: string) => readFileSync(join(folder, 'report', name), 'utf8')

  test('writes title, body and page with the rules; a second run has nothing to report, at any time', async () => {
    const [older, newer] = [file('2025-11-03'), file('2025-11-10')]
    const folder = folderWith({
      'tagwall.yaml': `${POLICY}guards: { maxShrink: 50% }\n`,
      [older]: documentOf(374, BASE),
      [newer]: documentOf(376, CHANGED),
    })
    await tagwall(folder, ['update', '--from', older, '--report', 'report'])
    expect(read(folder, 'title.txt')).toBe('tagwall: writes edge, plain for the first time on Public 2025-11-03\n')
    await expect(read(folder, 'body.md')).toMatchFileSnapshot('expected/first-update.md')
    const first = await tagwall(folder, ['update', '--from', newer, '--report', 'report', '--json'])
    expect(first).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^note: 2 warnings as before: INBOUND_TAG, \w+ \(tagwall explain INBOUND_TAG\)\n$/),
    })
    expect(JSON.parse(first.out).report).toEqual({
      title:
        'tagwall: opens inbound tcp 443, 8000-8080 from 256 addresses (Images-in, document) and 3 more; closes tcp 443 to 256 addresses (Sign in, document) and 1 more on Public 2025-11-10',
      paths: ['report/title.txt', 'report/body.md', 'report/report.html', 'report/files.txt'],
    })
    await expect(read(folder, 'body.md')).toMatchFileSnapshot('expected/update.md')
    await tagwall(folder, ['update', '--from', newer, '--report', 'report'])
    expect(read(folder, 'title.txt')).toBe('tagwall: nothing changes on Public 2025-11-10\n')
    const before = contentsOf(folder)
    await tagwall(folder, ['update', '--from', newer, '--report', 'report'], { date: '2026-01-30' })
    expect(contentsOf(folder)).toEqual(before)
  })

  test('names the snapshots in between, and accepted guards', async () => {
    const weeks = ['2025-10-13', '2025-10-27', '2025-11-10'] as const
    const less = BASE.replace('20.1.0.0/24 ', '')
    const states = [
      BASE,
      less.replace('20.1.2.0/24', '20.1.2.0/24 20.9.0.0/30'),
      less.replace('20.1.2.0/24', '20.1.2.0/24 20.9.0.0/30 20.9.1.0/30'),
    ]
    const files = weeks.map((date, index) => [file(date), documentOf(370 + index, states[index] as string)] as const)
    const folder = folderWith({ 'tagwall.yaml': POLICY, ...Object.fromEntries(files) })
    for (const [name] of files) {
      const { code } = await tagwall(folder, ['update', '--from', name, '--accept', 'shrink', '--report', 'report'])
      expect(code).toBe(0)
    }
    const { out } = await tagwall(folder, ['diff', weeks[0], weeks[2], '--format', 'markdown'])
    await expect(out).toMatchFileSnapshot('expected/skipped-weeks.md')
    const { out: html } = await tagwall(folder, ['diff', weeks[0], weeks[2], '--format', 'html'])
    await expect(html).toMatchFileSnapshot('expected/skipped-weeks.html')
  })

  test('of a document that is refused writes nothing', async () => {
    const folder = folderWith({
      'tagwall.yaml': POLICY,
      [file('2025-11-03')]: documentOf(374, BASE),
      [file('2025-11-10')]: documentOf(376, BASE.replace('20.1.0.0/24 ', '')),
    })
    await tagwall(folder, ['update', '--from', file('2025-11-03')])
    const before = contentsOf(folder)
    const refused = await tagwall(folder, ['update', '--from', file('2025-11-10'), '--report', 'report'])
    expect(refused.code).toBe(2)
    const flags = '--report r --dry-run --accept shrink'.split(' ')
    const dry = await tagwall(folder, ['update', '--from', file('2025-11-10'), ...flags])
    expect(dry.code).toBe(0)
    expect(contentsOf(folder)).toEqual(before)
  })

  test.for(['title.txt', 'body.md', 'report.html', 'files.txt'])(
    'refuses a folder with a %s by somebody else',
    async (name) => {
      const folder = folderWith({
        'tagwall.yaml': POLICY,
        [file('2025-11-03')]: documentOf(374, BASE),
        [`report/${name}`]: 'mine\n',
      })
      const before = contentsOf(folder)
      for (const more of [[], ['--dry-run']])
        expect(
          await tagwall(folder, ['update', '--from', file('2025-11-03'), '--report', 'report', ...more]),
        ).toMatchObject({
          code: 2,
          out: '',
          err: `tagwall: --report report: ${name} exists and is not part of a report of tagwall: choose another folder, or move the file away; nothing was written\n`,
        })
      expect(contentsOf(folder)).toEqual(before)
    },
  )

  test('refuses a folder with files of a target', async () => {
    const folder = folderWith({
      'tagwall.yaml': POLICY.replace('rules/plain.txt', 'report/title.txt'),
      [file('2025-11-03')]: documentOf(374, BASE),
    })
    const { code, err } = await tagwall(folder, ['update', '--from', file('2025-11-03'), '--report', 'report'])
    expect(code).toBe(2)
    expect(err).toMatch(/^tagwall: nothing was written: target "plain" and the report both write .*title\.txt/)
  })
})
