import { UserError } from '../errors.ts'
import type { Audit } from '../model/audit.ts'
import type { Reading } from '../model/reading.ts'
import { listText } from '../model/text/list-text.ts'
import { didYouMean } from '../model/text/nearest.ts'
import { byCodeUnit } from '../model/text/order.ts'
import type { Vendor } from '../model/vendor.ts'

// An audit of a part of a configuration: `--narrow KEY=VALUE`, with the keys that the vendor declares.

/** Values by key of the manifest's `narrows`. */
export type Narrow = Readonly<Record<string, string>>

/** Keys with a flag of their own: `--from-zone lan` is `--narrow fromZone=lan`. */
export const NARROW_FLAGS = {
  fromZone: '--from-zone',
  toZone: '--to-zone',
  vsys: '--vsys',
  vdom: '--vdom',
  chain: '--chain',
} as const
type FlaggedKey = keyof typeof NARROW_FLAGS
/** What an audit was asked to look at, with `--narrow` or by a key's own flag. */
export type NarrowOptions = Readonly<Partial<Record<FlaggedKey, string>>> & { readonly narrow?: Narrow }

/** The part of a configuration that an audit looks at. Throws `UserError` for a key that `vendor` does not have. */
export function narrowOf(options: NarrowOptions, vendor: Vendor): Narrow {
  const flagged = (Object.entries(NARROW_FLAGS) as [FlaggedKey, string][]).flatMap(([key, spelling]) =>
    options[key] === undefined ? [] : [{ key: key as string, value: options[key], spelling }],
  )
  const named = Object.entries(options.narrow ?? {}).map(([key, value]) => ({
    key,
    value,
    spelling: `--narrow ${key}`,
  }))
  for (const { key, value, spelling } of [...flagged, ...named]) {
    const keys = Object.keys(vendor.narrows)
    if (!keys.includes(key)) {
      const advice = didYouMean(key, keys) || (keys.length > 0 ? `; it has ${keys.join(', ')}` : '')
      throw new UserError(`${spelling} does not apply to ${vendor.name}${advice}`)
    }
    if (value === '') throw new UserError(`${spelling} is empty; expected a value: ${vendor.narrows[key]?.help}`)
  }
  const twice = flagged.find(({ key }) => named.some((other) => other.key === key))
  if (twice) throw new UserError(`${twice.spelling} and --narrow ${twice.key} mean the same; give one of them`)
  return Object.fromEntries([...flagged, ...named].map(({ key, value }) => [key, value]))
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
