import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { KnownDocument } from '../../document/history.ts'
import type { TagSet } from '../../document/holders.ts'
import type { Delta, TagDelta } from '../../model/delta.ts'
import { type AddressSet, type ConcreteRule, type Ruleset, restrict } from '../../model/ruleset.ts'
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

/**
 * The rules of a policy as files hold them: each with the addresses that any target has of it, without those that widening adds. A target may
 * lack a family, or a rule.
 */
export function heldRules(
  policy: Ruleset,
  held: readonly { readonly ruleset: Ruleset; readonly job: { readonly family: AddressFamily | undefined } }[],
): Ruleset {
  const rulesets = held.map(({ ruleset, job }) => restrict(ruleset, job.family))
  const [only] = rulesets
  if (only && rulesets.every((one) => one === only) && only.sets.every(({ widened }) => !widened)) return only
  const sets = new Map<string, AddressSet[]>()
  const rules = new Map<string, ConcreteRule>()
  for (const ruleset of new Set(rulesets)) {
    for (const set of ruleset.sets) sets.set(set.name, [...(sets.get(set.name) ?? []), set])
    for (const rule of ruleset.rules) if (!rules.has(rule.name)) rules.set(rule.name, rule)
  }
  const joined = new Map([...sets].map(([name, own]) => [name, joinedSet(own)]))
  return {
    ...policy,
    sets: [...joined.values()],
    rules: [...rules.values()]
      .map((rule) => ({ ...rule, set: joined.get(rule.set.name) as AddressSet }))
      .sort((a, b) => a.priority - b.priority || -byCodeUnit(a.direction, b.direction)),
  }
}

function joinedSet([first, ...others]: readonly AddressSet[]): AddressSet {
  const exact = ({ prefixes, widened }: AddressSet) => widened?.exact ?? prefixes
  const { widened: _, ...set } = first as AddressSet
  return { ...set, prefixes: PrefixSet.union([first as AddressSet, ...others].map(exact)) }
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
