import type { Finding } from '../finding/finding.ts'
import { applies } from '../model/option.ts'
import type { Job } from '../model/vendor.ts'

/**
 * A warning where none of the options is set that keep the rules of a target from holding for everything; `given` has those that somebody
 * set.
 */
export function wideOptions({ target, vendor, options }: Job, given: Readonly<Record<string, unknown>>): Finding[] {
  const narrowing = Object.entries(vendor.options).filter(
    ([, { wide, when = {} }]) => wide !== undefined && applies(when, options),
  )
  const [first] = narrowing
  if (!first || narrowing.some(([name]) => Object.hasOwn(given, name))) return []
  const names = narrowing.map(([name]) => name)
  return [{ code: 'OPTION_NOT_SET', severity: 'warning', target, options: names, wide: first[1].wide ?? '' }]
}
