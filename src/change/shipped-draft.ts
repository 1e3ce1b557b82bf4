import type { History } from '../document/history.ts'
import { formatSnapshot, snapshotPath } from '../document/snapshot/snapshot.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { Draft } from '../store/write.ts'

/** The shipped snapshot that rules are made from, for the folder of the user: the next change starts from it. */
export function shippedDraft(document: TagDocument, { isShipped, files, directory }: History): Draft[] {
  const isStored = isShipped && files.some(({ published }) => published === document.published)
  const path = snapshotPath(directory, document)
  return isStored && !files.some((file) => file.path === path)
    ? [{ path, text: formatSnapshot(document), owner: 'the snapshot' }]
    : []
}
