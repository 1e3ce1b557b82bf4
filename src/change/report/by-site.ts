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
export function widenedBySite<T extends TargetPrice | WideningDelta>(items: readonly T[]): T[] {
  const groups = groupSites(
    items,
    ({ target }) => target,
    (item) => `${item.rule} ${'price' in item ? item.price.family : ''}`,
  )
  return groups.map(({ item, sites }) => ({ ...item, target: labelOf(item.target, sites) }))
}

/** Uses of limits, once for all sites where they are the same. */
export function usesBySite(uses: readonly LimitUse[]): LimitUse[] {
  const groups = groupSites(
    uses,
    ({ target }) => target,
    (use) => JSON.stringify({ ...use, target: '' }),
  )
  return groups.map(({ item, sites }) => ({ ...item, target: labelOf(item.target, sites) }))
}

/** Findings have sets and bigints, which JSON cannot represent. */
const textOf = (change: DeviceChange) =>
  JSON.stringify({ ...change, target: '' }, (_, value) => (typeof value === 'bigint' ? String(value) : value))
