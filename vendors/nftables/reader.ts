import type { AddressFamily, Device, Item, Notes, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { bindKit, DIRECTIONS, FAMILIES, kit } from '../_kit/kit.ts'
import { passedBy } from '../_netfilter/netfilter.ts'
import type { Clause, Rule } from './reader-clauses.ts'
import { parseText } from './reader-commands.ts'
import type { Value } from './reader-expressions.ts'
import { checkOwn, checkStrays, ownChains, setsIn } from './reader-own.ts'
import { applyAll, type Chain, EMPTY, keyOf, type State, type Table } from './reader-state.ts'
import { chainsOf, entriesOf, noteOthers, walk } from './reader-walk.ts'

/**
 * Reads files for `nft -f` and the output of `nft list ruleset`, in any number of files. A file is one transaction: all its
 * commands take effect at once.
 */
export const device = (context: ReaderContext): Device => {
  bindKit(context.kit)
  const isProof = context.purpose === 'prove'
  const heard = kit.notes()
  const parts: ReadFile[] = []
  let state = EMPTY
  /** The sets that a full load neither uses nor removes: they may stay, although no rule names them. */
  let left: ReadonlySet<string> = new Set()
  return {
    *load(files, kind) {
      const isFull = kind === 'full'
      for (const file of files) {
        const before = state
        const statements = parseText(file, heard)
        state = applyAll(before, statements, isProof, heard)
        if (isProof && heard.all.length === 0)
          checkStrays({ before, after: state, statements, isFull }, file.part, context.options, heard)
        const named = setsIn(statements)
        left = new Set([...(isFull ? setsOf(before) : left)].filter((name) => !named.has(name)))
        parts.push(file)
        yield
      }
    },
    reading: () => {
      const notes = kit.notes()
      notes.addAll(heard.all)
      return isProof ? readOwn(state, left, context, notes) : readDevice(state, parts, context, notes)
    },
    items: () => itemsOf(state),
  }
}

const setsOf = (state: State) => new Set([...state.values()].flatMap(({ sets }) => [...sets.keys()]))

/** The rules that tagwall's chains allow. */
function readOwn(state: State, left: ReadonlySet<string>, { options }: ReaderContext, notes: Notes): Reading {
  checkOwn(state, left, options, notes)
  const chains = chainsOf(state)
  const names = ownChains(options)
  const known = passedBy(undefined, undefined)
  const rules = DIRECTIONS.flatMap((direction) => {
    const own = chains.filter(({ chain }) => chain.name === names[direction])
    return walk({ chains: own, direction, isDecided: true, interfaces: known[direction] }, notes)
  })
  return { rules, lists: [], notes: notes.all }
}

/** The rules of any nftables configuration. */
function readDevice(state: State, [first]: readonly ReadFile[], context: ReaderContext, notes: Notes): Reading {
  if (state.size === 0 && first) {
    if (!notes.all.some(({ isForeign }) => isForeign))
      notes.addAll([kit.foreignNote(first, 'begins a file without a table')])
    return { rules: [], lists: [], notes: notes.all }
  }
  noteOthers(state, notes)
  const chains = chainsOf(state)
  const place = { part: first?.part ?? '', line: 1 }
  const rules = entriesOf(chains, context, place).flatMap((entry) => walk(entry, notes))
  return { rules, lists: [], notes: notes.all, scopes: { chain: [...new Set(chains.map(({ chain }) => chain.name))] } }
}

/** All that a machine holds: the rules of each chain, then base chains, the chains that they lead to, and sets. */
function itemsOf(state: State): Item[] {
  return [...state.values()].flatMap((table): Item[] => {
    const name = `${table.family} ${table.name}`
    const all = [...table.chains.values()]
    const ordered = [...all.filter(({ hook }) => hook), ...all.filter(({ hook }) => !hook)]
    return [
      ...ordered.flatMap((chain) => rulesOf(chain, name)),
      ...ordered.map((chain): Item => ({ kind: 'chain', name: chain.name, fields: chainFields(chain, name) })),
      ...setItems(table, name),
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
  return FAMILIES.findLast((family) => keys.some((key) => key.startsWith(family === 'ipv4' ? 'ip ' : 'ip6 ')))
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

const setItems = ({ sets }: Table, table: string): Item[] =>
  Array.from(sets.values(), ({ name, form, elements }): Item => {
    const family = form.type === 'ipv6_addr' ? 'ipv6' : 'ipv4'
    const fields = { table, type: form.type, flags: form.flags, addresses: [...elements.keys()] }
    return { kind: 'set', family, name, fields }
  })
