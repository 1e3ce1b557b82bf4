import { chosenTags, isAsked } from '../../model/asked.ts'
import { LONG_DAYS } from '../../model/guard.ts'
import { select } from '../../model/selector.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { addDays, daysBetween } from '../../text/dates.ts'

// Files appear at most nine days after their Monday; two weeks allow for a late one.
const RETRIEVAL_DAYS = 14

/**
 * The baseline of `document`: each tag of `selectors` as in the newest older snapshot that was made for that tag. So policies
 * that share a folder do not hide each other's tags. The label is that of the newest snapshot used. Undefined if no older
 * snapshot was made for any of the tags. `snapshots` are newest first, and read only as far as needed.
 */
export function baseline(
  document: TagDocument,
  snapshots: Iterable<TagDocument>,
  selectors: readonly string[],
): TagDocument | undefined {
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

/**
 * The baseline a quarter before `document`, or the last snapshot since then whose losses a person accepted, because accepted losses
 * do not count again. `snapshots` are newest first.
 */
export function longBaseline(
  document: TagDocument,
  snapshots: readonly TagDocument[],
  selectors: readonly string[],
): TagDocument | undefined {
  const older = snapshots.filter(({ published }) => published < document.published)
  const limit = addDays(document.published, -LONG_DAYS)
  const accepted = older.find(({ published, accepted }) => published > limit && accepted?.includes('shrink'))
  const last = accepted?.published ?? limit
  return baseline(
    document,
    older.filter(({ published }) => published <= last),
    selectors,
  )
}

/** True if `snapshot` is older than `document`, or replaced by it: same date, other content, or dated by its download. */
function isBefore(snapshot: TagDocument, document: TagDocument, selectors: readonly string[]): boolean {
  if (snapshot.published < document.published) return true
  return snapshot.published === document.published && isReissued(snapshot, document, selectors)
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

function isReissued(snapshot: TagDocument, document: TagDocument, selectors: readonly string[]): boolean {
  return [...chosenTags(snapshot, selectors)].some(
    ([name, { prefixes }]) => document.tags.get(name)?.prefixes.equals(prefixes) !== true,
  )
}
