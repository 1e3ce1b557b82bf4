import { resolve } from 'node:path'
import { diff } from '../compile/delta/diff.ts'
import { baseline } from '../compile/guards/baseline.ts'
import type { Io } from '../io.ts'
import { isAsked, isSameFor, reduced, selectorsOf } from '../model/asked.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Delta } from '../model/delta.ts'
import type { Policy } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { SHIPPED } from '../paths.ts'
import { listSnapshots, readSnapshot, type SnapshotFile } from '../source/snapshot/snapshot.ts'

/** The snapshots that commands read, and the directory that they write to. */
export interface History {
  /** Oldest first. */
  readonly files: readonly SnapshotFile[]
  /** Where a new snapshot goes. */
  readonly directory: string
  /** Reads one of the files, once. Throws `UserError` when it is damaged. */
  read(file: SnapshotFile): TagDocument
  /** The files are the ones that came with the program, because the directory has none of this cloud. */
  readonly isShipped: boolean
}

export function openHistory({ snapshots }: { readonly snapshots?: string }, cloud: Cloud, io: Io): History {
  const directory = resolve(io.cwd, snapshots ?? 'snapshots')
  const own = listSnapshots(directory, cloud)
  const documents = new Map<string, TagDocument>()
  const read = ({ path }: SnapshotFile) => {
    const document = documents.get(path) ?? readSnapshot(path, cloud)
    documents.set(path, document)
    return document
  }
  if (own.length > 0 || snapshots !== undefined) return { files: own, directory, read, isShipped: false }
  return { files: listSnapshots(SHIPPED.snapshots, cloud), directory, read, isShipped: true }
}

// Several policies may keep their snapshots in one folder. What follows says what one of them sees there.

/** A snapshot, and where it is kept. */
export interface Stored {
  readonly path: string
  readonly document: TagDocument
}

/**
 * What the rules of a policy are made of: the newest snapshot that knows all its tags; of several in a row that say the same of
 * them, the oldest, so that a week that changed nothing changes no file. Undefined where no snapshot knows them all.
 */
export function stateOf(policy: Policy, history: History, files = history.files): Stored | undefined {
  const selectors = selectorsOf(policy)
  let state: Stored | undefined
  for (const file of files.toReversed()) {
    const document = history.read(file)
    if (state && !agrees(document, state.document, selectors)) break
    // Between them may lie snapshots of other policies, which do not know all tags of this one.
    if (knowsAll(document, selectors)) state = { path: file.path, document }
    // What came with the program was loaded nowhere, so its newest is as good as any.
    if (state && history.isShipped) break
  }
  return state
}

/** What a document is compared with, in guards, diffs, deltas and reports. `files` are those of the history, unless others are given. */
export function baselineOf(
  document: TagDocument,
  policy: Policy,
  history: History,
  files = history.files,
): TagDocument | undefined {
  return baseline(document, newestFirst(history, files), selectorsOf(policy))
}

/** What changed of the tags of a policy. */
export function deltaFor(policy: Policy, before: TagDocument, after: TagDocument): Delta {
  const selectors = selectorsOf(policy)
  return diff(reduced(before, selectors), reduced(after, selectors))
}

/** Whether a snapshot knows every tag of `selectors`, or that there was none. */
export const knowsAll = (document: TagDocument, selectors: readonly string[]) =>
  selectors.every((selector) => isAsked(document, selector))

/** Whether two snapshots say the same of what both know. */
function agrees(a: TagDocument, b: TagDocument, selectors: readonly string[]): boolean {
  const shared = selectors.filter((selector) => isAsked(a, selector) && isAsked(b, selector))
  return isSameFor(shared, a, b)
}

/** The snapshots of a history, newest first, each read when it is wanted. */
export function* newestFirst(history: History, files = history.files): Generator<TagDocument> {
  for (const file of files.toReversed()) yield history.read(file)
}
