import { expect, test } from 'vitest'
import type { Io } from '../../src/io.ts'
import { run } from '../../src/run.ts'
import { folderWith } from './harness.ts'

// What the program answers to a shell; help-in-shells.long.test.ts asks in real ones.

const SHOPS = `rules: [{ name: Login, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 1 }]
sites: [{ name: berlin }, { name: paris }]
targets: [{ name: edge, vendor: list, out: "rules/{site}/edge" }]
`

test.for<[words: string[], offers: string[]]>([
  [['up'], ['update']],
  [['--ver'], ['--version']],
  [['emit', 'che'], ['checkpoint']],
  [['emit', 'list', '--fam'], ['--family']],
  [
    ['emit', 'list', '--family', ''],
    ['ipv4', 'ipv6'],
  ],
  [['emit', 'list', '--set', ''], ['form=']],
  [['list', 'vendors', 'che'], ['checkpoint']],
  [['list', 'nothing', ''], []],
  [['build', '--policy', 'shops.yaml', 'edge@p'], ['edge@paris']],
  [['build', '--policy', 'nowhere.yaml', ''], []],
  [['explain', '--policy', 'shops.yaml', 'Log'], ['Login']],
  [
    ['build', '--policy', 'arc-s'],
    ['arc-servers', 'arc-servers-public', ':files'],
  ],
  [['fetch', '--subscription', ''], []],
])('%j', async ([words, offers]) => {
  let text = ''
  const out = (part: string | Uint8Array) => {
    text += part
  }
  const io = { cwd: folderWith({ 'shops.yaml': SHOPS }), env: {}, out, err: out, now: () => new Date(0) }
  expect(await run(['__complete', ...words], io as unknown as Io)).toBe(0)
  expect(
    text
      .split('\n')
      .map((line) => line.split('\t')[0])
      .filter(Boolean),
  ).toEqual(offers)
})
