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
  let isCode = false
  const prose = text.split('\n').filter((line) => {
    const isFence = line.trim().startsWith('```')
    if (isFence) isCode = !isCode
    return !isCode && !isFence
  })
  const words = prose
    .join('\n')
    .replaceAll(/\]\([^()\]\s]*\)/g, ']')
    .split(/\s+/)
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

const counts = pages.map((page) => [wordsOf(readFileSync(page, 'utf8')), relative(ROOT, page)])
for (const [words, page] of counts) console.log(`${words} ${page}`)
console.log(`${counts.reduce((sum, [words]) => sum + words, 0)} words of prose and tables`)
