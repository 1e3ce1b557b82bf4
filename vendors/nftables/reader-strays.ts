import type { Note, OptionValues } from 'tagwall/reader'
import { formOf, ownChains } from './reader-own.ts'
import { applyAll, type Chain, keyOf, type NamedSet, nameOf, type State, type Table } from './reader-state.ts'
import type { Clause, Element, Rule, Statement } from './reader-types.ts'

/** The load of a file. */
interface Load {
  readonly before: State
  readonly after: State
  readonly statements: readonly Statement[]
  /** The sets that the statements name. */
  readonly named: ReadonlySet<string>
  readonly isFull: boolean
}

/** A file must have the same effect on any state: loaded again, over other content of tagwall, and over leftovers of an older load. */
export function checkStrays(load: Load, part: string, options: OptionValues): readonly Note[] {
  const { before, after, statements, isFull } = load
  const others = isFull
    ? [otherStates(load, options)]
    : [after, withLeftovers(before, after)].map((before) => ({ before, after }))
  return others.flatMap(({ before, after }) => {
    const { state, remarks } = applyAll(before, statements, { isStrict: true })
    if (remarks.length > 0 || isSame(state, after)) return remarks
    const reason = isFull
      ? 'leaves something behind when it is loaded over an older file'
      : 'does something else when it is loaded again'
    return [{ place: { part, line: 1 }, text: '', reason }]
  })
}

/**
 * The states before and after a full load on another machine: the same chains and sets with other contents; in tagwall's own
 * table also more of them, and in a foreign table rules that use tagwall's.
 */
function otherStates({ after, named }: Load, options: OptionValues): { before: State; after: State } {
  const { outbound, inbound } = ownChains(options)
  if (options.form === 'table') {
    const before = changed(after, (table) => ({
      ...table,
      chains: changed(table.chains, withStrayRule),
      sets: new Map([...changed(table.sets, filled), [LEFT.name, { ...LEFT, place: table.place }]]),
    }))
    return { before, after }
  }
  const used = changed(after, (table) => ({
    ...table,
    chains: new Map([...table.chains, ['yours', userChain(table, [outbound, inbound])]]),
  }))
  const before = changed(used, (table) => ({
    ...table,
    chains: changed(table.chains, (chain) => (chain.name === 'yours' ? chain : withStrayRule(chain))),
    sets: changed(table.sets, (set) => (named.has(set.name) ? filled(set) : set)),
  }))
  return { before, after: used }
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
function withLeftovers(before: State, after: State): State {
  return changed(before, (table) => {
    const { sets = new Map<string, NamedSet>() } = after.get(nameOf(table)) ?? {}
    const left = changed(sets, (set) => table.sets.get(set.name) ?? filled({ ...set, elements: new Map() }))
    return { ...table, sets: new Map([...table.sets, ...left]) }
  })
}

/** True if two states filter alike, whatever files made them. */
function isSame(a: State, b: State): boolean {
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
