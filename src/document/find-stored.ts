import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Io } from '../io.ts'
import type { Accepted, GuardName } from '../model/guard.ts'
import type { FetchResult } from '../model/result.ts'
import { isSameFor, reduced, selectorsOf, type TagDocument } from '../model/service-tag.ts'
import { type CommonOptions, shownPath } from '../policy/load.ts'
import type { Draft } from '../store/write.ts'
import { parseDocument, type Source } from './document.ts'
import { type History, newestFirst, newestFor, supersededBy } from './history.ts'
import { type DocumentOptions, publishedDocument } from './obtain-document.ts'
import { DamagedSnapshot, isSameContent, parseSnapshot } from './snapshot/snapshot-file.ts'
import { snapshotDraft, snapshotPath, snapshotText } from './snapshot/stored-snapshots.ts'

/** The options of `fetch` and `update`, from the command line. */
export interface FetchOptions extends CommonOptions, DocumentOptions {
  readonly dryRun?: boolean
  readonly exitCode?: boolean
  /** Store the snapshot even if no tag in use changed. */
  readonly record?: boolean
  /** Guards whose findings are accepted in this run. */
  readonly accept?: readonly GuardName[]
}

/** The options of an import: those of the command line, and what the command is for. */
export interface ImportOptions extends FetchOptions {
  /** Replace a damaged snapshot of the same date instead of stopping. */
  readonly repairs?: boolean
  /** True to build rules from the document, so content that another policy stored must pass this policy's guards. */
  readonly builds?: boolean
  /** The document of the files in place, which guards compare with; undefined without a lock. */
  readonly locked?: TagDocument | undefined
}

/** The document of an import, and the snapshots it is stored next to. */
export type PlacedDocument = ReturnType<typeof findStored>

/** Reads the document of an import, and finds the snapshots it is stored next to. */
export function findStored(source: Source, history: History, options: ImportOptions, io: Io) {
  const { policy } = history
  const selectors = selectorsOf(policy)
  const path = snapshotPath(history.directory, { cloud: policy.cloud, published: source.published })
  const replaced = storedSnapshot(path, options.repairs === true, io)
  const own = history.isShipped ? [] : history.files
  const files = own.filter((file) => replaced !== undefined || file.path !== path)
  const readFor = (others: readonly TagDocument[]) =>
    parseDocument(source, policy.cloud, [
      ...new Set([...selectors, ...others.flatMap(({ asked, tags }) => [...(asked ?? []), ...tags.keys()])]),
    ])
  const first = readFor(replaced ? [replaced] : [])
  const superseded = replaced ? [] : supersededBy(first.document, newestFirst(files))
  const read = superseded.length > 0 ? readFor(superseded) : first
  return {
    source,
    history,
    options,
    io,
    read: publishedDocument(read, source),
    path,
    /** The snapshot of the same date. */
    replaced,
    /** True if that one is damaged and must be repaired. */
    isDamaged: replaced === undefined && existsSync(path),
    /** The stored snapshots, without a damaged one of the same date. */
    files,
    /** The newest one that knows all tags of the policy. */
    newest: newestFor(history, files),
    /** Snapshots dated by their download, which the document replaces. */
    superseded,
  }
}

/** The guards that were accepted when the same content was stored. */
export function recordedIn({ replaced, read }: PlacedDocument): Accepted {
  const isSame = replaced && isSameFor([...replaced.tags.keys()], replaced, read.document)
  return isSame ? (replaced.accepted ?? {}) : {}
}

/** Dates an undated document like the newest snapshot with the same content for the tags in use, if there is one. */
export function datedByContent(source: Source, history: History): Source {
  if (!source.isUndated || history.isShipped) return source
  const { policy } = history
  const selectors = selectorsOf(policy)
  const { document } = parseDocument(source, policy.cloud, selectors)
  for (const { published, ...stored } of newestFirst(history.files)) {
    if (isSameFor(selectors, stored, document)) return { ...source, published, isUndated: false }
  }
  return source
}

/** The snapshot at `path`, if there is a sound one. Throws if it is damaged and `repairs` is false. */
function storedSnapshot(path: string, repairs: boolean, io: Io): TagDocument | undefined {
  if (!existsSync(path)) return undefined
  try {
    const shown = shownPath(path, io)
    return parseSnapshot(snapshotText(path, shown), shown)
  } catch (error) {
    if (repairs && error instanceof DamagedSnapshot) return undefined
    throw error
  }
}

/** The snapshot of a document, unless it is stored already; also in place of superseded snapshots, until these are removed. */
export function draftsOf(
  document: TagDocument,
  { replaced, path }: PlacedDocument,
  superseded: readonly TagDocument[] = [],
): Draft[] {
  const isAccepted = isDeepStrictEqual(replaced?.accepted ?? {}, document.accepted)
  if (replaced && isSameContent(replaced, document) && isAccepted) return []
  return [
    snapshotDraft(path, document),
    ...superseded.map(({ published }) =>
      snapshotDraft(join(dirname(path), `${published}.json`), { ...document, published, isUndated: true }),
    ),
  ]
}

/** The outcome for the snapshot of the document's date. */
export function outcomeOf({ isDamaged, replaced, read }: PlacedDocument): FetchResult['outcome'] {
  if (isDamaged) return 'repaired'
  if (replaced === undefined) return 'stored'
  const names = [...replaced.tags.keys()]
  return isSameFor(names, replaced, reduced(read.document, names)) ? 'extended' : 'replaced'
}
