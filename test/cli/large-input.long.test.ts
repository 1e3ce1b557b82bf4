import { closeSync, openSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { established, FILES, isLinux, tagwall } from './built.ts'
import { folderWith } from './harness.ts'

describe('input that is too large', () => {
  const TOO_MUCH = 'is larger than 64 MB, the most that tagwall reads\n'

  test('a file of 64 MB and a byte', () => {
    const folder = folderWith(FILES)
    closeSync(openSync(join(folder, 'large'), 'w'))
    truncateSync(join(folder, 'large'), 64 * 1024 * 1024 + 1)
    for (const argv of ['update --from large', 'audit plain large', 'aggregate large', 'lookup 1.2.3.4 --from large'])
      expect({ argv, ...tagwall(folder, argv) }).toMatchObject({ status: 2, stderr: `tagwall: large ${TOO_MUCH}` })
  })

  test.runIf(isLinux)('an input that says no size', async () => {
    const folder = await established()
    const pipe = '<(head -c 70000000 /dev/zero)'
    for (const argv of ['update --from -', 'audit plain -', 'aggregate', 'lookup 1.2.3.4 --from -'])
      expect({ argv, ...tagwall(folder, argv, { to: `< ${pipe}` }) }).toMatchObject({
        status: 2,
        stderr: `tagwall: standard input ${TOO_MUCH}`,
      })
    const { status, stderr } = tagwall(folder, `aggregate ${pipe}`)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^tagwall: \/dev\/fd\/\d+ /) })
    expect(stderr).toContain(TOO_MUCH)
  })
})

describe('a document with more prefixes than a call has arguments', () => {
  const many = Array.from({ length: 150_000 }, (_, index) => {
    return [20 + (index >> 16), (index >> 8) & 255, index & 255, 1].join('.')
  })
  const documentOf = (addressPrefixes: readonly unknown[]) =>
    JSON.stringify({ changeNumber: 1, cloud: 'Public', values: [{ name: 'A', properties: { addressPrefixes } }] })
  const rule = { name: 'Web', direction: 'outbound', ports: [443], priority: 100 }
  const target = { name: 'plain', vendor: 'list', out: 'plain.txt', widen: { maxPrefixes: { ipv6: 1 } } }
  const files = {
    'tagwall.yaml': JSON.stringify({ rules: [{ ...rule, tags: ['A'] }] }),
    'own.yaml': JSON.stringify({ rules: [{ ...rule, prefixes: many }], targets: [target] }),
    'one.json': documentOf(['20.0.0.1/32']),
    'many.json': documentOf(many.map((address) => `${address}/32`)),
    'bad.json': documentOf(many.map((address) => `${address}/31`)),
    'types.json': documentOf(many.map(() => 5)),
  }

  test.for([
    ['lookup 0.0.0.0/0 --from many.json', 0, /^$/],
    ['diff one.json many.json --all', 0, /^$/],
    ['diff one.json many.json --format markdown', 0, /^$/],
    ['diff one.json bad.json', 2, /^tagwall: bad\.json: tags that the policy uses are invalid:\n/],
    ['lookup 20.0.0.1 --from types.json', 1, /^warning: skipped: .*values\[0\]/],
    ['diff types.json types.json --all-tags', 0, /^warning: skipped: .*values\[0\]/],
    ['build --policy own.yaml --snapshot one.json', 0, /^$/],
  ] as const)('%s', { timeout: 60_000 }, ([argv, want, pattern]) => {
    const folder = folderWith(files)
    const { status } = tagwall(folder, argv, { to: '> out 2> err' })
    const err = readFileSync(join(folder, 'err'), 'utf8').slice(0, 300)
    expect({ status, err }).toEqual({ status: want, err: expect.stringMatching(pattern) })
  })
})
