import { isLockName } from '../store/territory.ts'
import { linesText } from '../text/lines.ts'
import { byCodeUnit } from '../text/numbers.ts'

/** The files of a change, relative to the working directory, with slashes. */
export interface ListedFiles {
  /** Those that are in place after the change. */
  readonly present: readonly string[]
  readonly removed: readonly string[]
}

/** Ends the line of a removed file. */
const REMOVED = '\tremoved'

/** The text of `files.txt` in a report: one path per line, sorted, and a mark behind each removed file. */
export function formatListed({ present, removed }: ListedFiles): string {
  const gone = new Set(removed)
  const left = [...new Set(present)].filter((path) => !gone.has(path))
  const lines = [...left, ...Array.from(gone, (path) => `${path}${REMOVED}`)].sort(byCodeUnit)
  return linesText(lines)
}

/** The lock of the report's policy, which lies in the working directory; undefined before its first run is written. */
export const ownLock = (paths: readonly string[]): string | undefined =>
  paths.find((path) => isLockName(path) && !path.includes('/'))

/** `a` and `a/b`, above `a/b/c`. */
export const foldersAbove = (path: string): string[] =>
  [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))

export function parseListed(text: string): ListedFiles {
  const lines = text.split('\n').filter(Boolean)
  return {
    present: lines.filter((line) => !line.endsWith(REMOVED)),
    removed: lines.filter((line) => line.endsWith(REMOVED)).map((line) => line.slice(0, -REMOVED.length)),
  }
}
