import { FAMILIES } from '../../address/prefix.ts'
import type { Fitted, FittedRule } from '../../model/fitted.ts'
import { groupsByName, haveSameMembers } from '../../model/member-groups.ts'
import { tagSummary } from '../../model/naming.ts'
import { countLineChanges, countLines } from '../../text/lines.ts'
import { changedPrefixes } from '../../vendor/render/changed-prefixes.ts'
import type { Counts, FileChange } from './report-values.ts'

/**
 * Counts the prefixes, groups and rules that change on a device between two fitted rulesets of one target. A rule of which only the addresses
 * change counts as none.
 */
export function countChanges(before: Fitted, after: Fitted): Record<'prefixes' | 'groups' | 'rules', Counts> {
  const prefixes = changedPrefixes(before.sets, after.sets)
  const byName = ({ rules }: Fitted) => new Map(rules.map((rule) => [rule.name, rule]))
  return {
    prefixes: { added: prefixes.added.length, changed: 0, removed: prefixes.removed.length },
    groups: countsOf(groupsByName(before), groupsByName(after), haveSameMembers),
    rules: countsOf(byName(before), byName(after), (was, is) => shapeOf(was) === shapeOf(is)),
  }
}

/** Counts what is new, different and gone, by name. */
function countsOf<Item>(
  before: ReadonlyMap<string, Item>,
  after: ReadonlyMap<string, Item>,
  areSame: (was: Item, is: Item) => boolean,
): Counts {
  const kept = [...after].flatMap(([name, is]): [Item, Item][] => {
    const was = before.get(name)
    return was === undefined ? [] : [[was, is]]
  })
  return {
    added: after.size - kept.length,
    changed: kept.filter(([was, is]) => !areSame(was, is)).length,
    removed: before.size - kept.length,
  }
}

/** All of a rule but its remote addresses. A device resolves a tag itself. */
function shapeOf({ rule, priority, prefixes, set, tag, family, local }: FittedRule): string {
  const { set: policySet, local: _, targets: __, sites: ___, ...words } = rule
  const near = local && ('set' in local ? [local.set.name, local.set.set.id, local.set.set.prefixes.texts] : local)
  const families = FAMILIES.map((family) => prefixes.family(family).isEmpty)
  const far = tag === undefined ? [families, set.name, set.set.id, policySet.tags, tagSummary(set.set)] : [tag]
  return JSON.stringify([words, priority, family, near, policySet.name, far])
}

/** Counts the changed lines of a file. */
export function fileChange(path: string, before: string | undefined, after: string | undefined): FileChange {
  return {
    path,
    before: before === undefined ? undefined : countLines(before),
    after: after === undefined ? undefined : countLines(after),
    ...countLineChanges(before ?? '', after ?? ''),
  }
}
