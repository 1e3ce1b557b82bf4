import { formatCount } from '../text/numbers.ts'
import type { Condition } from './option.ts'
import type { LimitNumber } from './vendor.ts'

/** The number of a limit, or that it is unknown. */
export function limitText({ max, unverified }: LimitNumber): string {
  return max === undefined ? 'unknown, not checked' : `at most ${formatCount(max)}${unverified ? ', unverified' : ''}`
}

/** `form=set scope=shared`; empty without a condition. */
export function conditionText(condition: Condition): string {
  return Object.entries(condition)
    .map(([option, value]) => `${option}=${value}`)
    .join(' ')
}
