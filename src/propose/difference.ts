import { isSnapshot } from '../document/snapshot/snapshot-file.ts'
import { isLock } from '../policy/lock/lock-file.ts'
import { isLockName } from '../store/territory.ts'
import { git, type Shell } from './shell.ts'

/** A change between two trees or commits. */
export interface Difference {
  /** The changed paths with their new content, one per line; empty if nothing changed. */
  readonly change: string
  /** The same for the same change of another date, which has other names of snapshots, and other dates in its files. */
  readonly identity: string
}

/** The difference of two trees. */
export function changeBetween(shell: Shell, before: string, after: string): Difference {
  // With -z paths are in no quotes, whatever is configured: the commit holds a hash of this text.
  const argv = ['diff-tree', '-r', '-z', '--no-renames', '--raw', '--no-abbrev', before, after]
  // Facts and path of each file in turn.
  const parts = git(shell, argv).split('\0')
  const files = parts.flatMap((path, at) => (at % 2 === 1 ? [changedFile(parts[at - 1] as string, path)] : []))
  // Only mode, content and path of the new state, because the old state depends on the base.
  const change = files.map(({ mode, after, status, path }) => `${mode} ${after} ${status}\t${path}`).join('\n')
  return { change, identity: identityOf(shell, files) || change }
}

/** A file of a change, with its blobs by their names. */
type ChangedFile = ReturnType<typeof changedFile>

/** Reads the facts of git, such as `:100644 100644 OLD NEW M`. */
function changedFile(facts: string, path: string) {
  const [, mode, before = '', after = '', status] = facts.split(' ')
  return { mode, before, after, status, path }
}

/** The content of blobs, by name. */
function blobsOf(shell: Shell, names: readonly string[]): ReadonlyMap<string, string> {
  // One process for all of them: a change may have thousands of files. Bytes as characters, because git counts bytes.
  const text = git(shell, ['cat-file', '--batch'], { input: `${names.join('\n')}\n`, encoding: 'latin1' })
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

/** True if a file records what rules are made of: a snapshot or a lock. Its text differs with each document. */
const isRecord = (path: string, text: string): boolean => isSnapshot(text) || (isLockName(path) && isLock(text))

const NO_BLOB = /^0+$/

/** The same text for the same change on another day: each changed file before and after, without dates. Empty if only records change. */
function identityOf(shell: Shell, files: readonly ChangedFile[]): string {
  const names = files.flatMap(({ before, after }) => [before, after]).filter((name) => !NO_BLOB.test(name))
  const blobs = blobsOf(shell, [...new Set(names)])
  const textOf = (name: string) => blobs.get(name) ?? ''
  return files
    .filter(({ before, after, path }) => !isRecord(path, textOf(NO_BLOB.test(after) ? before : after)))
    .map(({ before, after, path }) => JSON.stringify([undated(path), undated(textOf(before)), undated(textOf(after))]))
    .join('\n')
}

/** A text without dates, change numbers, and hashes of texts that have some. */
const undated = (text: string): string =>
  text
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, 'DATE')
    .replaceAll(/(change ?number"?:? )\d+/gi, '$1NUMBER')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')
