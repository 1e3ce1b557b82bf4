import type { Delta, DocumentLabel, TagDelta } from '../model/delta.ts'
import { byCodeUnit } from '../model/order.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { TagDocument } from '../model/service-tag.ts'

/** What changed from one document to the other, in addresses: the same block cut differently is no change. */
export function diff(before: Labelled, after: Labelled): Delta {
  const names = [...new Set([...before.tags.keys(), ...after.tags.keys()])].sort(byCodeUnit)
  const deltas = names.map((tag) => deltaOf(tag, before, after))
  return {
    before: labelOf(before),
    after: labelOf(after),
    tags: deltas.filter(isChange),
    unchanged: deltas.filter((delta) => !isChange(delta)).map(({ tag }) => tag),
  }
}

type Labelled = Pick<TagDocument, 'cloud' | 'published' | 'changeNumber' | 'tags'>

function deltaOf(tag: string, before: Labelled, after: Labelled): TagDelta {
  const [old, young] = [before.tags.get(tag), after.tags.get(tag)]
  const [was, is] = [old?.prefixes ?? PrefixSet.empty, young?.prefixes ?? PrefixSet.empty]
  const kind = !old ? 'added' : !young ? 'removed' : 'changed'
  return { tag, kind, before: was, after: is, added: is.subtract(was), removed: was.subtract(is) }
}

const isChange = ({ kind, added, removed }: TagDelta) => kind !== 'changed' || !added.isEmpty || !removed.isEmpty

const labelOf = ({ cloud, published, changeNumber }: Labelled): DocumentLabel => ({ cloud, published, changeNumber })
