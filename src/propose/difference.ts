import { type IsRecord, identityOf } from './credentials.ts'
import { output, type Shell } from './shell.ts'

/** A change between two trees or commits. */
export interface Difference {
  /** The changed paths with their new content, one per line; empty if nothing changed. */
  readonly change: string
  /** The same for the same change of another date, which has other names of snapshots, and other dates in its files. */
  readonly identity: string
}

/** The difference of two trees. `isRecord` is as in `identityOf`. */
export function changeBetween(shell: Shell, before: string, after: string, isRecord: IsRecord): Difference {
  // Paths as in every other checkout, whatever is configured: the commit holds a hash of this text.
  const argv = ['-c', 'core.quotePath=true', 'diff-tree', '-r', '--no-renames', '--raw', '--no-abbrev', before, after]
  const lines = output(shell, 'git', argv).split('\n').filter(Boolean)
  // Only mode, content and path of the new state, because the old state depends on the base.
  const change = lines.map((line) => line.replace(/^:\d+ (\d+) \S+ (\S+)/, '$1 $2')).join('\n')
  return { change, identity: identityOf(lines, (names) => blobsOf(shell, names), isRecord) || change }
}

/** The content of blobs, by name. */
function blobsOf(shell: Shell, names: readonly string[]): ReadonlyMap<string, string> {
  // One process for all of them: a change may have thousands of files. Bytes as characters, because git counts bytes.
  const text = output(shell, 'git', ['cat-file', '--batch'], { input: `${names.join('\n')}\n`, encoding: 'latin1' })
  const blobs = new Map<string, string>()
  let at = 0
  for (const name of names) {
    const end = text.indexOf('\n', at)
    const size = Number(/ blob (\d+)$/.exec(text.slice(at, end))?.[1] ?? 0)
    blobs.set(name, text.slice(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  return blobs
}
