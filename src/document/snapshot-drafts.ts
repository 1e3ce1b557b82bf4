import { dirname, join } from 'node:path'
import { isSameFor, reduced } from '../model/asked.ts'
import type { GuardName } from '../model/guard.ts'
import type { FetchResult } from '../model/result.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { Draft } from '../store/write.ts'
import type { Found } from './find-stored.ts'
import type { History } from './history.ts'
import { formatSnapshot, isSameContent, snapshotPath } from './snapshot/snapshot.ts'

/** The snapshot of a document, unless it is stored already; also in place of superseded snapshots, until these are removed. */
export function draftsOf(
  document: TagDocument,
  { replaced, path, superseded }: Found,
  accepted: readonly GuardName[],
): Draft[] {
  const isStored = replaced && isSameContent(replaced, document) && String(replaced.accepted ?? []) === String(accepted)
  if (isStored) return []
  const draft = (path: string, content: TagDocument) => ({ path, text: formatSnapshot(content), owner: 'the snapshot' })
  const kept = { ...document, accepted }
  return [
    draft(path, kept),
    ...superseded.map(({ published }) =>
      draft(join(dirname(path), `${published}.json`), { ...kept, published, isUndated: true }),
    ),
  ]
}

/** The outcome for the snapshot of the document's date. */
export function outcomeOf({ isDamaged, replaced, read }: Found): FetchResult['outcome'] {
  if (isDamaged) return 'repaired'
  if (replaced === undefined) return 'stored'
  const names = [...replaced.tags.keys()]
  return isSameFor(names, replaced, reduced(read.document, names)) ? 'extended' : 'replaced'
}

/** The shipped snapshot that rules are made from, for the folder of the user: the next change starts from it. */
export function shippedDraft(document: TagDocument, { isShipped, files, directory }: History): Draft[] {
  const isStored = isShipped && files.some(({ published }) => published === document.published)
  const path = snapshotPath(directory, document)
  return isStored && !files.some((file) => file.path === path)
    ? [{ path, text: formatSnapshot(document), owner: 'the snapshot' }]
    : []
}
