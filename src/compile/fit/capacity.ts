import type { Finding } from '../../finding/finding.ts'
import type { LimitUse, Pace, Use } from '../../model/capacity.ts'
import { addDays, daysBetween } from '../../text/dates.ts'
import type { LimitCounts } from './limits.ts'

/** The use of each limit: the fullest rule, group or file, preferably one that tagwall cannot split. */
export function usesOf(limits: readonly LimitCounts[]): Use[] {
  return limits.flatMap(({ name, what, limit, counts }): Use[] => {
    const whole = counts.filter(({ isSplit }) => !isSplit)
    const [first, ...others] = whole.length > 0 ? whole : counts
    if (!first) return []
    const { of, count, isSplit = false } = others.reduce((most, one) => (one.count > most.count ? one : most), first)
    return [{ name, what, of, count, limit: limit.max, hint: limit.hint, isSplit }]
  })
}

/** The use of all limits for one document. */
export interface UsesThen {
  readonly published: string
  readonly uses: readonly Use[]
}

/** The uses of a target, each with its pace since an older document. */
export function withPace(target: string, now: UsesThen, older: UsesThen | undefined): LimitUse[] {
  return now.uses.map((use) => {
    const before = use.isSplit ? undefined : older?.uses.find(({ name }) => name === use.name)
    return { ...use, target, pace: older && before && paceOf(use, before, now.published, older.published) }
  })
}

function paceOf({ count, limit }: Use, before: Use, published: string, since: string): Pace {
  const days = daysBetween(since, published)
  const weeks = Math.round(days / 7)
  return {
    since,
    weeks,
    before: before.count,
    fullIn: monthWhenFull(limit - count, count - before.count, days, published),
  }
}

// Nobody plans for longer.
const MOST_DAYS = 36_525

/** The month in which `free` is used up, after a growth by `grown` in `days`. */
function monthWhenFull(free: number, grown: number, days: number, published: string): string | undefined {
  if (grown <= 0) return undefined
  const left = Math.ceil((free * days) / grown)
  return left > MOST_DAYS ? undefined : addDays(published, left).slice(0, 7)
}

/** A warning for each use at or above a threshold, in per cent. */
export function overThreshold(uses: readonly LimitUse[], threshold: number | undefined): Finding[] {
  if (threshold === undefined) return []
  return uses
    .filter(({ count, limit, isSplit }) => !isSplit && count * 100 >= limit * threshold)
    .map((use) => ({ code: 'CAPACITY', severity: 'warning', target: use.target, use, threshold }))
}
