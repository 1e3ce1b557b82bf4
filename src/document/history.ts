import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import { isAsked, reduced, selectorsOf } from '../model/asked.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta, TagDelta } from '../model/delta.ts'
import { memo } from '../model/memo.ts'
import type { Policy } from '../model/policy.ts'
import { select } from '../model/selector.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { SHIPPED } from '../paths.ts'
import { diff } from './diff.ts'
import { baseline, longBaseline } from './guards/baseline.ts'
import { listSnapshots, readShipped, readSnapshot, type SnapshotFile } from './snapshot/snapshot.ts'

/** The snapshots that commands read, and the directory for new ones. */
export interface History {
  /** Oldest first. */
  readonly files: readonly SnapshotFile[]
  /** The directory for new snapshots. */
  readonly directory: string
  /** Reads one of the files, cached. Throws `UserError` if it is damaged. */
  read(file: SnapshotFile): TagDocument
  /** The files are the shipped ones, because the directory has none of this cloud. */
  readonly isShipped: boolean
  /** True if the user named the directory, so the shipped snapshots do not count. */
  readonly isGiven: boolean
}

export function openHistory({ snapshots }: { readonly snapshots?: string }, cloud: Cloud, io: Io): History {
  const directory = resolve(io.cwd, snapshots ?? 'snapshots')
  const own = listSnapshots(directory, cloud)
  const isGiven = snapshots !== undefined
  const isShipped = own.length === 0 && !isGiven
  const files = isShipped ? listSnapshots(SHIPPED.snapshots, cloud) : own
  const readOnce = isShipped ? readShipped : memo(readSnapshot)
  return { files, directory, read: ({ path }) => readOnce(path, cloud), isShipped, isGiven }
}

// Several policies may share a folder. The functions below show what one policy sees there.

/** A snapshot and its path. */
export interface Stored {
  readonly path: string
  readonly document: TagDocument
}

/** The snapshot for the rules of a policy: the newest one that knows all its tags. Undefined if none does. */
export function newestFor(policy: Policy, history: History, files = history.files): Stored | undefined {
  const selectors = selectorsOf(policy)
  const file = files.toReversed().find((file) => knowsAll(history.read(file), selectors))
  return file && { path: file.path, document: history.read(file) }
}

/** The baseline of a document, for guards, diffs, deltas and reports. `files` default to those of the history. */
export function baselineOf(
  document: TagDocument,
  policy: Policy,
  history: History,
  files = history.files,
): TagDocument | undefined {
  return baseline(document, newestFirst(history, files), selectorsOf(policy))
}

/** The baseline of a quarter before a document, for losses that add up. Shipped snapshots are none: they are not loaded anywhere. */
export function longBaselineOf(
  document: TagDocument,
  policy: Policy,
  history: History,
  files: readonly SnapshotFile[],
): TagDocument | undefined {
  return history.isShipped ? undefined : longBaseline(document, [...newestFirst(history, files)], selectorsOf(policy))
}

/** The changes in the tags of a policy. */
export function deltaFor(policy: Policy, before: TagDocument, after: TagDocument): Delta {
  const selectors = selectorsOf(policy)
  const delta = diff(reduced(before, selectors), reduced(after, selectors))
  return { ...delta, tags: delta.tags.map((change) => withExceptions(change, policy)) }
}

function withExceptions(change: TagDelta, { rules }: Policy): TagDelta {
  const leftOutBy = rules
    .filter(({ except }) => except.tags.some((selector) => select([change.tag], selector).length > 0))
    .map(({ name }) => name)
  return leftOutBy.length > 0 ? { ...change, leftOutBy } : change
}

/** True if a snapshot was made for all `selectors`. */
export const knowsAll = (document: TagDocument, selectors: readonly string[]) =>
  selectors.every((selector) => isAsked(document, selector))

/** The snapshots of a history, newest first, each read on demand. */
export function* newestFirst(history: History, files = history.files): Generator<TagDocument> {
  for (const file of files.toReversed()) yield history.read(file)
}
