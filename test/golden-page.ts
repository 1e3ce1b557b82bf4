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

const indented = (text: string) =>
  text
    .trimEnd()
    .replaceAll(/^.*$/gm, (line) => `  ${line}`.trimEnd())
    .concat('\n')
