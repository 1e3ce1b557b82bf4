import type { LimitUse } from '../../model/capacity.ts'
import type { WideningDelta } from '../../model/delta.ts'
import type { TargetPrice } from '../../model/result.ts'
import { groupSites, labelOf, maskSite, siteOf } from '../../model/site.ts'
import type { DeviceChange } from './report-values.ts'

/** Changes of targets, once for all sites with the same: `edge (200 sites)`, and `rules/{site}/edge.conf`. */
export function changesBySite(targets: readonly DeviceChange[]): DeviceChange[] {
  const groups = groupSites(targets, ({ target }) => target, textOf)
  return groups.map(({ item, sites }) => {
    if (sites.length < 2) return item
    const mask = (path: string) => maskSite(path, siteOf(item.target))
    return {
      ...item,
      target: labelOf(item.target, sites),
      files: item.files.map((file) => ({ ...file, path: mask(file.path) })),
      beside: item.beside.map((file) => ({ ...file, path: mask(file.path) })),
    }
  })
}

/** A target has the same widening at every site. */
export const widenedBySite = <T extends TargetPrice | WideningDelta>(items: readonly T[]): T[] =>
  bySite(items, (item) => `${item.rule} ${'price' in item ? item.price.family : ''}`)

/** Uses of limits, once for all sites where they are the same. */
export const usesBySite = (uses: readonly LimitUse[]): LimitUse[] =>
  bySite(uses, (use) => JSON.stringify({ ...use, target: '' }))

function bySite<T extends { readonly target: string }>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const groups = groupSites(items, ({ target }) => target, keyOf)
  return groups.map(({ item, sites }) => ({ ...item, target: labelOf(item.target, sites) }))
}

/** Findings have sets and bigints, which JSON cannot represent. */
const textOf = (change: DeviceChange) =>
  JSON.stringify({ ...change, target: '' }, (_, value) => (typeof value === 'bigint' ? String(value) : value))
