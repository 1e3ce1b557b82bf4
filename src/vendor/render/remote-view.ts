import { PrefixSet } from '../../address/prefix-set.ts'
import type { FittedRule, FittedSet } from '../../model/fitted.ts'
import { groupBy } from '../../model/group-by.ts'
import { objectNameOf } from '../../model/naming.ts'
import type { OptionValues } from '../../model/option-values.ts'
import { splitOf, type Vendor, type Word } from '../../model/vendor.ts'

/** A tag or a prefix of the remote sides of a target. */
export interface RemoteView {
  readonly text: string
  readonly name: string
  readonly isTag: boolean
  /** The name of the one before it; empty for the first. */
  readonly previous: string
}

/**
 * The remote sides of all rules together, each once, as routing tables need them: tags first, if rules are split
 * by tag, then the policy's own prefixes; or else all addresses in the fewest prefixes.
 */
export function remotesOf(sets: readonly FittedSet[], vendor: Vendor, options: OptionValues): RemoteView[] {
  const isByTag = splitOf(vendor, options) === 'tag'
  const tags = isByTag ? [...new Set(sets.flatMap(({ set }) => set.tags))].sort() : []
  const addresses = sets.map(({ set }) => (isByTag ? (set.own ?? PrefixSet.empty) : set.prefixes))
  const prefixes = PrefixSet.union(addresses).texts
  const names = [...tags, ...prefixes].map((text) => objectNameOf(text, vendor, options))
  return [...tags, ...prefixes].map((text, index) => {
    return { text, name: names[index] as string, isTag: index < tags.length, previous: names[index - 1] ?? '' }
  })
}

/** The rules that each rule of the policy became: of both directions, tags and families. */
export function byPolicyRule<View extends { readonly isAllow: boolean; readonly isDeny: boolean }>(
  rules: readonly FittedRule[],
  views: readonly View[],
  words: (word: Word) => string,
) {
  const viewed = rules.map((rule, index) => ({ rule, view: views[index] as View }))
  return [...groupBy(viewed, ({ rule }) => rule.set)].map(([set, own]) => {
    const [{ rule, view }] = own as [(typeof own)[number]]
    return {
      name: set.name,
      priority: rule.rule.priority,
      action: words(rule.rule.action),
      isAllow: view.isAllow,
      isDeny: view.isDeny,
      rules: own.map(({ view }) => view),
    }
  })
}
