import { FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { SetDelta } from '../../model/fitted.ts'
import { tagSummary } from '../../model/naming.ts'
import type { PrefixView } from './prefix-view.ts'
import { familyFields, type Words } from './set-view.ts'

export type SetDeltaView = ReturnType<typeof setDeltaView>
export type OnePrefix = (prefix: Prefix) => PrefixView

/** A set that changed, with what it gains and loses, together and by family. */
export function setDeltaView({ set, kind, families, isRetagged }: SetDelta, words: Words, prefixView: OnePrefix) {
  return {
    name: set.name,
    id: set.set.id,
    tags: set.set.tags,
    tagSummary: tagSummary(set.set),
    isAdded: kind === 'added',
    isRemoved: kind === 'removed',
    isRetagged,
    added: families.flatMap(({ added }) => added).map(prefixView),
    removed: families.flatMap(({ removed }) => removed).map(prefixView),
    /** All of the newer side, for a device that replaces an object as a whole. */
    get prefixes() {
      return kind === 'removed' ? [] : set.set.prefixes.prefixes.map(prefixView)
    },
    /** Those of the newer side with what they gain, for a device that keeps a description in the group of each. */
    get allFamilies() {
      const own = kind === 'removed' ? [] : FAMILIES.filter((family) => !set.set.prefixes.family(family).isEmpty)
      return own.map((family) => {
        const added = families.find((one) => one.family === family)?.added ?? []
        return { ...familyFields(family, words), added: added.map(prefixView) }
      })
    },
    families: families.map(({ family, kind, added, removed }) => ({
      ...familyFields(family, words),
      isAdded: kind === 'added',
      isRemoved: kind === 'removed',
      /** New, or cut differently: a device that refuses overlaps cannot hold old and new prefixes together. */
      isReplaced: kind === 'added' || PrefixSet.of(added).overlaps(PrefixSet.of(removed)),
      added: added.map(prefixView),
      removed: removed.map(prefixView),
      get prefixes() {
        return kind === 'removed' ? [] : set.set.prefixes.family(family).prefixes.map(prefixView)
      },
    })),
  }
}
