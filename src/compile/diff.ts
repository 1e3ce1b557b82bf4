import type { Delta, DocumentLabel, TagDelta } from '../model/delta.ts'
import { byCodeUnit } from '../model/order.ts'
import { PrefixSet } from '../model/prefix-set.ts'

/** What changed from one document to the other, in addresses: the same block cut differently is no change. */
export function diff(before: Labelled, after: Labelled): Delta {
  const names = [...new Set([...before.tags.keys(), ...after.tags.keys()])].sort(byCodeUnit)
  const deltas = names.map((tag) => tagDelta(tag, before.tags.get(tag)?.prefixes, after.tags.get(tag)?.prefixes))
  return {
    before: labelOf(before),
    after: labelOf(after),
    tags: deltas.filter(isChange),
    unchanged: deltas.filter((delta) => !isChange(delta)).map(({ tag }) => tag),
  }
}

type Labelled = DocumentLabel & { readonly tags: ReadonlyMap<string, { readonly prefixes: PrefixSet }> }

function tagDelta(tag: string, before: PrefixSet | undefined, after: PrefixSet | undefined): TagDelta {
  const [was, is] = [before ?? PrefixSet.empty, after ?? PrefixSet.empty]
  const kind = !before ? 'added' : !after ? 'removed' : 'changed'
  return { tag, kind, before: was, after: is, added: is.subtract(was), removed: was.subtract(is) }
}

const isChange = ({ kind, added, removed }: TagDelta) => kind !== 'changed' || !added.isEmpty || !removed.isEmpty

const labelOf = ({ cloud, published, changeNumber }: Labelled): DocumentLabel => ({ cloud, published, changeNumber })
