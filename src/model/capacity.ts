import { formatCount, plural } from '../text/numbers.ts'
import type { LimitName } from './limits.ts'
import { formatShare } from './widening.ts'

/** The use of one declared limit by a target: its fullest rule, group or file, if the limit is for each. */
export interface Use {
  readonly name: LimitName
  /** `members in one group`, for a sentence. */
  readonly what: string
  /** The rule, group, family or file; empty for the whole. */
  readonly of: string
  readonly count: number
  readonly limit: number
  /** The user's choices above the limit. */
  readonly hint: string
  /** Above the limit, tagwall splits the group or file, so the limit never blocks a build. */
  readonly isSplit: boolean
}

/** How a use grew since an older document. */
export interface Pace {
  readonly since: string
  readonly weeks: number
  /** The count for the older document. */
  readonly before: number
  /** The month in which the limit is reached at that pace, YYYY-MM; undefined without growth, or in more than a century. */
  readonly fullIn: string | undefined
}

/** The use of a limit by a target, and its pace if an older document exists. */
export interface LimitUse extends Use {
  readonly target: string
  readonly pace: Pace | undefined
}

/** `78% of 1,000 groups`. */
export const useText = ({ count, limit, what, of }: LimitUse): string =>
  `${shareText({ count, limit })} of ${formatCount(limit)} ${what}${of && ` (${of})`}`

export const shareText = ({ count, limit }: { readonly count: number; readonly limit: number }): string =>
  formatShare(BigInt(count), BigInt(limit))

/** `full in 2027-05 at the growth of the last 26 weeks`; empty if nothing is known, or a century is not enough. */
export function paceText({ count, pace }: LimitUse): string {
  if (!pace) return ''
  const weeks = plural(pace.weeks, 'week')
  if (pace.fullIn) return `full in ${pace.fullIn} at the growth of the last ${weeks}`
  return count <= pace.before ? `no growth in the last ${weeks}` : ''
}
