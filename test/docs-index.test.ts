import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './fixtures.ts'

const FOLDER = join(ROOT, 'docs')
const INDEX = 'README.md'
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== INDEX)
const textOf = (page: string) => readFileSync(join(FOLDER, page), 'utf8')

/** Pages that are looked up, not read. */
const REFERENCES = ['cli.md', 'json.md', 'policy.md', 'library.md']

test('docs/README.md names every page', () => {
  const named = [...textOf(INDEX).matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page)
  expect([...new Set(named)].sort()).toEqual(PAGES.toSorted())
})

test.for(PAGES)('docs/%s says first whom it serves', (page) => {
  const [, first = ''] = textOf(page).split('\n\n')
  expect(first).toMatch(/^For [^\n]+\.$/)
})

test.for(PAGES.filter((page) => !REFERENCES.includes(page)))('docs/%s has at most 1,200 words', (page) => {
  const words = textOf(page)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .split(/\s+/)
  expect(words.length).toBeLessThanOrEqual(1_200)
})
