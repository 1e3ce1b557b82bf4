import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// The files that a vendor of a user's own makes: their names, their parts, and what one object or request may hold.

const OCTOBER = 'ServiceTags_Public_20251006.json'
const NOVEMBER = 'ServiceTags_Public_20251110.json'
const NEWER = DOCUMENT.replace('"52.60.113.64/27"', '"52.60.113.96/27"')
const POLICY = `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
guards: { maxShrink: 100% }
targets:
  - { name: edge, vendor: cloud, out: rules/edge.tf }
`
const sourced = (max: number) => ({ max, source: 'the manual', hint: 'Use fewer tags' })

/** A folder with such a vendor, which prints each prefix on a line of its own, through a partial that ends in a new line. */
const workplace = (manifest: object) =>
  folderWith({
    'tagwall.yaml': POLICY,
    [OCTOBER]: DOCUMENT,
    [NOVEMBER]: NEWER,
    'mine/cloud/vendor.json': JSON.stringify({ title: 'A cloud', ...manifest }),
    'mine/cloud/all.hbs': '{{#each prefixes}}\nentry {\n  {{> quoted}};\n}\n{{/each}}\n',
    'mine/cloud/_quoted.hbs': '"{{cidr}}"\n',
    'mine/cloud/delta.hbs': '{{#each changed.cover}}\nadd {{> quoted}}\n{{/each}}\n',
  })
const run = (folder: string, ...argv: string[]) => tagwall(folder, [...argv, '--vendors', 'mine'])
const rulesIn = (folder: string) => Object.keys(contentsOf(join(folder, 'rules')))
const read = (folder: string, name: string) => readFileSync(join(folder, 'rules', name), 'utf8')
const ALL = { part: 'all', template: 'all.hbs', entry: '^entry ', object: '^entry ' }

test('a delta has a suffix and an extension of its own, and an old one is removed by these', async () => {
  const delta = { part: 'delta', template: 'delta.hbs', suffix: '.add', extension: '.sh' }
  const folder = workplace({
    recognise: ['^(?:entry|add) '],
    items: [{ each: 'cover', make: '{{cidr}}' }],
    artefacts: [ALL],
    deltas: [delta],
  })
  await run(folder, 'update', '--from', OCTOBER)
  const { code, out } = await run(folder, 'update', '--from', NOVEMBER)
  expect({ code, names: rulesIn(folder) }).toEqual({
    code: 0,
    names: ['edge.change.md', 'edge.delta.add.sh', 'edge.rollback.add.sh', 'edge.tf'],
  })
  expect(out).toContain('rules/edge.delta.add.sh')
  expect(read(folder, 'edge.delta.add.sh')).toBe('add "52.60.113.96/27"\n')
  // No delta starts from a file that somebody edited.
  writeFileSync(join(folder, 'rules/edge.tf'), read(folder, 'edge.tf').replace('52.60.113.96/27', '52.60.113.96/28'))
  const built = await run(folder, 'build', '--snapshot', NOVEMBER)
  expect(built.out).toContain('removed rules/edge.delta.add.sh, left by an earlier run')
  expect(rulesIn(folder)).toEqual(['edge.change.md', 'edge.tf'])
})

test('a partial that stands within a line does not end it', async () => {
  const folder = workplace({ artefacts: [ALL] })
  await run(folder, 'build', '--snapshot', OCTOBER)
  expect(read(folder, 'edge.tf').split('\n').slice(0, 3)).toEqual(['entry {', '  "20.151.100.0/30";', '}'])
})

test('a file with more entries than a request takes is made in parts, each of which a request takes', async () => {
  const artefacts = [{ ...ALL, parts: true }]
  const folder = workplace({ artefacts, limits: { requestEntries: sourced(2) } })
  expect(await run(folder, 'build', '--snapshot', OCTOBER)).toMatchObject({ code: 0 })
  const names = rulesIn(folder)
  const counts = names.map((name) => read(folder, name).split('entry').length - 1)
  expect(names.slice(0, 2)).toEqual(['edge-01.tf', 'edge-02.tf'])
  expect(Math.max(...counts)).toBe(2)
  const whole = workplace({ artefacts, limits: { requestEntries: sourced(100) } })
  await run(whole, 'build', '--snapshot', OCTOBER)
  expect(names.map((name) => read(folder, name)).join('')).toBe(read(whole, 'edge.tf'))
})

test.for<[name: string, what: string, limit: object]>([
  ['requestEntries', 'entries in one request', { requestEntries: sourced(1) }],
  ['objectBytes', 'bytes in one object', { objectBytes: sourced(20) }],
])('a file over the limit %s is refused with the limit, its source and a way out', async ([, what, limits]) => {
  const { code, err } = await run(workplace({ artefacts: [ALL], limits }), 'build', '--snapshot', OCTOBER)
  expect(code).toBe(2)
  expect(err).toMatch(new RegExp(`target "edge" needs [\\d,]+ ${what}.*\\(the manual\\)\\. Use fewer tags`))
})
