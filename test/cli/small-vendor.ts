import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../fixtures.ts'

/** The files of a small vendor that passes every check, as vendors/README.md shows it. */
export function smallVendor(): Record<string, string> {
  const text = readFileSync(join(ROOT, 'vendors/README.md'), 'utf8')
  const files = [...text.matchAll(/^`my-vendors\/small\/([\w.]+)`:\n\n```\w*\n([\s\S]*?)^```$/gm)]
  return Object.fromEntries(files.map(([, name = '', content = '']) => [name, content]))
}
