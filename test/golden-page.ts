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
 * Compares what comes of each text of a page of `expected/` with what stands below it, indented. A text is one line, with `⏎` between its own lines;
 * lines before it that begin with `# ` say what it is. A new text is a new line of the page, and `npm run golden`.
 */
export async function expectEach(
  file: string,
  outcomeOf: (text: string) => string | readonly string[] | Promise<string>,
): Promise<void> {
  const page = readFileSync(join(dirname(expect.getState().testPath ?? ''), 'expected', file), 'utf8')
  const lines: string[] = []
  for (const line of page.split('\n').filter((line) => /^\S/.test(line))) {
    if (line.startsWith('# ')) lines.push(`${line}\n`)
    else lines.push(`${line}\n`, ...[await outcomeOf(line.replaceAll('⏎', '\n'))].flat().map(indented), '\n')
  }
  await expect(lines.join('').trimEnd().concat('\n')).toMatchFileSnapshot(`expected/${file}`)
}

const indented = (text: string) =>
  text
    .trimEnd()
    .replaceAll(/^.*$/gm, (line) => `  ${line}`.trimEnd())
    .concat('\n')
