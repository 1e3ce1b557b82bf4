import type { AddressFamily, ChainRule, FoundRule, Notes, ReaderContext } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Entry, ReadTable } from './reader-entries.ts'
import type { Rule } from './reader-rule.ts'

/** The rules that connections meet which come in at an entry of a table. */
export function walk(entry: Entry, { table, rules }: ReadTable, { remotes }: ReaderContext, notes: Notes): FoundRule[] {
  const { chain, direction, isDecided } = entry
  const family = table.family as AddressFamily
  const { policy, line, part = table.place.part } = table.chains.get(chain) ?? {}
  const name = `policy ${policy} of ${chain}`
  const place = { part, line: line as number }
  const isFilter = table.name === 'filter'
  const known = new Map(Array.from(rules, ([chain, list]) => [chain, list.flatMap((rule) => ruleFor(rule, entry))]))
  const action = policy === 'ACCEPT' ? 'allow' : policy === 'DROP' ? 'deny' : undefined
  const found = kit.followChains(
    {
      ...{ chain, direction, isDecided, remotes, family, rulesOf: (chain) => known.get(chain) },
      policy: isFilter && action ? { action, name, place } : undefined,
    },
    notes,
  )
  if (!isFilter && action === 'deny') {
    const remote = { addresses: kit.everything(family), tags: [] }
    const about = [{ direction, protocol: 'any', ports: kit.everyPort, remote } as const]
    notes.add(place, name, `drops in the table ${table.name}, which is not followed`, { about })
  }
  if (isFilter && policy !== undefined && !action)
    notes.add(place, chain, `has the policy ${policy}, which is not understood`)
  return found
}

/** The rule for connections of an entry; empty if it matches other interfaces only. */
function ruleFor(rule: Rule, { direction, interfaces: known }: Entry): ChainRule[] {
  const { interfaces, isToSelf } = rule
  if (isToSelf && direction === 'outbound') return []
  let { part } = rule.match
  for (const { side, name, isNegated } of interfaces) {
    const actual = known[side]
    if (actual !== undefined && isNegated === isInterface(name, actual)) return []
    if (actual === undefined && part === 'no') part = 'zone'
  }
  return [{ ...rule, match: { ...rule.match, part } }]
}

function isInterface(pattern: string, actual: string): boolean {
  return pattern.endsWith('+') ? actual.startsWith(pattern.slice(0, -1)) : actual === pattern
}
