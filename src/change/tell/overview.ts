import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import { addDays, daysBetween } from '../../text/dates.ts'
import { listText, plural } from '../../text/numbers.ts'
import type { Arrival, Report } from './report-values.ts'
import { isEmptyChange, resolvedText, shortHeadline } from './sentences.ts'
import { countUnchanged } from './tables.ts'

/** GitLab's limit; GitHub and Azure DevOps take a little more. */
const LONGEST_TITLE = 255

/** The start of every title. */
const TITLE_START = 'tagwall: '

/** True if a text is the title of a report. */
export const isTitle = (text: string): boolean => text.startsWith(TITLE_START)

/**
 * `tagwall: opens tcp 80 to 56,820 addresses (AllowAADOutboundAccess, policy) on Public 2025-11-10`: one line, always the same for the same
 * change.
 */
export function reportTitle(report: Report): string {
  const room = LONGEST_TITLE - titleWith('', report).length
  return titleWith(shortHeadline(report.change, room), report)
}

/** A title of any length. */
export function titleWith(answer: string, { change, after, checked }: Report): string {
  const { cloud, published } = isEmptyChange(change) && checked ? checked : after
  return `${TITLE_START}${answer} on ${CLOUDS[cloud]} ${published}`
}

/** `Public 2025-11-10 (change 376)`. */
const shortLabel = ({ cloud, published, changeNumber }: DocumentLabel) =>
  `${CLOUDS[cloud]} ${published} (change ${changeNumber})`

// A year has 52.
const MOST_WEEKS = 12

/** The text in place of the hash, for a document that only the snapshot of a branch names; undefined for any other. */
export const unprovedDocument = ({ source, after, change }: Report): string | undefined =>
  change.doubts?.some(({ published }) => published === after.published)
    ? `Document: ${source} by its snapshot, which nothing here compares with Microsoft's: do so with "tagwall fetch --dry-run --from FILE"`
    : undefined

/**
 * Sentences about what a person accepted, the compared documents, the weeks in between, when additions go live, and the rules that stay.
 */
export function overview(report: Report): string[] {
  const { before, after, policy, change, checked } = report
  const isFirst = change.targets.every(({ before }) => before === 'none')
  const compared = isFirst || change.since === '' ? '' : `, compared with ${change.since}`
  const resolved = resolvedText(change.targets, [before?.published, after.published])
  const unchanged = countUnchanged(report)
  const isOther = before !== undefined && before.published !== after.published
  const documents = isOther ? `: from ${shortLabel(before)} to ${shortLabel(after)}` : ` on ${shortLabel(after)}`
  return [
    ...report.accepted.map(({ published, guards }) => {
      return `A person accepted the document of ${published}, despite ${guards.join(', ')}.`
    }),
    `Policy ${policy}${documents}${compared}.`,
    ...(resolved === '' ? [] : [`${resolved}.`]),
    ...(checked ? [`${shortLabel(checked)} was checked: it changes no rule of any target.`] : []),
    ...(isOther ? [...weeksText(report), ...report.arrivals.map((arrival) => arrivalText(arrival, after))] : []),
    ...(unchanged > 0 ? [`${plural(unchanged, 'rule is', 'rules are')} unchanged.`] : []),
  ]
}

function weeksText({ before, after, weeks, between }: Report): string[] {
  if (before && before.published > after.published) return ['This change goes back to an older document.']
  if (weeks.length < 2) return []
  const names =
    weeks.length > MOST_WEEKS ? `from ${weeks[0]} to ${weeks.at(-1)}` : `those of ${listText(weeks, weeks.length)}`
  const way =
    between.length > 0
      ? `Snapshots on the way: ${listText(between, MOST_WEEKS)}.`
      : 'No snapshots of the weeks in between exist.'
  return [`This is one change over ${weeks.length} weeks, ${names}. ${way}`]
}

/** New ranges are not used for at least a week after they are published (Microsoft, service tags overview). */
const DAYS_UNTIL_LIVE = 7

function arrivalText({ count, published, earliest }: Arrival, after: DocumentLabel): string {
  const what = plural(count, 'addition')
  const [was, they, are] = count === 1 ? ['was', 'it', 'is'] : ['were', 'they', 'are']
  const live = addDays(earliest, DAYS_UNTIL_LIVE)
  if (earliest < published && daysBetween(earliest, published) >= 7) {
    const start = `${what} ${was} published in one of the weeks from ${earliest} to ${published}; which one is not known`
    return live <= after.published ? `${start}, so ${they} may be in use since ${live}.` : `${start}.`
  }
  const when =
    live <= after.published
      ? `${they} may be in use since ${live}, so do not wait`
      : `${they} ${count === 1 ? 'goes' : 'go'} live from ${live} on`
  const days = daysBetween(published, after.published)
  const age =
    days > 0 ? `${was} published ${plural(days, 'day')} before this document, on` : `${are} new in the document of`
  return `${what} ${age} ${published}: ${when}.`
}
