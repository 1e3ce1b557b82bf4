import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'

// The pages of vendors have one outline, so a reader of one finds everything in another.

const OUTLINE = [
  'Load',
  'What it writes',
  'Options',
  'Delta and rollback',
  'What a full load leaves',
  'Audit',
  'Unverified',
  'All options and limits',
]

const VENDORS = readdirSync(SHIPPED.vendors, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
  .map(({ name }) => name)

const pageOf = (vendor: string) => readFileSync(join(SHIPPED.vendors, vendor, 'README.md'), 'utf8')
const withoutBlocks = (text: string) => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')

test.for(VENDORS)('%s has the outline', (vendor) => {
  const headings = [...withoutBlocks(pageOf(vendor)).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(OUTLINE)
})

// test/docs.long.test.ts compares the output with that of the command, which has every option and limit of the manifest.
test.for(VENDORS)('%s shows each option and limit, as the command prints them', (vendor) => {
  expect(pageOf(vendor)).toContain(`\n## All options and limits\n`)
  expect(pageOf(vendor).split('\n## All options and limits\n')[1]).toContain(`$ tagwall list vendors ${vendor}\n`)
})

test.for(VENDORS)('%s has short cells', (vendor) => {
  const rows = withoutBlocks(pageOf(vendor)).match(/^\|.*\|$/gm) ?? []
  const cells = rows.flatMap((row) =>
    row
      .replaceAll(/\]\([^)]*\)/g, ']')
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  )
  expect(cells.filter((cell) => cell.length > 120)).toEqual([])
})

test.for(VENDORS)('%s cites headings that its page has', (vendor) => {
  const manifest = readFileSync(join(SHIPPED.vendors, vendor, 'vendor.json'), 'utf8')
  const cited = Array.from(manifest.matchAll(/"vendors\/([\w-]+)\/README\.md, ([^"]+)"/g), ([, of = '', heading]) => [
    of,
    heading,
  ])
  const headings = (of: string) => [...pageOf(of).matchAll(/^##+ (.*)$/gm)].map(([, heading]) => heading)
  expect(cited.filter(([of = '', heading]) => !headings(of).includes(heading))).toEqual([])
})
