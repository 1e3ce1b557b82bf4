import { overlapFinder } from '../../address/overlaps.ts'
import type { Finding } from '../../finding/finding.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { byCodeUnit } from '../../text/numbers.ts'

/**
 * Finds tags that gained all addresses of another tag. AzureCloud and its regions hold most tags anyway, and a base tag its
 * regional ones.
 */
export function swallowed(tags: readonly ServiceTag[], before: TagDocument): Finding[] {
  const tagsNear = overlapFinder(tags, ({ prefixes }) => prefixes)
  return tags.flatMap((outer) => {
    const old = before.tags.get(outer.name)?.prefixes
    if (!old || isAzureCloud(outer) || old.contains(outer.prefixes)) return []
    const isNews = (inner: ServiceTag) => {
      const innerOld = before.tags.get(inner.name)?.prefixes
      return innerOld !== undefined && !old.contains(innerOld) && !old.contains(inner.prefixes)
    }
    const names = tagsNear(outer.prefixes)
      .filter((inner) => inner !== outer && !isParent(outer, inner) && outer.prefixes.contains(inner.prefixes))
      .filter(isNews)
      .map(({ name }) => name)
    return names
      .sort(byCodeUnit)
      .map((inner): Finding => ({ code: 'TAG_SWALLOWED', severity: 'error', tag: outer.name, inner }))
  })
}

export const isAzureCloud = ({ name }: ServiceTag) => name === 'AzureCloud' || name.startsWith('AzureCloud.')

const isParent = (outer: ServiceTag, inner: ServiceTag) => inner.name.startsWith(`${outer.name}.`)
