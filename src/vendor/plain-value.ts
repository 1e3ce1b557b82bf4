import { types } from 'node:util'
import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import { formatCount } from '../text/numbers.ts'

/** More rules, notes or ports than any configuration has that tagwall can read. */
const MOST_ITEMS = 2_000_000
/** Deeper than every field of a reading. */
const DEEPEST = 12

/** Throws `UserError` if `value`, which a reader returned, is or holds a Proxy or an endless list, which a check would never finish. */
export function refuseUnending(who: string, value: unknown): void {
  let items = 0
  const visit = (part: unknown, depth: number): void => {
    if (typeof part !== 'object' || part === null || depth > DEEPEST) return
    if (types.isProxy(part)) throw new UserError(`${who} returned a Proxy; expected plain objects and lists`)
    if (PrefixSet.is(part)) return
    items += Array.isArray(part) ? part.length : 1
    if (items > MOST_ITEMS)
      throw new UserError(
        `${who} returned more than ${formatCount(MOST_ITEMS)} values; expected { rules, lists, notes } of its files`,
      )
    if (Array.isArray(part)) for (const item of part) visit(item, depth + 1)
    else for (const field of Object.values(part)) visit(field, depth + 1)
  }
  visit(value, 0)
}
