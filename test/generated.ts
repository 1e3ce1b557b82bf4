import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from './fixtures.ts'

/** A part of a page that "npm run docs" writes. */
const part = (name: string) =>
  new RegExp(`(?<=<!-- ${name}: "npm run docs" writes [^>]*-->\\n\\n)[\\s\\S]*?(?=\\n<!-- end -->)`)

/** Compares a part of a page with `text`, or writes it. */
export function comparePart(page: string, name: string, text: string): void {
  const path = join(ROOT, page)
  const before = readFileSync(path, 'utf8')
  expect(before, `${page} has a part "${name}"`).toMatch(part(name))
  const after = before.replace(part(name), () => text)
  if (process.env.TAGWALL_UPDATE_DOCS === '1') writeFileSync(path, after)
  else expect(before).toBe(after)
}

/** A table in Markdown, whose first row is the heading. */
export const tableOf = ([heading = [], ...rows]: readonly (readonly string[])[]): string =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
