import { inFamiliesOf, PrefixSet } from '../../address/prefix-set.ts'
import type { Piece } from '../../model/change.ts'
import type { RequestedTags } from '../../model/service-tag.ts'
import type { Job } from '../../model/vendor.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import type { Allowed } from '../../verify/allowed.ts'

/** The addresses of a tag that a device resolves itself; undefined if they are not known. */
export type Resolve = (tag: string) => PrefixSet | undefined

/** The addresses of tags on both sides of a change, at one moment. */
export interface Resolution {
  readonly before: Resolve
  readonly after: Resolve
}

/** Nothing is known about any tag. */
export const unresolved: Resolution = { before: () => undefined, after: () => undefined }

/**
 * The addresses of a target's tags by each document, the newer one first. A tag that a document lacks is as in the other one, because only the
 * device knows.
 */
export function resolutionsOf(
  documents: readonly RequestedTags[],
  jobs: Record<'before' | 'after', Job>,
): Resolution[] {
  const tables = documents.map(
    ({ tags }) => new Map([...tags].map(([name, { prefixes }]) => [name.toLowerCase(), prefixes])),
  )
  return tables.map((own) => {
    const find = (tag: string) => [own, ...tables].flatMap((table) => table.get(tag.toLowerCase()) ?? [])[0]
    const ofJob =
      ({ family }: Job): Resolve =>
      (tag) => {
        const set = find(tag)
        return family ? set?.family(family) : set
      }
    return { before: ofJob(jobs.before), after: ofJob(jobs.after) }
  })
}

/** A remote side with the addresses of its tags, as far as they are known. */
export function resolvedBy(resolve: Resolve, { addresses, tags }: Allowed): Allowed {
  if (tags.size === 0) return { addresses, tags }
  const names = [...tags]
  return {
    addresses: PrefixSet.union([addresses, ...names.flatMap((tag) => resolve(tag) ?? [])]),
    tags: new Set(names.filter((tag) => !resolve(tag))),
  }
}

/** A piece with those of `names`, tags that the device resolves, in place of their addresses where it has all of them. */
export function withTags(piece: Piece, names: readonly string[], resolutions: readonly Resolution[]): Piece {
  const { remote } = piece
  const side = piece.opens ? 'after' : 'before'
  const tags = [...new Set(names)].sort(byCodeUnit).flatMap((tag) => {
    const sets = resolutions.flatMap((resolution) => resolution[side](tag) ?? [])
    return sets.length > 0 ? [{ tag, addresses: inReach(PrefixSet.union(sets), piece) }] : []
  })
  if (tags.length === 0) return piece
  const isWhole = ({ addresses }: (typeof tags)[number]) => !addresses.isEmpty && remote.addresses.contains(addresses)
  const whole = tags.filter(isWhole)
  const beside = remote.addresses.subtract(PrefixSet.union(whole.map(({ addresses }) => addresses)))
  const parts = tags.filter((one) => !isWhole(one) && one.addresses.overlaps(beside))
  const isPart = PrefixSet.union(parts.map(({ addresses }) => addresses)).contains(beside)
  return {
    ...piece,
    remote: {
      ...remote,
      tags: [...remote.tags, ...whole.map(({ tag }) => tag)],
      beside,
      partOf: isPart ? parts.map(({ tag }) => tag) : [],
    },
  }
}

/** The addresses that the local side of a piece can have connections with: no connection has addresses of two families. */
function inReach(addresses: PrefixSet, { local }: Piece): PrefixSet {
  const near = local?.addresses ?? local?.within
  return near ? inFamiliesOf(near, addresses) : addresses
}
