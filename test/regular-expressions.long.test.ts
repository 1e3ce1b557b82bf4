import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { check } from 'recheck'
import ts from 'typescript-api'
import { expect, test } from 'vitest'
import { SHIPPED } from '../src/paths.ts'
import { listVendors } from '../src/vendor/vendor.ts'
import { ROOT } from './fixtures.ts'
import { THOROUGH } from './thorough.ts'

// A regular expression that backtracks is a way to stop the program: every one must run in linear time, by the word of recheck.

/** Not linear, but what they read is short. */
const BOUNDED: Readonly<Record<string, string>> = {
  '/\\B(?=(\\d{3})+$)/g': 'the digits of one number',
  '/^(?:(?!set |delete ).*\\n){0,20}?\\s*<(?:\\?xml|!--|config|response)\\b/':
    'tries at most twenty lines, so at most twenty times the length',
  '/<title[^>]{0,200}>([^<]{0,300})/i': 'tries at most 500 characters from each place, of an answer of bounded size',
  '/, site "\\{site\\}" \\([^)]*\\)/g': 'positions that tagwall made itself, of the length of a path',
}

interface Found {
  readonly source: string
  readonly flags: string
  readonly at: string
}

const SOURCES = ['src', 'vendors', 'build']

function literals(): Found[] {
  const files = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mjs|cjs)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  return files.flatMap((path) => {
    const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
    const found: Found[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/')
        const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
        found.push({
          source: node.text.slice(1, end),
          flags: node.text.slice(end + 1),
          at: `${relative(ROOT, path)}:${line}`,
        })
      }
      ts.forEachChild(node, visit)
    }
    visit(file)
    return found
  })
}

/** The patterns of manifests, with the flags that the program gives them. */
function patterns(): Found[] {
  return [...listVendors([SHIPPED.vendors])].flatMap(([name, folder]) => {
    const at = `vendors/${name}/vendor.json`
    const manifest = JSON.parse(readFileSync(join(folder, 'vendor.json'), 'utf8'))
    const found: Found[] = (manifest.recognise ?? []).map((source: string) => ({ source, flags: 'mu', at }))
    JSON.stringify(manifest, (key, value) => {
      if (key === 'pattern') found.push({ source: value, flags: 'u', at })
      // A partial of one line may have such a name.
      if ((key === 'object' || key === 'entry') && typeof value === 'string' && !value.includes('{{'))
        found.push({ source: value, flags: 'gmu', at })
      return value
    })
    return found
  })
}

/**
 * What recheck has found safe, one a line: its word on an expression never changes, so only others are asked about. The weekly
 * run asks about all, and compares the file: TAGWALL_THOROUGH=1 npx vitest run test/regular-expressions.long.test.ts --update
 */
const SAFE = join(import.meta.dirname, 'expected/linear-expressions.txt')

test('every regular expression takes linear time', { timeout: 300_000 }, async () => {
  const all = [...literals(), ...patterns()]
  expect(all.length).toBeGreaterThan(150)
  const unique = new Map(all.map((found) => [`/${found.source}/${found.flags}`, found]))
  const known = new Set(THOROUGH ? [] : readFileSync(SAFE, 'utf8').split('\n'))
  const slow: string[] = []
  for (const [text, { source, flags, at }] of unique) {
    if (text in BOUNDED || known.has(text)) continue
    const result = await check(source, flags, { timeout: 60_000, randomSeed: 1 })
    if (result.status !== 'safe') slow.push(`${at} ${text}: ${result.status}`)
  }
  expect(slow).toEqual([])
  const safe = [...unique.keys()].filter((text) => !(text in BOUNDED)).sort()
  if (THOROUGH) await expect(`${safe.join('\n')}\n`).toMatchFileSnapshot(SAFE)
  // A reason for what is no longer there is no reason.
  expect(Object.keys(BOUNDED).filter((text) => !unique.has(text))).toEqual([])
})
