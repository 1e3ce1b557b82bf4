import type { Holder } from '../../document/holders.ts'
import { listText } from '../../text/list-text.ts'
import type { ChangedPrefix, Report, TagChange } from './report-values.ts'

// Shared by Markdown and HTML, which escape this plain text.

/** A note for a new or removed tag. */
export function kindNote({ kind, added, removed }: TagChange): string {
  const note = { changed: '', added: ', which is new', removed: ', which is gone' }[kind]
  return added.length + removed.length > 0 ? note : `${note}, without addresses`
}

/** The regions of a changed prefix, at most `most`; there can be sixty. */
export const regionsText = ({ regions }: { readonly regions: readonly string[] | undefined }, most: number) =>
  regions === undefined ? 'unknown' : regions.length === 0 ? 'no region' : listText(regions, most)

/** The other tags that hold a changed prefix. */
export function holdersText({ holders }: ChangedPrefix, most: number): string {
  if (holders === undefined) return 'unknown'
  return holders.length === 0 ? 'no other tag' : listText(holders.map(holderText), most)
}

const holderText = ({ tag, isWhole }: Holder) => `${tag}${isWhole ? '' : ' (in part)'}`

/** The sources of regions and holders, and the unknown parts. */
export function placesNote({ known, tags }: Report): string | undefined {
  if (tags.every(({ added, removed }) => added.length + removed.length === 0)) return undefined
  if (!known.after && !known.before)
    return 'Regions and other tags are unknown: snapshots keep only the tags in use. Compare published documents to see them.'
  if (!known.after)
    return 'Regions of added prefixes, and other tags, are unknown: the newer side is a snapshot, which keeps only the tags in use.'
  const older = known.before ? '; removed prefixes have the regions of the older one' : ''
  return `Regions and other tags are those of tags that hold the addresses in the newer document${older}.`
}
