import type { Finding } from '../../model/finding.ts'
import type { GuardName } from '../../model/guard.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { daysBetween } from '../../model/text/dates.ts'

// A file is dated before it appears; two weeks leave room for a clock that is wrong and for a file dated ahead.
const MOST_DAYS = 14

/**
 * Finds fault with a document that is dated more than two weeks after `today`: once it is stored, every document until then would
 * be older than the newest snapshot.
 */
export function future(
  { published }: Pick<TagDocument, 'published'>,
  today: string,
  accept: readonly GuardName[],
): Finding[] {
  const days = daysBetween(today, published)
  const severity = accept.includes('future') ? 'warning' : 'error'
  return days > MOST_DAYS ? [{ code: 'FUTURE_DOCUMENT', severity, published, days }] : []
}
