import { firstIndex } from '../../address/binary-search.ts'
import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import type { Finding } from '../../finding/finding.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { byCodeUnit } from '../../text/numbers.ts'

/**
 * Finds tags that gained all addresses of another tag. AzureCloud and its regions hold most tags anyway, and a base tag its
 * regional ones.
 */
export function swallowed(tags: readonly ServiceTag[], before: TagDocument): Finding[] {
  const inners = innersOf(tags)
  return tags.flatMap((outer) => {
    const old = before.tags.get(outer.name)?.prefixes
    if (!old || isAzureCloud(outer) || old.contains(outer.prefixes)) return []
    const isNews = (inner: ServiceTag) => {
      const innerOld = before.tags.get(inner.name)?.prefixes
      return innerOld !== undefined && !old.contains(innerOld) && !old.contains(inner.prefixes)
    }
    const names = beginningIn(outer, inners)
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

interface Inner {
  readonly tag: ServiceTag
  readonly first: bigint
}

/** Tags by their first address, in the family of that address. */
type Inners = Readonly<Record<AddressFamily, readonly Inner[]>>

function innersOf(tags: readonly ServiceTag[]): Inners {
  const of = (family: AddressFamily) =>
    tags
      .flatMap((tag): Inner[] => {
        const [range] = tag.prefixes.ranges
        return range?.family === family ? [{ tag, first: range.first }] : []
      })
      .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  return { ipv4: of('ipv4'), ipv6: of('ipv6') }
}

/** The tags whose first address is in `outer`: only these can lie in it completely. */
function beginningIn(outer: ServiceTag, inners: Inners): ServiceTag[] {
  return FAMILIES.flatMap((family) =>
    outer.prefixes.family(family).ranges.flatMap(({ first, last }) => {
      const found: ServiceTag[] = []
      const from = firstIndex(0, inners[family].length, (index) => (inners[family][index] as Inner).first >= first)
      for (let at = from; at < inners[family].length; at++) {
        const inner = inners[family][at] as Inner
        if (inner.first > last) break
        found.push(inner.tag)
      }
      return found
    }),
  )
}
