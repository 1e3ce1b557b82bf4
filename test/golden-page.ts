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

/** Compares what comes of each of some texts with a page of `expected/`. */
export async function expectEach(
  file: string,
  texts: readonly string[],
  outcomeOf: (text: string) => string | readonly string[],
): Promise<void> {
  await expectPage(
    file,
    texts.map((text) => [text.replaceAll('\n', '\\n'), outcomeOf(text)]),
  )
}

const indented = (text: string) =>
  text
    .trimEnd()
    .replaceAll(/^.*$/gm, (line) => `  ${line}`.trimEnd())
    .concat('\n')
