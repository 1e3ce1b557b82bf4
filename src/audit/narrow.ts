import { UserError } from '../errors.ts'
import type { Reading } from '../model/reading.ts'
import type { Vendor } from '../model/vendor.ts'
import { listText } from '../text/list-text.ts'
import { didYouMean } from '../text/nearest.ts'
import { byCodeUnit } from '../text/order.ts'
import type { Audit } from './values.ts'

// An audit of a part of a configuration: `--narrow KEY=VALUE`, with the keys that the vendor declares.

/** Values by key of the manifest's `narrows`. */
export type Narrow = Readonly<Record<string, string>>

/** The part of a configuration that an audit looks at. Throws `UserError` for a key that `vendor` does not have. */
export function narrowOf(narrow: Narrow, vendor: Vendor): Narrow {
  const keys = Object.keys(vendor.narrows)
  for (const [key, value] of Object.entries(narrow)) {
    if (!keys.includes(key)) {
      const advice = didYouMean(key, keys) || (keys.length > 0 ? `; it has ${keys.join(', ')}` : '')
      throw new UserError(`--narrow ${key} does not apply to ${vendor.name}${advice}`)
    }
    if (value === '') throw new UserError(`--narrow ${key} is empty; expected a value: ${vendor.narrows[key]?.help}`)
  }
  return narrow
}

/** Throws `UserError` if the configuration lacks what an audit was narrowed to, as far as its reader knows what there is. */
export function checkNarrow(narrow: Narrow, { scopes }: Reading): void {
  for (const [key, value] of Object.entries(narrow)) {
    const names = scopes?.[key]
    if (names === undefined || names.includes(value)) continue
    const there = names.length > 0 ? `; it has ${listed(names)}` : ', and no other'
    throw new UserError(`the configuration has no ${key} "${value}"${didYouMean(value, names) || there}`)
  }
}

/** Possible causes of missing addresses. */
export function narrowAdvice({ missing }: Audit, { rules, scopes }: Reading, narrow: Narrow, vendor: Vendor): string[] {
  const zones = Object.keys(vendor.narrows).filter((key) => vendor.narrows[key]?.isZone)
  const isAsked = zones.length > 0 && zones.every((key) => narrow[key] === undefined)
  if (!isAsked || missing.length === 0 || !rules.some(({ isPartByZone }) => isPartByZone)) return []
  const names = [...new Set(zones.flatMap((key) => scopes?.[key] ?? []))]
  const choices = names.length > 0 ? ` (${listed(names)})` : ''
  const flags = zones.map((key) => `--narrow ${key}=NAME`).join(' and ')
  return [`some rules are limited to one zone or interface and do not count; select it with ${flags}${choices}`]
}

const MOST_NAMES = 10

const listed = (names: readonly string[]) => listText([...names].sort(byCodeUnit), MOST_NAMES)
