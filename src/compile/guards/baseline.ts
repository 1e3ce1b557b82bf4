import { chosenTags, isAsked } from '../../model/asked.ts'
import { select } from '../../model/selector.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { daysBetween } from '../../model/text/dates.ts'

// A file appears at most nine days after the Monday that it is dated with; two weeks leave room for a late one.
const RETRIEVAL_DAYS = 14

/**
 * What `document` is compared with, tag by tag: each tag that `selectors` choose as the newest older snapshot has it that was asked
 * for it. So policies that share a folder do not hide each other's tags. The label is that of the newest snapshot that counts.
 * Undefined where no older snapshot was asked for any of the tags. `snapshots` are newest first, and read only as far as needed.
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
    // What a newer snapshot was asked for, and lacks, was gone by then.
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

/** Whether `snapshot` is older than `document`, or was replaced by it: the same date with other content, or a date of retrieval. */
function isBefore(snapshot: TagDocument, document: TagDocument, selectors: readonly string[]): boolean {
  if (snapshot.published < document.published) return true
  return snapshot.published === document.published && isReissued(snapshot, document, selectors)
}

/**
 * The snapshots whose place a document with a date of its own takes: the newest ones, as far as nothing dated them but their
 * retrieval, which was later. That the file of that week is dated earlier is no step back. `snapshots` are newest first.
 */
export function supersededBy(document: TagDocument, snapshots: Iterable<TagDocument>): TagDocument[] {
  const superseded: TagDocument[] = []
  if (document.isUndated) return []
  for (const snapshot of snapshots) {
    if (snapshot.published < document.published) return superseded
    const days = daysBetween(document.published, snapshot.published)
    // One that has a date, or a later state, is what the document is compared with.
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
