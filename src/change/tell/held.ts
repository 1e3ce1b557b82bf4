import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { KnownDocument } from '../../document/history.ts'
import type { TagSet } from '../../document/holders.ts'
import type { Delta, TagDelta } from '../../model/delta.ts'
import { groupsOf } from '../../model/group-by.ts'
import type { AddressSet, Ruleset } from '../../model/ruleset.ts'
import { byCodeUnit } from '../../text/numbers.ts'

// Rules, tags and changes as files hold them: a target may lack a family, or a rule.

/** One of the two documents of a report, and the rules as files hold them. */
export interface ReportSide extends Pick<KnownDocument, 'document'> {
  readonly ruleset: Ruleset
  readonly everyTag: Tags
}

/** All published tags; undefined for a snapshot, which keeps only the tags in use. */
export type Tags = readonly TagSet[] | undefined

/** The two sides of a report; `before` is undefined if there is nothing to compare with. */
export interface Sides {
  readonly before: ReportSide | undefined
  readonly after: ReportSide
}

/** The rules of a policy as files hold them: each with the addresses that any target has of it, without those that widening adds. */
export function heldRules(policy: Ruleset, held: readonly { readonly ruleset: Ruleset }[]): Ruleset {
  const rulesets = held.map(({ ruleset }) => ruleset)
  const [only] = rulesets
  if (only && rulesets.every((one) => one === only) && only.sets.every(({ widened }) => !widened)) return only
  const different = [...new Set(rulesets)]
  const [allSets, allRules] = [different.flatMap(({ sets }) => sets), different.flatMap(({ rules }) => rules)]
  const sets = groupsOf(allSets, ({ name }) => name).map(joinedSet)
  const setOf = new Map(sets.map((set) => [set.name, set]))
  return {
    ...policy,
    sets,
    rules: groupsOf(allRules, ({ name }) => name)
      .map(([rule]) => ({ ...rule, set: setOf.get(rule.set.name) as AddressSet }))
      .sort((a, b) => a.priority - b.priority || -byCodeUnit(a.direction, b.direction)),
  }
}

function joinedSet(all: readonly [AddressSet, ...AddressSet[]]): AddressSet {
  const { widened: _, ...set } = all[0]
  return { ...set, prefixes: PrefixSet.union(all.map(({ prefixes, widened }) => widened?.exact ?? prefixes)) }
}

/** The addresses of the families that files hold of a tag. */
export function heldOf(set: PrefixSet, tag: string, { sets }: Ruleset): PrefixSet {
  const own = sets.filter(({ tags }) => tags.includes(tag)).map(({ prefixes }) => prefixes)
  const isHeld = (family: AddressFamily) => own.some((prefixes) => !prefixes.family(family).isEmpty)
  return PrefixSet.union(FAMILIES.filter(isHeld).map((family) => set.family(family)))
}

/** The changes of a document in what files hold: without the families of a tag that the newer files do not hold, or the older ones did not. */
export const heldChanges = ({ tags }: Delta, older: Ruleset, newer: Ruleset): TagDelta[] =>
  tags
    .map((change): TagDelta => {
      const { tag, added, removed } = change
      return { ...change, added: heldOf(added, tag, newer), removed: heldOf(removed, tag, older) }
    })
    .filter(({ kind, added, removed }) => kind !== 'changed' || !added.isEmpty || !removed.isEmpty)
