import { existsSync, readFileSync } from 'node:fs'
import { diff } from '../compile/diff.ts'
import type { Draft } from '../emit/write.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import type { FetchResult } from '../model/result.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { parseDocument } from '../source/document.ts'
import {
  DamagedSnapshot,
  formatSnapshot,
  isSameContent,
  parseSnapshot,
  readSnapshot,
  snapshotPath,
} from '../source/snapshot.ts'
import {
  type History,
  type KnownDocument,
  publishedDocument,
  selectorsOf,
  shownPath,
  snapshotBefore,
} from './inputs.ts'
import { type DocumentOptions, isUndated, newestWithContent, obtainDocument, type Stored } from './obtain-document.ts'

/** A document that was read and checked, and the snapshot that it makes, not yet written. */
export interface Imported {
  readonly known: KnownDocument
  readonly drafts: readonly Draft[]
  readonly result: FetchResult
}

export interface ImportOptions {
  readonly isDryRun: boolean
  /** Put the document in place of a damaged snapshot of its date, instead of stopping. */
  readonly repairs?: boolean
}

/**
 * Reads the document that `from` names, or the current one, and says what storing it would do. The snapshot keeps the tags that the policy
 * uses, and those that a snapshot of the same date keeps already, so that two policies can share a directory.
 */
export async function importDocument(
  from: DocumentOptions,
  policy: Policy,
  history: History,
  { isDryRun, repairs = false }: ImportOptions,
  io: Io,
): Promise<Imported> {
  const source = await obtainDocument(from, policy, history, io)
  if ('unchanged' in source) return unchangedSince(source.unchanged, isDryRun, io)
  const path = snapshotPath(history.directory, { cloud: policy.cloud, published: source.published })
  const stored = storedSnapshot(path, repairs, io)
  const replaced = stored === 'damaged' ? undefined : stored
  const read = parseDocument(source, policy.cloud, [...selectorsOf(policy), ...(replaced?.tags.keys() ?? [])])
  const { document } = read
  const same = isUndated(source, from) ? newestWithContent(document, history) : undefined
  if (same) return unchangedSince(same, isDryRun, io)
  const isUnchanged = replaced !== undefined && isSameContent(replaced, document)
  const before = snapshotBefore(history, document.published)
  const older = replaced ?? (before && readSnapshot(before.path, policy.cloud))
  return {
    known: publishedDocument(read, source.name),
    drafts: isUnchanged ? [] : [{ path, text: formatSnapshot(document), owner: 'the snapshot' }],
    result: {
      path: shownPath(path, io),
      outcome: isUnchanged ? 'unchanged' : stored === 'damaged' ? 'repaired' : stored ? 'replaced' : 'stored',
      delta: older && diff(older, document),
      isDryRun,
    },
  }
}

/** Nothing is new: the snapshot is the document. */
function unchangedSince({ path, document }: Stored, isDryRun: boolean, io: Io): Imported {
  const shown = shownPath(path, io)
  return {
    known: { document, names: [...document.tags.keys()], where: shown },
    drafts: [],
    result: { path: shown, outcome: 'unchanged', delta: diff(document, document), isDryRun },
  }
}

/** The snapshot at `path`, if there is one. A damaged one stops whoever cannot repair it. */
function storedSnapshot(path: string, repairs: boolean, io: Io): TagDocument | 'damaged' | undefined {
  if (!existsSync(path)) return undefined
  try {
    return parseSnapshot(readFileSync(path, 'utf8'), shownPath(path, io))
  } catch (error) {
    if (repairs && error instanceof DamagedSnapshot) return 'damaged'
    throw error
  }
}
