import type { OptionValues } from 'tagwall/reader'
import { keyOf } from './reader-elements.ts'
import { formOf, ownChains } from './reader-own.ts'
import type { Chain, NamedSet, State, Table } from './reader-state.ts'
import type { Clause, Element, Rule } from './reader-types.ts'

/**
 * The states before and after a load on another machine, for a file that leaves `state` and names some sets: the
 * same chains and sets with other contents; in tagwall's own table also more of them, and in a foreign table rules
 * that use tagwall's.
 */
export function otherStates(
  state: State,
  named: ReadonlySet<string>,
  options: OptionValues,
): { before: State; after: State } {
  const isOurs = options.form === 'table'
  const { outbound, inbound } = ownChains(options)
  const change = (change: (table: Table) => Table) =>
    new Map(Array.from(state, ([name, table]) => [name, change(table)]))
  if (isOurs) {
    const before = change((table) => ({
      ...table,
      chains: changed(table.chains, withStrayRule),
      sets: new Map([...changed(table.sets, filled), [LEFT.name, { ...LEFT, place: table.place }]]),
    }))
    return { before, after: state }
  }
  const after = change((table) => ({
    ...table,
    chains: new Map([...table.chains, ['yours', userChain(table, [outbound, inbound])]]),
  }))
  const before = new Map(
    Array.from(after, ([name, table]): [string, Table] => [
      name,
      {
        ...table,
        chains: changed(table.chains, (chain) => (chain.name === 'yours' ? chain : withStrayRule(chain))),
        sets: changed(table.sets, (set) => (named.has(set.name) ? filled(set) : set)),
      },
    ]),
  )
  return { before, after }
}

const changed = <Item>(items: ReadonlyMap<string, Item>, change: (item: Item) => Item) =>
  new Map(Array.from(items, ([name, item]) => [name, change(item)]))

const accept: Clause = { kind: 'verdict', verdict: { kind: 'accept' } }

function withStrayRule(chain: Chain): Chain {
  const rule: Rule = { place: chain.place, text: 'accept', comment: undefined, clauses: [accept] }
  return { ...chain, rules: [rule, ...chain.rules] }
}

/** A user's chain that jumps to tagwall's chains, and whose rules use its sets. */
function userChain({ place, sets }: Table, targets: readonly string[]): Chain {
  const jumps = targets.map((chain): Clause => ({ kind: 'verdict', verdict: { kind: 'jump', chain } }))
  const matches = [...sets.keys()].map((name): Clause => {
    return { kind: 'match', left: { keys: ['ip daddr'] }, operator: '', right: { kind: 'set', name } }
  })
  const rules = [...jumps, ...matches].map(
    (clause): Rule => ({ place, text: '', comment: undefined, clauses: [clause] }),
  )
  return { place, name: 'yours', hook: undefined, policy: undefined, rules }
}

const LEFT: Omit<NamedSet, 'place'> = {
  name: 'left-behind',
  form: { isMap: false, type: 'ipv4_addr', flags: ['interval'], isMerging: false, expires: false },
  elements: new Map(),
}

/** A set with an element more. */
function filled(set: NamedSet): NamedSet {
  const text = set.form.type === 'ipv6_addr' ? '100::/64' : '0.0.0.0/8'
  const element: Element = { value: { kind: 'word', text }, verdict: undefined, expires: false, line: 1 }
  return { ...set, elements: new Map([[text, element], ...set.elements]), resolved: undefined }
}

/** `before`, with the sets that only `after` has, as if an older full load had left them, and something in them. */
export function withLeftovers(before: State, after: State): State {
  return new Map(
    Array.from(before, ([name, table]): [string, Table] => {
      const added = [...(after.get(name)?.sets ?? [])].filter(([set]) => !table.sets.has(set))
      const left = added.map(([name, set]): [string, NamedSet] => [name, filled({ ...set, elements: new Map() })])
      return [name, { ...table, sets: new Map([...table.sets, ...left]) }]
    }),
  )
}

/** True if two states filter alike, whatever files made them. */
export function isSame(a: State, b: State): boolean {
  return textOf(a) === textOf(b)
}

function textOf(state: State): string {
  const sorted = <Item>(items: ReadonlyMap<string, Item>) => [...items].sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(
    sorted(state).map(([name, { isDormant, chains, sets }]) => [
      name,
      isDormant,
      sorted(chains).map(([name, { hook, policy, rules }]) => [name, hook, policy, formOf(rules)]),
      sorted(sets).map(([name, { form, elements }]) => [
        name,
        form,
        [...elements.values()].map(({ value }) => keyOf(value)).sort(),
      ]),
    ]),
  )
}
