import { isAhead } from '../../document/guards/guards.ts'
import type { History } from '../../document/history.ts'
import { snapshotPath } from '../../document/snapshot/stored-snapshots.ts'
import type { SnapshotDoubt } from '../../model/change.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { SHIPPED } from '../../paths.ts'
import { byCodeUnit } from '../../text/order.ts'
import type { ReadText } from './files-there.ts'
import type { Since } from './since.ts'

/**
 * The snapshots of a run that need not be Microsoft's, oldest first: its document, and those of the older side, if they are dated in the future, or
 * are not those of the commit that the run compares with. Shipped ones are Microsoft's. `read` reads the disk, and `now` is the date of today.
 */
export function doubtsAbout(
  { cloud, published }: TagDocument,
  { lock, snapshotThen }: Pick<Since, 'lock' | 'snapshotThen'>,
  history: History,
  { read, now }: { readonly read: ReadText; readonly now: string },
): SnapshotDoubt[] {
  if (history.isShipped) return []
  const fileOf = (date: string) => history.files.find((one) => one.published === date)
  const locked = [...(lock?.states.values() ?? [])]
    .filter(({ document }) => document.cloud === cloud && fileOf(document.published))
    .map(({ document }) => document.published)
  const inBranch = (date: string): SnapshotDoubt['inBranch'] => {
    const file = fileOf(date)
    if (!file || !snapshotThen) return 'same'
    const then = snapshotThen({ cloud, published: date })
    const known = [then, read(snapshotPath(SHIPPED.snapshots, { cloud, published: date }))]
    return known.includes(read(file.path)) ? 'same' : then === undefined ? 'new' : 'changed'
  }
  return [...new Set([published, ...locked])]
    .sort(byCodeUnit)
    .map((date) => ({ published: date, isAhead: isAhead(date, now), inBranch: inBranch(date) }))
    .filter((doubt) => doubt.isAhead || doubt.inBranch !== 'same')
}
