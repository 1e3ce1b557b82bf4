import type { Place, ReadFile, Reading } from '../model/reading.ts'
import { countLines } from '../text/lines.ts'

/** A problem of a reading, and its path there. */
export interface ReadingIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * Checks that a reading names only these files, and lines that they have. A delta may make a list that no file was named after.
 */
export function placesCheck(
  files: readonly ReadFile[],
  makesLists: boolean,
): (reading: Reading) => ReadingIssue | undefined {
  const lines = new Map<string, number>()
  for (const { part, text } of files) lines.set(part, Math.max(lines.get(part) ?? 1, countLines(text) + 1))
  const parts = [...lines.keys()].map((part) => JSON.stringify(part)).join(', ')
  const unknown = `expected one of the files that were given: ${parts}`
  return (reading) => {
    for (const [path, { part, line }] of placesIn(reading)) {
      if (!lines.has(part)) return { path: [...path, 'part'], message: unknown }
      if (line > (lines.get(part) ?? 0)) return { path: [...path, 'line'], message: 'expected a line of that file' }
    }
    for (const [index, { part }] of reading.lists.entries()) {
      const path = ['lists', index, 'part']
      if (makesLists && part === '') return { path, message: 'expected a text with at least one character' }
      if (!makesLists && !lines.has(part)) return { path, message: unknown }
    }
    return undefined
  }
}

function* placesIn({ rules, notes }: Reading): Generator<[path: PropertyKey[], place: Place]> {
  for (const [index, { place, members = [] }] of rules.entries()) {
    yield [['rules', index, 'place'], place]
    for (const [at, member] of members.entries()) yield [['rules', index, 'members', at, 'place'], member.place]
  }
  for (const [index, { place }] of notes.entries()) yield [['notes', index, 'place'], place]
}
