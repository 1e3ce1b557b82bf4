import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, tagwall } from './harness.ts'
import { smallVendor } from './small-vendor.ts'

// Everything that `vendor check` tries by default.

const withoutReadme = Object.fromEntries(Object.entries(smallVendor()).map(([name, text]) => [`small/${name}`, text]))
const small = { ...withoutReadme, 'small/README.md': '# Small\n' }

test('a vendor that is right has no findings', async () => {
  const folder = folderWith(small)
  const { code, out, err } = await tagwall(folder, ['vendor', 'check', 'small'])
  expect(err).toBe('')
  expect(out).toMatch(/^small: A small firewall\n\nok {2}folder .*\nok {2}files /)
  expect(out).toMatch(/\n\nno findings\n$/)
  expect(code).toBe(0)
})

test('prints every place of every finding as JSON', async () => {
  // Without a reader, nothing is proved and little is tried.
  const { 'small/reader.js': _, 'small/unnoticed.json': __, ...unread } = withoutReadme
  const folder = folderWith(unread)
  const { code, out } = await tagwall(join(folder, 'small'), ['vendor', 'check', '.', '--json'])
  const { vendor, checks } = JSON.parse(out)
  expect(code).toBe(1)
  expect(vendor).toBe('small')
  expect(checks[0].findings).toEqual(
    ['README.md', 'reader.js'].map((file) => ({ text: expect.stringContaining(file), places: [{ options: {} }] })),
  )
})
