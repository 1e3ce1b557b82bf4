import { isAhead } from '../../document/guards/guards.ts'
import type { History } from '../../document/history.ts'
import { snapshotPath } from '../../document/snapshot/stored-snapshots.ts'
import { UserError } from '../../errors.ts'
import type { SnapshotDoubt } from '../../model/change.ts'
import { newestOf } from '../../model/delta.ts'
import type { Target } from '../../model/policy.ts'
import { ruleSelectors, type TagDocument } from '../../model/service-tag.ts'
import { SHIPPED } from '../../paths.ts'
import { lockedFor, tagsHash } from '../../policy/lock/lock.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import type { Prepared } from '../prepare.ts'
import type { ReadText } from './disk-and-git.ts'
import type { OlderSource } from './source.ts'

/**
 * Throws `UserError` if files of `targets` are made from a newer document than this one: its snapshot was lost, or does not have all tags of
 * the policy. `option` is for a person who wants that; `now` is the date of today.
 */
export function refuseOlder(
  document: TagDocument,
  targets: readonly Target[],
  option: string,
  { policy, open: { lock }, history }: Prepared,
  now: string,
): void {
  const states = targets.flatMap((target) => {
    const locked = lock && lockedFor(target, lock, policy)
    return (locked && lock.states.get(locked.state)) ?? []
  })
  const newer = states.filter(({ document: { cloud, published, changeNumber, tags }, rules }) => {
    const isLaterDate = cloud === document.cloud && published > document.published && !isAhead(published, now)
    // A document dated by its download has the change number of its week, and another date of the same addresses takes nothing back.
    const isNewer = isLaterDate && changeNumber > document.changeNumber
    return isNewer && tagsHash(document, ruleSelectors(rules)) !== tags
  })
  const newest = newestOf(newer.map((state) => state.document))
  if (!newest) return
  const isLost = !history.files.some(({ published }) => published === newest.published)
  const restore = `restore the snapshot ${newest.cloud}/${newest.published}.json from version control, or `
  throw new UserError(
    `the document of ${document.published} is older than that of ${newest.published}, which the files in place are made from: ${isLost ? restore : ''}get a newer document with "tagwall fetch" (without a network: --from FILE); to go back, add ${option}; nothing was written`,
  )
}

/**
 * The snapshots of a run that need not be Microsoft's, oldest first: its document, and those of the older side, if they are dated in the future, or
 * are not those of the commit that the run compares with. Shipped ones are Microsoft's. `read` reads the disk, and `now` is the date of today.
 */
export function doubtsAbout(
  { cloud, published }: TagDocument,
  { lock, snapshotThen }: Pick<OlderSource, 'lock' | 'snapshotThen'>,
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
