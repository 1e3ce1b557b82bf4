import type { Fitted } from '../../model/fitted.ts'
import { countLineChanges, countLines } from '../../text/lines.ts'
import { rulesDelta } from '../ways/rules-delta.ts'
import type { Counts, FileChange } from './report-values.ts'

/** Counts the prefixes, groups and rules that change on a device between two fitted rulesets of one target. */
export function countChanges(before: Fitted, after: Fitted): Record<'prefixes' | 'groups' | 'rules', Counts> {
  const { prefixes, groups, rules, removedRules } = rulesDelta(before, after)
  // A group that gains and loses members counts once.
  const changed = new Set([...groups.grown, ...groups.shrunk].map(({ name }) => name))
  return {
    prefixes: { added: prefixes.added.length, changed: 0, removed: prefixes.removed.length },
    groups: { added: groups.added.length, changed: changed.size, removed: groups.removed.length },
    rules: {
      added: rules.filter(({ kind }) => kind === 'added').length,
      changed: rules.filter(({ kind, isReshaped }) => kind === 'changed' && isReshaped).length,
      removed: removedRules.length,
    },
  }
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
