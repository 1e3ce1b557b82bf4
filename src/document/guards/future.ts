import type { Finding } from '../../finding/finding.ts'
import type { GuardName } from '../../model/guard.ts'
import { daysBetween } from '../../text/dates.ts'

// Files are dated before they appear; two weeks allow for a wrong clock and a file dated ahead.
const MOST_DAYS = 14

/**
 * Refuses a document that is dated more than two weeks after `today`: once stored, it would make every document until then
 * older than the newest snapshot.
 */
export function future(
  { published }: { readonly published: string },
  today: string,
  accept: readonly GuardName[],
): Finding[] {
  const days = daysBetween(today, published)
  const severity = accept.includes('future') ? 'warning' : 'error'
  return days > MOST_DAYS ? [{ code: 'FUTURE_DOCUMENT', severity, published, days }] : []
}
