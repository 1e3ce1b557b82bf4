import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'

// A week until new ranges are in use, and three days for a file that appears late.
const MOST_DAYS = 10
const DAY_MS = 24 * 60 * 60 * 1000

/** A warning when the newest of some dates, YYYY-MM-DD, is more than ten days ago. */
export function staleness(dates: readonly string[], io: Io): Finding[] {
  const published = dates.toSorted().at(-1)
  if (published === undefined) return []
  const days = Math.floor((io.now().getTime() - Date.parse(`${published}T00:00:00Z`)) / DAY_MS)
  return days > MOST_DAYS ? [{ code: 'STALE', severity: 'warning', published, days }] : []
}
