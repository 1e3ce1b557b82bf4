import { relative, resolve } from 'node:path'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Io } from '../io.ts'
import type { Delta, TagDelta } from '../model/delta.ts'
import { type Accepted, GUARDS, type GuardName, LONG_DAYS } from '../model/guard.ts'
import type { Policy } from '../model/policy.ts'
import {
  chosenTags,
  isAsked,
  reduced,
  ruleSelectors,
  type ServiceTag,
  select,
  selectorsOf,
  type TagDocument,
} from '../model/service-tag.ts'
import { refuseLinkOut } from '../places.ts'
import type { Draft } from '../store/write.ts'
import { addDays, daysBetween } from '../text/dates.ts'
import { diff } from './diff.ts'
import type { TagSet } from './holders.ts'
import {
  listSnapshots,
  type SnapshotFile,
  shippedSnapshots,
  snapshotDraft,
  snapshotPath,
} from './snapshot/stored-snapshots.ts'

/** The snapshots of a folder as one policy sees them: several policies may share it. */
export interface History {
  readonly policy: Policy
  /** Oldest first. */
  readonly files: readonly SnapshotFile[]
  /** The directory for new snapshots. */
  readonly directory: string
  /** The files are the shipped ones, because the directory has none of this cloud. */
  readonly isShipped: boolean
  /** True if the user named the directory, so the shipped snapshots do not count. */
  readonly isGiven: boolean
}

export function openHistory({ snapshots }: { readonly snapshots?: string }, policy: Policy, io: Io): History {
  const { cloud } = policy
  const directory = resolve(io.cwd, snapshots ?? 'snapshots')
  refuseLinkOut(directory, io.cwd)
  const own = listSnapshots(directory, cloud)
  const isGiven = snapshots !== undefined
  const isShipped = own.length === 0 && !isGiven
  return { policy, files: isShipped ? shippedSnapshots(cloud) : own, directory, isShipped, isGiven }
}

/** The document that rules are made from, if the folder of the user has none of its date: the next change starts from it. */
export function unstoredDraft(document: TagDocument, { files, directory }: History): Draft[] {
  const path = snapshotPath(directory, document)
  return files.some((file) => file.path === path) ? [] : [snapshotDraft(path, document)]
}

/** A snapshot and its path. */
export interface Stored {
  readonly path: string
  readonly document: TagDocument
}

/** The snapshot for the rules of the policy: the newest one that knows all its tags. Undefined if none does. */
export function newestFor(history: History, files = history.files): Stored | undefined {
  const selectors = selectorsOf(history.policy)
  const file = files.findLast((file) => knowsAll(file.read(), selectors))
  return file && { path: file.path, document: file.read() }
}

/** The baseline of a document, for guards, diffs, deltas and reports. `files` default to those of the history. */
export const baselineOf = (document: TagDocument, history: History, files = history.files): TagDocument | undefined =>
  baseline(document, newestFirst(files), selectorsOf(history.policy))

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

/** Snapshots, newest first, each read on demand. */
export function* newestFirst(files: readonly SnapshotFile[]): Generator<TagDocument> {
  for (const file of files.toReversed()) yield file.read()
}

/** The newest of `snapshots` with a tag of the policy's rules; they are newest first, and read only as far as needed. */
export function newestUsed(snapshots: Iterable<TagDocument>, { rules }: Policy): TagDocument | undefined {
  for (const snapshot of snapshots) if (chosenTags(snapshot, ruleSelectors(rules)).size > 0) return snapshot
  return undefined
}

// Files appear at most nine days after their Monday; two weeks allow for a late one.
const RETRIEVAL_DAYS = 14

/**
 * The baseline of `document`: each tag of `selectors` as in the newest older snapshot that was made for that tag. So policies
 * that share a folder do not hide each other's tags. The label is that of the newest snapshot used. Undefined if no older
 * snapshot was made for any of the tags. `snapshots` are newest first, and read only as far as needed.
 */
