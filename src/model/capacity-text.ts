import { formatCount, plural } from '../text/numbers.ts'
import type { LimitUse } from './capacity.ts'
import { formatShare } from './widening.ts'

/** `78% of 1,000 groups`. */
export const useText = ({ count, limit, what, of }: LimitUse): string =>
  `${shareText({ count, limit })} of ${formatCount(limit)} ${what}${of && ` (${of})`}`

export const shareText = ({ count, limit }: { readonly count: number; readonly limit: number }): string =>
  formatShare(BigInt(count), BigInt(limit))

/** `at the growth of the last 26 weeks full in 2027-05`; empty if nothing is known, or a century is not enough. */
export function paceText({ count, pace }: LimitUse): string {
  if (!pace) return ''
  const weeks = plural(pace.weeks, 'week')
  if (pace.fullIn) return `at the growth of the last ${weeks} full in ${pace.fullIn}`
  return count <= pace.before ? `no growth in the last ${weeks}` : ''
}
