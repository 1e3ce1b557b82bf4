import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

// Prints the words of prose and tables of each page that people read, and their sum. Code blocks, targets of links and marks alone do not count.

const ROOT = dirname(import.meta.dirname)
const pagesIn = (folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(ROOT, folder, name))
const ofVendors = readdirSync(join(ROOT, 'vendors')).map((name) => join(ROOT, 'vendors', name, 'README.md'))
const pages = ['.', 'docs', 'vendors', 'bench', 'build', 'test'].flatMap(pagesIn).concat(ofVendors.filter(existsSync))

function wordsOf(text) {
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/\]\([^)\s]*\)/g, ']')
  return prose.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

const counts = pages.map((page) => [wordsOf(readFileSync(page, 'utf8')), relative(ROOT, page)])
for (const [words, page] of counts) console.log(`${words} ${page}`)
console.log(`${counts.reduce((sum, [words]) => sum + words, 0)} words of prose and tables`)