export function baseline(document: TagDocument, snapshots: Iterable<TagDocument>, selectors: readonly string[]) {
  const tags = new Map<string, ServiceTag>()
  const asked: string[] = []
  const open = new Set(selectors)
  let label: TagDocument | undefined
  for (const snapshot of snapshots) {
    if (!isBefore(snapshot, document, selectors)) continue
    // A newer snapshot was made for this tag and lacks it, so the tag was gone by then.
    const isOpen = (name: string) => !tags.has(name) && !asked.some((selector) => select([name], selector).length > 0)
    const found = [...chosenTags(snapshot, [...open])].filter(([name]) => isOpen(name))
    const answered = [...open].filter((selector) => isAsked(snapshot, selector))
    for (const [name, tag] of found) tags.set(name, tag)
    for (const selector of answered) open.delete(selector)
    asked.push(...answered)
    if (found.length + answered.length > 0) label ??= snapshot
    if (open.size === 0) break
  }
  return label && { ...label, asked, tags }
}

/** The baseline a quarter before, or the last snapshot since with accepted changes, which do not count again. `snapshots`: newest first. */
export function longBaseline(
  document: TagDocument,
  snapshots: readonly TagDocument[],
  selectors: readonly string[],
  isAccepted: (document: TagDocument) => boolean,
): TagDocument | undefined {
  const older = snapshots.filter(({ published }) => published < document.published)
  const limit = addDays(document.published, -LONG_DAYS)
  const accepted = older.find((one) => one.published > limit && isAccepted(one))
  const last = accepted?.published ?? limit
  return baseline(
    document,
    older.filter(({ published }) => published <= last),
    selectors,
  )
}

/** True if `snapshot` is older than `document`, or replaced by it: same date, other content, or dated by its download. */
function isBefore(snapshot: TagDocument, document: TagDocument, selectors: readonly string[]): boolean {
  if (snapshot.published !== document.published) return snapshot.published < document.published
  return [...chosenTags(snapshot, selectors)].some(
    ([name, { prefixes }]) => document.tags.get(name)?.prefixes.equals(prefixes) !== true,
  )
}

/**
 * The snapshots that a dated document replaces: the newest ones, as long as they are dated only by their download. The
 * published file of the same week has an earlier date, which is not a rollback. `snapshots` are newest first.
 */
export function supersededBy(document: TagDocument, snapshots: Iterable<TagDocument>): TagDocument[] {
  const superseded: TagDocument[] = []
  if (document.isUndated) return []
  for (const snapshot of snapshots) {
    if (snapshot.published < document.published) return superseded
    const days = daysBetween(document.published, snapshot.published)
    // A dated snapshot, or a later state, is compared with instead.
    const isLater = !snapshot.isUndated || days > RETRIEVAL_DAYS || snapshot.changeNumber > document.changeNumber
    if (isLater) return []
    superseded.push(snapshot)
  }
  return superseded
}

/** A document, and what `compile` needs besides it. */
export interface KnownDocument {
  readonly document: TagDocument
  readonly names: readonly string[]
  readonly where: string
  /** As in `ReadDocument`; unknown for a snapshot. */
  readonly nonRegional?: ReadonlyMap<string, PrefixSet>
  /** The addresses of every published tag; unknown for a snapshot. */
  readonly everything?: () => PrefixSet
  /** Every published tag with its valid prefixes; unknown for a snapshot. */
  readonly everyTag?: () => readonly TagSet[]
}

/** A snapshot in the form for `compile`; errors name it `shown`. */
export function storedDocument(document: TagDocument, shown = `the snapshot of ${document.published}`): KnownDocument {
  const where = `${shown}, which keeps only the tags that were in use; run "tagwall update" to get it (without a network: --from FILE)`
  return { document, names: [...document.tags.keys()], where }
}

/** The name of the policy in snapshots: that of a built-in one, or its path from the folder above them, which working directories may share. */
export const nameAmongSnapshots = ({ policy: { name, file }, directory }: History): string =>
  file === undefined ? name : relative(`${directory}/..`, file).replaceAll('\\', '/')

/** The guards that a person accepted for the policy. */
export function acceptedFor({ accepted = {} }: TagDocument, history: History): readonly GuardName[] {
  return accepted[nameAmongSnapshots(history)] ?? []
}

/** Adds to the accepted findings of the policy. */
export function withAccepted(before: Accepted, guards: readonly GuardName[], history: History): Accepted {
  const name = nameAmongSnapshots(history)
  const named = [...(before[name] ?? []), ...guards]
  return named.length === 0 ? before : { ...before, [name]: GUARDS.filter((guard) => named.includes(guard)) }
}
