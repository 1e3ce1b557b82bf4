import type { LimitCount } from '../../finding/finding.ts'
import { countLines } from '../../text/lines.ts'

/** How the lines of a file are counted; only full files have `parts`. */
interface CountedForm {
  readonly object: string | undefined
  readonly entry: string | undefined
  readonly parts?: boolean
}

/** A file, and how its lines are counted. */
export interface CountedFile {
  readonly part: string
  readonly text: string
  readonly artefact: CountedForm
}

/**
 * The bytes of each object in a file: from its first line up to the next object's; text before the first object belongs to it.
 */
export function objectsIn({ part, text, artefact: { object } }: CountedFile): LimitCount[] {
  const starts = object === undefined ? [] : [...text.matchAll(new RegExp(object, 'gmu'))].map(({ index }) => index)
  const lines = linesAt(text, starts)
  return [0, ...starts.slice(1)].map((from, index, all) => ({
    of: starts.length > 0 ? `${part}, line ${lines[index]}` : part,
    count: Buffer.byteLength(text.slice(from, all[index + 1])),
  }))
}

/** The lines of positions that come in order. */
function linesAt(text: string, positions: readonly number[]): number[] {
  let [line, at] = [1, 0]
  return positions.map((position) => {
    line += countLines(text.slice(at, position))
    at = position
    return line
  })
}

/** How many entries a file has; none where its artefact does not say which lines they are. */
export function entriesIn({
  text,
  artefact: { entry },
}: {
  readonly text: string
  readonly artefact: CountedForm
}): number {
  return entry === undefined ? 0 : [...text.matchAll(new RegExp(entry, 'gmu'))].length
}
