import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'

/**
 * Compares a table with a page of `expected/`: each row by its name, and what belongs to it below, indented. `npm run golden` writes the page,
 * and its diff is read.
 */
export async function expectPage(
  file: string,
  rows: Iterable<readonly [name: string, ...texts: (string | readonly string[])[]]>,
): Promise<void> {
  const page = [...rows].map(([name, ...texts]) => `${name}\n${texts.flat().map(indented).join('')}`)
  await expect(page.join('\n')).toMatchFileSnapshot(`expected/${file}`)
}

/** Compares what comes of each of some named cases with a page of `expected/`. */
export async function expectOutcomes<Given>(
  file: string,
  cases: Readonly<Record<string, Given>>,
  outcomeOf: (given: Given, name: string) => string | readonly string[],
): Promise<void> {
  await expectPage(
    file,
    Object.entries(cases).map(([name, given]) => [name, outcomeOf(given, name)]),
  )
}

/**
 * Compares what comes of each text of a page of `expected/` with what stands below it, indented. Lines before a text that begin with `# ` say what it
 * is; its further lines begin with `|`. A new text is written on the page, and `npm run golden` adds what comes of it.
 */
export async function expectEach(
  file: string,
  outcomeOf: (text: string) => string | readonly string[] | Promise<string>,
): Promise<void> {
  const page = readFileSync(join(dirname(expect.getState().testPath ?? ''), 'expected', file), 'utf8')
  const blocks: string[] = []
  for (const [block] of page.matchAll(/^\S.*(?:\n\|.*)*\n/gm)) {
    if (block.startsWith('# ')) blocks.push(block)
    else
      blocks.push(
        block,
        ...[await outcomeOf(block.slice(0, -1).replaceAll(/\n\| ?/g, '\n'))].flat().map(indented),
        '\n',
      )
  }
  await expect(blocks.join('').trimEnd().concat('\n')).toMatchFileSnapshot(`expected/${file}`)
}

const indented = (text: string) =>
  text
    .trimEnd()
    .replaceAll(/^.*$/gm, (line) => `  ${line}`.trimEnd())
    .concat('\n')
