import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { folderWith, tagwall } from './harness.ts'
import { replace, smallVendor, vendorWith } from './small-vendor.ts'

// Everything that `vendor check` tries by default.

const small = Object.fromEntries(Object.entries(smallVendor()).map(([name, text]) => [`small/${name}`, text]))

/** What vendors/REFERENCE.md shows of the check. */
const [passing = '', failing = ''] = [
  /^\$ tagwall vendor check my-vendors\/small\n([\s\S]*?)^```$/m,
  /^If the reader ignores the action of a rule[^\n]*\n\n```\n([\s\S]*?)^```$/m,
].map((block) => block.exec(readFileSync(join(ROOT, 'vendors/REFERENCE.md'), 'utf8'))?.[1] ?? '')

test('the vendor that is started passes, with the output of vendors/REFERENCE.md, and its files are proved', async () => {
  const folder = folderWith({
    'tagwall.yaml':
      'rules: [{ name: A, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 1 }]\ntargets: [{ name: edge, vendor: small, out: rules/edge.conf }]\n',
  })
  const run = async (line: string) => {
    const { code, out, err } = await tagwall(folder, line.split(' '))
    expect(code, err).toBe(0)
    return out
  }
  await run('vendor new small --dir my-vendors')
  expect(await run('vendor check my-vendors/small')).toBe(passing)
  expect(await run('build --vendors my-vendors --require-proof')).toContain('proved: 1 rule')
})

test('vendors/README.md shows the files of the vendor that is started', () => {
  const text = readFileSync(join(ROOT, 'vendors/README.md'), 'utf8')
  const shown = [...text.matchAll(/^`my-vendors\/(small\/[\w.]+)`:\n\n```\w*\n([\s\S]*?)^```$/gm)]
  const { 'small/README.md': _, 'small/package.json': __, ...files } = small
  expect(Object.fromEntries(shown.map(([, name, content]) => [name, content]))).toEqual(files)
  expect(text.split('\n').length).toBeLessThanOrEqual(151)
})

test('and finds what vendors/REFERENCE.md says where its reader does not look at the action', async () => {
  const careless = small['small/reader.js']?.replace(
    'place, direction, action, protocol',
    "place, direction, action: 'allow', protocol",
  )
  expect(careless).not.toBe(small['small/reader.js'])
  const { code, out } = await tagwall(folderWith({ ...small, 'small/reader.js': careless ?? '' }), [
    ...['vendor', 'check', 'small'],
    // Deltas take longest, and have nothing to do with it.
    ...['--only', 'edits,hostile'],
  ])
  const shown = failing.split('\n').filter((line) => !['', '…'].includes(line))
  expect(code).toBe(1)
  expect(shown.length).toBe(2)
  expect(out.split('\n')).toEqual(expect.arrayContaining(shown))
})

test('prints every place of every finding as JSON', async () => {
  // Without a reader, nothing is proved and little is tried.
  const { 'small/README.md': _, 'small/reader.js': __, 'small/unnoticed.json': ___, ...unread } = small
  const folder = folderWith(unread)
  const { code, out } = await tagwall(join(folder, 'small'), ['vendor', 'check', '.', '--json'])
  const { vendor, checks } = JSON.parse(out)
  expect(code).toBe(1)
  expect(vendor).toBe('small')
  expect(checks[0].faults).toEqual(
    ['README.md', 'reader.js'].map((file) => ({
      text: expect.stringContaining(file),
      seenIn: [{ settings: {}, policy: null, part: null, line: null }],
    })),
  )
})

test('a reader that names no item has a note', async () => {
  const changes = { 'reader.js': replace('items: () => [', 'items: () => [].slice(0), others: () => [') }
  const { out } = await tagwall(vendorWith(changes), ['vendor', 'check', 'small', '--only', 'reload'])
  expect(out).toContain('  reload: the reader names no item, so nothing tells what an older file leaves\n')
})
