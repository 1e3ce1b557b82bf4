import type { AddressFamily, Item } from 'tagwall/reader'
import type { Clause, Rule } from './reader-clauses.ts'
import type { Value } from './reader-expressions.ts'
import { type Chain, keyOf, type State, type Table } from './reader-state.ts'

/** All that a machine holds: the rules of each chain, then base chains, the chains that they lead to, and sets. */
export function itemsOf(state: State): Item[] {
  return [...state.values()].flatMap((table): Item[] => {
    const name = `${table.family} ${table.name}`
    const all = [...table.chains.values()]
    const ordered = [...all.filter(({ hook }) => hook), ...all.filter(({ hook }) => !hook)]
    return [
      ...ordered.flatMap((chain) => rulesOf(chain, name)),
      ...ordered.map((chain): Item => ({ kind: 'chain', name: chain.name, fields: chainFields(chain, name) })),
      ...setsOf(table, name),
    ]
  })
}

/** The rules of a chain. One of several with the same comment, or without any, is told apart by its number. */
function rulesOf(chain: Chain, table: string): Item[] {
  const counts = new Map<string, number>()
  return chain.rules.map(({ text, comment, clauses }): Item => {
    const [name, family] = [comment || text, familyOf(clauses)]
    const count = (counts.get(`${family} ${name}`) ?? 0) + 1
    counts.set(`${family} ${name}`, count)
    const id = count > 1 ? `${name} ${count}` : undefined
    return { kind: 'rule', family, name, id, list: `${table} ${chain.name}`, fields: ruleFields(clauses) }
  })
}

/** The family that the addresses of a rule are of; undefined if it matches none. */
const familyOf = (clauses: readonly Clause[]): AddressFamily | undefined => {
  const keys = clauses.flatMap((clause) => (clause.kind === 'match' ? clause.left.keys : []))
  return keys.some((key) => key.startsWith('ip6 '))
    ? 'ipv6'
    : keys.some((key) => key.startsWith('ip '))
      ? 'ipv4'
      : undefined
}

/** The clauses that tagwall writes; a proof notes all others. */
const ruleFields = (clauses: Rule['clauses']): Item['fields'] =>
  Object.fromEntries(
    clauses.map((clause) => {
      if (clause.kind === 'match')
        return [[...clause.left.keys, clause.operator].join(' ').trim(), fieldOf(clause.right)]
      if (clause.kind !== 'verdict') return [clause.kind === 'pass' ? clause.what : clause.kind, 'yes']
      const { verdict } = clause
      return ['verdict', 'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind]
    }),
  )

const fieldOf = (value: Value): string | string[] =>
  value.kind === 'list' ? value.elements.map((element) => keyOf(element.value)) : keyOf(value)

const chainFields = ({ hook, policy }: Chain, table: string): Item['fields'] => ({
  table,
  ...(hook && { type: hook.type, hook: hook.hook, priority: `${hook.priority}` }),
  ...(policy !== undefined && { policy }),
})

const setsOf = ({ sets }: Table, table: string): Item[] =>
  Array.from(sets.values(), ({ name, form, elements }): Item => {
    const family = form.type === 'ipv6_addr' ? 'ipv6' : 'ipv4'
    const fields = { table, type: form.type, flags: form.flags, addresses: [...elements.keys()] }
    return { kind: 'set', family, name, fields }
  })
