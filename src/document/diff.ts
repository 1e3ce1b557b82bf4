import { PrefixSet } from '../address/prefix-set.ts'
import { type Delta, type DocumentLabel, labelOf, type TagDelta } from '../model/delta.ts'
import { isAsked } from '../model/service-tag.ts'
import { byCodeUnit } from '../text/numbers.ts'

/**
 * The difference of two documents in addresses: the same block cut differently is not a change. A tag that one document was never
 * asked for is not compared; `uncompared` lists those of the newer document.
 */
export function diff(before: Labelled, after: Labelled): Delta {
  const names = [...new Set([...before.tags.keys(), ...after.tags.keys()])].sort(byCodeUnit)
  const deltas = names
    .filter((name) => isAsked(before, name) && isAsked(after, name))
    .map((tag) => tagDelta(tag, before.tags.get(tag)?.prefixes, after.tags.get(tag)?.prefixes))
  const uncompared = names.filter((name) => after.tags.has(name) && !isAsked(before, name))
  return {
    before: labelOf(before),
    after: labelOf(after),
    tags: deltas.filter(isChange),
    unchanged: deltas.filter((delta) => !isChange(delta)).map(({ tag }) => tag),
    ...(uncompared.length > 0 && { uncompared }),
  }
}

type Labelled = DocumentLabel & {
  readonly tags: ReadonlyMap<string, { readonly prefixes: PrefixSet }>
  readonly asked?: readonly string[] | undefined
}

function tagDelta(tag: string, before: PrefixSet | undefined, after: PrefixSet | undefined): TagDelta {
  const [was, is] = [before ?? PrefixSet.empty, after ?? PrefixSet.empty]
  const kind = !before ? 'added' : !after ? 'removed' : 'changed'
  return { tag, kind, before: was, after: is, added: is.subtract(was), removed: was.subtract(is) }
}

const isChange = ({ kind, added, removed }: TagDelta) => kind !== 'changed' || !added.isEmpty || !removed.isEmpty
