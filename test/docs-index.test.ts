import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './fixtures.ts'

const FOLDER = join(ROOT, 'docs')
const INDEX = 'README.md'
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== INDEX)

/** The most words of prose and tables in all pages together. Lower it when pages have become shorter. */
const MOST_WORDS = 39_800

test('docs/README.md names every page', () => {
  const text = readFileSync(join(FOLDER, INDEX), 'utf8')
  const named = [...text.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page)
  expect([...new Set(named)].sort()).toEqual(PAGES.toSorted())
})

test('all pages together are short', () => {
  const printed = execFileSync(process.execPath, [join(ROOT, 'build/words.mjs')], { encoding: 'utf8' })
  const [, sum] = /^(\d+) words of prose and tables$/m.exec(printed) ?? []
  expect(Number(sum)).toBeLessThanOrEqual(MOST_WORDS)
})
