import { type VendorReader, vendorReader } from '../compile/target-job.ts'
import { isAhead } from '../document/guards/guards.ts'
import { type History, type KnownDocument, openHistory } from '../document/history.ts'
import { snapshotPath } from '../document/snapshot/stored-snapshots.ts'
import { UserError } from '../errors.ts'
import { type Io, today } from '../io.ts'
import type { SnapshotDoubt } from '../model/change.ts'
import { newestOf } from '../model/delta.ts'
import type { Policy, Target } from '../model/policy.ts'
import { ruleSelectors, type TagDocument } from '../model/service-tag.ts'
import { SHIPPED } from '../paths.ts'
import { type CommonOptions, loadPolicy, vendorFolders } from '../policy/load.ts'
import { tagsHash } from '../policy/lock/lock.ts'
import { checkLock, lockPlace, type OpenLock, openLock } from '../policy/lock/open-lock.ts'
import type { Territory } from '../store/territory.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { type DeltaKind, namesBeside, type Runbooks } from './commands/command-files.ts'
import { readerOfDisk } from './older/disk-and-git.ts'
import { lockedDocument, type OlderSource, sourceInPlace, sourceOfMerge } from './older/source.ts'
import { type Owners, openOwners, type PlaceOptions, territoryOf } from './owners.ts'

/** The common start of `plan`, `build` and `update`. */
export interface Prepared {
  readonly policy: Policy
  readonly options: CommonOptions
  readonly history: History
  readonly vendorOf: VendorReader
  readonly territory: Territory
  /** Its lock in place; that of the main branch while commits are merged. */
  readonly open: OpenLock
  readonly runbooks: Runbooks
  /** The files of the other policies in the folder. */
  readonly owners: Owners
  /** The older side if no other is named: the files in place, or the main branch while commits are merged. */
  readonly since: OlderSource
  /** The document of the files in place; undefined without a lock, without its snapshot, or if the policy has another cloud now. */
  readonly locked: TagDocument | undefined
}

/**
 * The purpose of a run: `files` in place of the last ones; a `review` of a branch, which has these files and may have edited the lock too; only
 * `commands`, from another older side and under names of their own; a `text` that compares commits, so edits that are not committed are no part of it.
 */
type Purpose = 'files' | 'review' | 'commands' | 'text'

/** The request for a run, and its starting point. */
export interface RunRequest extends Prepared {
  readonly targets: readonly Target[]
  readonly requireProof: boolean
  /** The document of the rules, unless those of the lock's document are the same. */
  readonly known: KnownDocument
  readonly purpose: Purpose
  /** The commands that a run makes which only makes commands. */
  readonly kinds?: readonly DeltaKind[]
  /** The snapshots that need not be Microsoft's. */
  readonly doubts: readonly SnapshotDoubt[]
  /** True if a newer document may be left out: not if a person asked for this one. */
  readonly mayKeep: boolean
  /** True if files that targets no longer write are removed. */
  readonly prunes?: boolean
}

/** Reads the policy, its lock and its snapshots. Throws `UserError` if one of them is invalid. */
export async function prepare(options: CommonOptions & PlaceOptions, io: Io): Promise<Prepared> {
  const policy = await loadPolicy(options, io)
  const runbooks = namesBeside(policy.targets, io.cwd)
  const history = openHistory(options, policy, io)
  const place = lockPlace(options, io)
  const merge = sourceOfMerge({ open: place, options, history }, io)
  const open = merge ? { ...place, lock: merge.lock, entries: merge.entries } : openLock(policy, options, io)
  const territory = territoryOf(options, policy, open.lock, io)
  checkLock(policy, open, territory, io)
  const owners = await openOwners({ ...policy, runbooks }, open, options, io)
  const since = merge ?? sourceInPlace(open, history, io)
  const inPlace = lockedDocument(open.lock, since.documentOf)
  const locked = inPlace?.cloud === policy.cloud ? inPlace : undefined
  const vendorOf = vendorReader(vendorFolders(options, io))
  return { policy, options, history, vendorOf, territory, runbooks, open, owners, since, locked }
}

/** Throws `UserError` if files of `targets` are made from a newer document, whose snapshot was lost or lacks tags. `option` is for a person who wants that. */
export function refuseOlder(
  document: TagDocument,
  targets: readonly Target[],
  option: string,
  { open: { lock, entries }, history }: Prepared,
  io: Io,
): void {
  const states = targets.flatMap(({ name }) => lock?.states.get(entries.get(name)?.state ?? '') ?? [])
  const newer = states.filter(({ document: { cloud, published, changeNumber, tags }, rules }) => {
    const isLaterDate = cloud === document.cloud && published > document.published && !isAhead(published, today(io))
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
 * are not those of the commit that the run compares with. Shipped ones are Microsoft's.
 */
export function doubtsAbout(
  { cloud, published }: TagDocument,
  { lock, snapshotThen }: Pick<OlderSource, 'lock' | 'snapshotThen'>,
  history: History,
  io: Io,
): SnapshotDoubt[] {
  if (history.isShipped) return []
  const read = readerOfDisk(io)
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
    .map((date) => ({ published: date, isAhead: isAhead(date, today(io)), inBranch: inBranch(date) }))
    .filter((doubt) => doubt.isAhead || doubt.inBranch !== 'same')
}
