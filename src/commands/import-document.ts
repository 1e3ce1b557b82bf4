import { existsSync, readFileSync } from 'node:fs'
import { diff } from '../compile/diff.ts'
import type { Draft } from '../emit/write.ts'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy } from '../model/policy.ts'
import type { FetchResult } from '../model/result.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { parseDocument } from '../source/document.ts'
import { readSource } from '../source/read-source.ts'
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
 * Reads the document that `from` names and says what storing it would do. The snapshot keeps the tags that the policy
 * uses, and those that a snapshot of the same date keeps already, so that two policies can share a directory.
 */
export async function importDocument(
  from: string | undefined,
  policy: Policy,
  history: History,
  { isDryRun, repairs = false }: ImportOptions,
  io: Io,
): Promise<Imported> {
  if (from === undefined) {
    throw new UserError(
      'say where the document is with --from FILE, URL or - (its page is https://www.microsoft.com/download/details.aspx?id=56519)',
    )
  }
  const source = await readSource(from, io)
  const path = snapshotPath(history.directory, { cloud: policy.cloud, published: source.published })
  const stored = storedSnapshot(path, repairs, io)
  const replaced = stored === 'damaged' ? undefined : stored
  const read = parseDocument(source, policy.cloud, [...selectorsOf(policy), ...(replaced?.tags.keys() ?? [])])
  const { document } = read
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
