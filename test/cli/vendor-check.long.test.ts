import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { folderWith, tagwall } from './harness.ts'
import { smallVendor } from './small-vendor.ts'

// Everything that `vendor check` tries by default.

const withoutReadme = Object.fromEntries(Object.entries(smallVendor()).map(([name, text]) => [`small/${name}`, text]))
const small: Record<string, string> = { ...withoutReadme, 'small/README.md': '# Small\n' }

/** What vendors/README.md shows of the check. */
const [passing = '', failing = ''] = [
  /^\$ tagwall vendor check my-vendors\/small\n([\s\S]*?)^```$/m,
  /^Where the reader does not look at the action[^\n]*\n\n```\n([\s\S]*?)^```$/m,
].map((block) => block.exec(readFileSync(join(ROOT, 'vendors/README.md'), 'utf8'))?.[1] ?? '')

test('the vendor of vendors/README.md passes, with the output that is shown there', async () => {
  const { code, out, err } = await tagwall(folderWith(small), ['vendor', 'check', 'small'])
  expect({ err, out, code }).toEqual({ err: '', out: passing, code: 0 })
})

test('and finds what vendors/README.md says where its reader does not look at the action', async () => {
  const careless = small['small/reader.js']?.replace(
    'action, protocol, ports, set }',
    "action: 'allow', protocol, ports, set }",
  )
  expect(careless).not.toBe(small['small/reader.js'])
  const { code, out } = await tagwall(folderWith({ ...small, 'small/reader.js': careless ?? '' }), [
    'vendor',
    'check',
    'small',
  ])
  const shown = failing.split('\n').filter((line) => !['', '…'].includes(line))
  expect(code).toBe(1)
  expect(shown.length).toBe(2)
  expect(out.split('\n')).toEqual(expect.arrayContaining(shown))
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
