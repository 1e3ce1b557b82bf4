import { type Delta, type DocumentLabel, pairOf, type TagDelta, type TagPair } from '../model/delta.ts'
import { byCodeUnit } from '../model/order.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { TagDocument } from '../model/service-tag.ts'

/** What changed from one document to the other, in addresses: the same block cut differently is no change. */
export function diff(before: Labelled, after: Labelled): Delta {
  const names = new Set([...before.tags.keys(), ...after.tags.keys()])
  const pairs = Array.from(names, (tag) => pairOf(tag, before.tags.get(tag)?.prefixes, after.tags.get(tag)?.prefixes))
  return deltaOf({ before: labelOf(before), after: labelOf(after), pairs, same: [] })
}

/** As `diff`, of tags that were paired already, and the names of others that are the same in both. */
export function deltaOf({ before, after, pairs, same }: Pairs): Delta {
  const deltas = pairs.map(tagDelta).sort((a, b) => byCodeUnit(a.tag, b.tag))
  const others = deltas.filter((delta) => !isChange(delta)).map(({ tag }) => tag)
  // Texts sort by code unit of themselves.
  return { before, after, tags: deltas.filter(isChange), unchanged: [...same, ...others].sort() }
}

type Labelled = DocumentLabel & Pick<TagDocument, 'tags'>

interface Pairs {
  readonly before: DocumentLabel
  readonly after: DocumentLabel
  readonly pairs: readonly TagPair[]
  readonly same: readonly string[]
}

function tagDelta({ tag, before, after, lost, gained }: TagPair): TagDelta {
  const [was, is] = [before ?? PrefixSet.empty, after ?? PrefixSet.empty]
  const kind = !before ? 'added' : !after ? 'removed' : 'changed'
  return { tag, kind, before: was, after: is, added: gained.subtract(was), removed: lost.subtract(is) }
}

const isChange = ({ kind, added, removed }: TagDelta) => kind !== 'changed' || !added.isEmpty || !removed.isEmpty

const labelOf = ({ cloud, published, changeNumber }: Labelled): DocumentLabel => ({ cloud, published, changeNumber })
