import type { Fitted } from '../../model/fitted.ts'
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

/** Counts the lines that each text has and the other lacks; a moved line is not a change. */
export function fileChange(path: string, before: string | undefined, after: string | undefined): FileChange {
  const [old, young] = [linesOf(before), linesOf(after)]
  const counts = new Map<string, number>()
  for (const line of young) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of old) counts.set(line, (counts.get(line) ?? 0) - 1)
  const differences = [...counts.values()]
  return {
    path,
    before: before === undefined ? undefined : old.length,
    after: after === undefined ? undefined : young.length,
    added: differences.reduce((sum, count) => sum + Math.max(0, count), 0),
    removed: differences.reduce((sum, count) => sum + Math.max(0, -count), 0),
  }
}

const linesOf = (text: string | undefined) => text?.split('\n').slice(0, -1) ?? []
