import type { Notes, OptionValues } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Rule } from './reader-clauses.ts'
import { parseText, type Statement } from './reader-commands.ts'
import { applyAll, type Chain, EMPTY, isNamed, type NamedSet, nameOf, type State, type Table } from './reader-state.ts'

/** The names of tagwall's own chains. */
export function ownChains({ form, prefix }: OptionValues): { outbound: string; inbound: string } {
  const begin = form === 'chains' ? prefix : ''
  return { outbound: `${begin}outbound`, inbound: `${begin}inbound` }
}

/** The base chains that tagwall writes in front of its own chains. */
function expectedHooks(options: OptionValues): string {
  if (options.form === 'chains') return ''
  const head = (hook: string) =>
    `type filter hook ${hook} priority ${options.priority}; policy accept;\nct state established,related accept`
  const names = (options.outside as readonly string[]).map((name) => `"${name}"`).join(', ')
  return options.hook === 'router'
    ? `chain forward {\n${head('forward')}\noifname { ${names} } jump outbound\niifname { ${names} } jump inbound\n}`
    : `chain output {\n${head('output')}\noifname "lo" accept\njump outbound\n}\nchain input {\n${head('input')}\niifname "lo" accept\njump inbound\n}`
}

/** Notes the differences from tagwall's own files that a comparison of addresses does not show. Sets in `left` are of older loads. */
export function checkOwn(state: State, left: ReadonlySet<string>, options: OptionValues, notes: Notes): void {
  const [table, ...more] = state.values()
  const name = `inet ${options.table}`
  if (!table || more.length > 0 || nameOf(table) !== name || table.isDormant) {
    const place = (more[0] ?? table)?.place ?? { part: 'ruleset', line: 1 }
    notes.add(place, `table ${name}`, 'is not the only table here')
    return
  }
  const { outbound, inbound } = ownChains(options)
  checkHooks(table, [outbound, inbound], options, notes)
  for (const name of [outbound, inbound]) checkChain(name, table, options, notes)
  for (const set of table.sets.values()) if (!left.has(set.name)) checkSet(set, table, notes)
}

function checkHooks(table: Table, own: readonly string[], options: OptionValues, notes: Notes): void {
  const [expected] = stateAfter(`table inet expected {\n${expectedHooks(options)}\n}`).values()
  for (const name of expected?.chains.keys() ?? [])
    if (!table.chains.has(name)) notes.add(table.place, `chain ${name}`, 'is missing')
  for (const chain of table.chains.values()) {
    const like = expected?.chains.get(chain.name)
    const isExpected = like && textOfChain(like) === textOfChain(chain)
    if (!own.includes(chain.name) && !isExpected)
      notes.add(chain.place, `chain ${chain.name}`, 'is not as tagwall writes it')
  }
}

/** The state after commands that are valid for nft. */
const stateAfter = (text: string, before = EMPTY): State => {
  const notes = kit.notes()
  return applyAll(before, parseText({ part: '', text }, notes), false, notes)
}

const textOfChain = ({ hook, policy, rules }: Chain) => JSON.stringify([hook, policy, formOf(rules)])

const formOf = (rules: readonly Rule[]) =>
  JSON.stringify(
    rules.map(({ clauses }) => clauses),
    (key, value) => (key === 'line' ? 0 : value),
  )

/** The form of the rules in tagwall's chains; packets that no rule accepts are counted or dropped. */
const DECIDES =
  /^(?:(?:tcp|udp) dport; |ct state; (?:meta l4proto; )?)(?:ip6? [ds]addr; )?ip6? [ds]addr @; counter; (?:accept|drop)$/
const OTHERS = {
  count: /^(?:(?:tcp|udp) dport; |ct state; (?:meta l4proto; )?)(?:ip6? [ds]addr; )?counter$/,
  drop: /^(?:(?:tcp|udp) dport; |ct state; (?:meta l4proto; )?)(?:ip6? [ds]addr; )?counter; drop$/,
}

function checkChain(name: string, table: Table, options: OptionValues, notes: Notes): void {
  const chain = table.chains.get(name)
  const note = (reason: string) => notes.add((chain ?? table).place, `chain ${name}`, reason)
  if (!chain || chain.hook || chain.policy) {
    note(chain ? 'has a hook of its own' : 'is missing')
    return
  }
  const others = OTHERS[options.others === 'drop' ? 'drop' : 'count']
  const isOther = (rule: Rule) => options.form === 'table' && others.test(shapeOf(rule))
  const strange = chain.rules.filter((rule) => !DECIDES.test(shapeOf(rule)) && !isOther(rule))
  for (const { place, text } of strange) notes.add(place, text, 'is not a rule that tagwall writes')
  if (strange.length > 0 || options.form === 'chains') return
  const accepting = chain.rules.filter((rule) => !isOther(rule))
  const last = chain.rules.slice(accepting.length)
  const services = (rules: readonly Rule[]) => [...new Set(rules.map(serviceOf))].sort().join()
  const allowing = accepting.filter((rule) => shapeOf(rule).endsWith('accept'))
  if (!last.every(isOther) || services(last) !== services(allowing))
    note('has different ports at its end and in its rules')
}

