import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { Missing } from '../../model/audit.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { LocalPart } from '../local-parts.ts'
import { type Beyond, ruleKey } from './beyond.ts'

interface Part extends Beyond {
  readonly part: LocalPart
  readonly missing: readonly Missing[]
}

/** The findings of several parts of the local side as one; the same finding in several parts is one. */
export function combine(parts: readonly Part[], ruleset: Ruleset): Omit<Beyond, 'inside'> & Pick<Part, 'missing'> {
  const [only, ...more] = parts
  if (only && more.length === 0) return only
  const inside = new Set(parts.flatMap((part) => [...part.inside]))
  return {
    missing: combineMissing(parts, ruleset),
    stale: once(parts.flatMap(({ stale }) => stale)),
    wider: once(parts.flatMap(({ wider }) => wider)),
    opened: once(parts.flatMap(({ opened }) => opened)),
    outside: once(parts.flatMap(({ outside }) => outside)).filter((entry) => !inside.has(ruleKey(entry))),
    hasWide: parts.some(({ hasWide }) => hasWide),
  }
}

/** Entries without those that were there before. */
function once<Entry extends object>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()]
}

function keyOf(entry: object): string {
  return JSON.stringify(entry, (_, value) =>
    PrefixSet.is(value) ? value.texts : typeof value === 'bigint' ? String(value) : value,
  )
}

/** What is missing in several parts is one finding, which names the parts unless they are the whole local side of the rule. */
function combineMissing(parts: readonly Part[], { rules }: Ruleset): Missing[] {
  const groups = new Map<string, { readonly entry: Missing; readonly parts: LocalPart[] }>()
  for (const { part, missing } of parts) {
    for (const entry of missing) {
      const key = keyOf(entry)
      const group = groups.get(key)
      if (group) group.parts.push(part)
      else groups.set(key, { entry, parts: [part] })
    }
  }
  return Array.from(groups.values(), ({ entry, parts }) => {
    const local = PrefixSet.union(parts.map(({ addresses }) => addresses))
    const own = rules.find(({ name }) => name === entry.rule)?.local
    const isWhole = own === undefined || 'object' in own || local.contains(own.set.prefixes)
    return isWhole ? entry : { ...entry, local }
  })
}
