import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contentsOf, folderWith, tagwall } from './harness.ts'

const DOCUMENT = 'ServiceTags_Public_20251110.json'
const SNAPSHOT = 'snapshots/public/2025-11-10.json'

async function home(): Promise<string> {
  const folder = folderWith({
    'tagwall.yaml': `rules:
  - { name: Web, tags: [Sql], direction: outbound, protocol: tcp, ports: [443], priority: 100 }
targets:
  - { name: plain, vendor: list, out: rules.txt }
`,
    [DOCUMENT]:
      '{"changeNumber":7,"cloud":"Public","values":[{"name":"Sql","properties":{"addressPrefixes":["20.40.2.0/24"]}}]}',
  })
  expect((await tagwall(folder, ['update', '--from', DOCUMENT])).code).toBe(0)
  return folder
}

const DAMAGES: [what: string, edit: (text: string) => string][] = [
  ['edited', (text) => text.replace('20.40.2.0/24', '20.40.2.0/23')],
  ['truncated', (text) => text.slice(0, -20)],
  ['emptied', () => ''],
  ['merged by halves', (text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> branch\n`],
]

test.for(DAMAGES)('a snapshot that was %s is named by every command, and repaired by fetch', async ([, edit]) => {
  const folder = await home()
  const intact = readFileSync(join(folder, SNAPSHOT), 'utf8')
  writeFileSync(join(folder, SNAPSHOT), edit(intact))
  const before = contentsOf(folder)
  for (const argv of [
    ['build'],
    ['emit', 'plain'],
    ['list', 'snapshots'],
    ['list', 'tags'],
    ['update', '--from', DOCUMENT],
  ]) {
    const { code, out, err } = await tagwall(folder, argv)
    expect([code, out], argv.join(' ')).toEqual([2, ''])
    expect(err).toMatch(/^tagwall: \S*snapshots\/public\/2025-11-10\.json is damaged/)
  }
  expect(contentsOf(folder)).toEqual(before)
  expect(await tagwall(folder, ['fetch', '--from', DOCUMENT])).toEqual({
    code: 0,
    out: `stored as ${SNAPSHOT}, replacing a damaged snapshot; it keeps only the tags of this policy\n`,
    err: '',
  })
  expect(readFileSync(join(folder, SNAPSHOT), 'utf8')).toBe(intact)
})

test('a snapshot of a newer format is not damaged, and fetch does not replace it', async () => {
  const folder = await home()
  const text = readFileSync(join(folder, SNAPSHOT), 'utf8').replace('snapshot-1', 'snapshot-2')
  writeFileSync(join(folder, SNAPSHOT), text)
  expect((await tagwall(folder, ['fetch', '--from', DOCUMENT])).err).toMatch(/another version of tagwall wrote it\n$/)
  expect(readFileSync(join(folder, SNAPSHOT), 'utf8')).toBe(text)
})

test('a snapshot directory that is a link is its owner’s choice', async () => {
  const folder = await home()
  symlinkSync(join(folder, 'snapshots'), join(folder, 'linked'))
  const { code, out } = await tagwall(folder, ['fetch', '--from', DOCUMENT, '--snapshots', 'linked'])
  expect([code, out]).toEqual([0, 'linked/public/2025-11-10.json already has this content: nothing to store\n'])
})

test('a target that is a link is refused, and neither the link nor its file is touched', async () => {
  const folder = await home()
  writeFileSync(join(folder, 'precious'), 'mine')
  symlinkSync(join(folder, 'precious'), join(folder, 'link.txt'))
  const policy = readFileSync(join(folder, 'tagwall.yaml'), 'utf8').replace('rules.txt', 'link.txt')
  writeFileSync(join(folder, 'tagwall.yaml'), policy)
  expect(await tagwall(folder, ['build'])).toEqual({
    code: 2,
    out: '',
    err: `tagwall: nothing was written: target "plain": ${join(folder, 'link.txt')} is a symbolic link; use the path of the file behind the link, or remove the link\n`,
  })
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('mine')
})