function shapeOf({ clauses }: Rule): string {
  return clauses
    .map((clause) => {
      if (clause.kind === 'verdict') return clause.reject ? 'reject' : clause.verdict.kind
      if (clause.kind === 'pass') return clause.what
      if (clause.kind !== 'match' || clause.left.mask || !/^(?:==)?$/.test(clause.operator)) return clause.kind
      return `${clause.left.keys.join(' . ')}${clause.right.kind === 'set' ? ' @' : ''}`
    })
    .join('; ')
}

/** The protocol, ports and local addresses of a rule, as a text. */
const serviceOf = (rule: Rule) =>
  formOf([{ ...rule, clauses: rule.clauses.filter((one) => one.kind === 'match' && one.right.kind !== 'set') }])

function checkSet({ name, place, form }: NamedSet, table: Table, notes: Notes): void {
  const isPlain = form.flags.join() === 'interval' && !form.isMerging && !form.expires && !form.isMap
  if (!isNamed(table, 'set', name)) notes.add(place, `set ${name}`, 'is a set that no rule names')
  else if (!isPlain) notes.add(place, `set ${name}`, 'is not as tagwall writes it')
}

/** The load of a file. */
interface Load {
  readonly before: State
  readonly after: State
  readonly statements: readonly Statement[]
  readonly isFull: boolean
}

/** The sets that commands name. */
export const setsIn = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(statements.flatMap((one) => (one.object === 'set' || one.object === 'element' ? [one.name] : [])))

/** A file must have the same effect on any state: loaded again, over other content of tagwall, and over leftovers of an older load. */
export function checkStrays(load: Load, part: string, options: OptionValues, notes: Notes): void {
  const { before, after, statements, isFull } = load
  const others = isFull
    ? [otherStates(load, options)]
    : [after, withLeftovers(before, after)].map((before) => ({ before, after }))
  for (const { before, after } of others) {
    const own = kit.notes()
    const isSame = textOf(applyAll(before, statements, true, own)) === textOf(after)
    const reason = isFull
      ? 'leaves something behind when it is loaded over an older file'
      : 'does something else when it is loaded again'
    if (own.all.length === 0 && !isSame) own.add({ part, line: 1 }, '', reason)
    notes.addAll(own.all)
  }
}

/**
 * The states before and after a full load on another machine: the same chains and sets with other contents; in tagwall's own
 * table also more of them, and in a foreign table rules that use tagwall's.
 */
function otherStates({ after, statements }: Load, options: OptionValues): { before: State; after: State } {
  const isOwn = options.form === 'table'
  const named = setsIn(statements)
  const { outbound, inbound } = ownChains(options)
  const used = withMore(after, ({ sets }, table) => {
    if (isOwn) return []
    const rules = [`jump ${outbound}`, `jump ${inbound}`, ...Array.from(sets.keys(), (name) => `ip daddr @${name}`)]
    return [`add chain ${table} yours`, ...rules.map((rule) => `add rule ${table} yours ${rule}`)]
  })
  const before = withMore(used, ({ chains, sets }, table) => [
    ...[...chains.keys()].filter((name) => isOwn || name !== 'yours').map((name) => `add rule ${table} ${name} accept`),
    ...[...sets.values()].filter(({ name }) => isOwn || named.has(name)).map((set) => oneMore(set, table)),
    ...(isOwn ? [newSet('left-behind', 'ipv4_addr', table)] : []),
  ])
  return { before, after: used }
}

/** `before`, with the sets that only `after` has, as if an older full load had left them, and something in them. */
const withLeftovers = (before: State, after: State): State =>
  withMore(before, ({ sets }, table) =>
    [...(after.get(table)?.sets.values() ?? [])]
      .filter(({ name }) => !sets.has(name))
      .flatMap((set) => [newSet(set.name, set.form.type, table), oneMore(set, table)]),
  )

/** A state after more commands of nft in each of its tables. */
function withMore(state: State, commandsIn: (table: Table, name: string) => readonly string[]): State {
  return stateAfter([...state.values()].flatMap((table) => commandsIn(table, nameOf(table))).join('\n'), state)
}

const newSet = (name: string, type: string, table: string) =>
  `add set ${table} ${name} { type ${type}; flags interval; }`

/** The command that adds an element to a set. */
const oneMore = ({ name, form }: NamedSet, table: string) =>
  `add element ${table} ${name} { ${form.type === 'ipv6_addr' ? '100::/64' : '0.0.0.0/8'} }`

/** The same text for states that filter alike, whatever files made them. */
function textOf(state: State): string {
  const sorted = <Item>(items: ReadonlyMap<string, Item>) => [...items].sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(
    sorted(state).map(([name, { isDormant, chains, sets }]) => [
      [name, isDormant],
      sorted(chains).map(([name, chain]) => [name, textOfChain(chain)]),
      sorted(sets).map(([name, { form, elements }]) => [name, form, [...elements.keys()].sort()]),
    ]),
  )
}
