import type { AddressFamily, Item, Notes, OptionValues, ReadFile } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { isCall } from '../_netfilter/netfilter.ts'
import type { SetStore } from './reader-sets.ts'
import { type Chain, namesIn, ofChain, type RawRule, type Table } from './reader-tables.ts'

/** Lines that look like a command for a table or a set. Any other text outside of both is a banner, a prompt or the like. */
const MAYBE_COMMAND = /^(?:[-:*]|(?:create|add|del|flush|destroy|swap|rename|COMMIT)\b)/

/** True for text that is neither a command for a table or a set nor a call of a program that changes them. */
export const isNoCommand = (text: string): boolean => !MAYBE_COMMAND.test(text) && !isCall(text)

/** One sentence for a text of another kind, not one for each of its lines. */
export function noteForeign({ part, text }: ReadFile, [first]: readonly RawRule[], notes: Notes): void {
  const reason = `${first ? 'begins' : 'is'} a file with neither a filter table nor sets`
  notes.add({ part, line: first?.line ?? 1 }, first?.text ?? text.trim(), reason, { isForeign: true })
}

/** Tables replace those of the device, chain by chain. */
export function takeTables(loaded: readonly Table[], held: Table[], notes: Notes): void {
  withFamilies(loaded, notes)
  for (const table of loaded) {
    const known = held.find(({ name, family }) => name === table.name && family === table.family)
    const { chains } = known ?? { chains: new Map<string, Chain>() }
    if (!known) held.push({ ...table, chains })
    for (const [name, chain] of table.chains) chains.set(name, chain)
    for (const { name, line } of table.removed) {
      const reason = whyNotRemoved(name, chains)
      if (reason) notes.add({ ...table.place, line }, `-X ${name}`, reason)
      else chains.delete(name)
    }
  }
}

function whyNotRemoved(name: string, chains: Table['chains']): string | undefined {
  const chain = chains.get(name)
  if (!chain) return `names the chain ${name}, which does not exist`
  if (chain.rules.length > 0) return 'removes a chain that has rules'
  const isUsed = [...chains.values()].some((other) => jumpsOf(other).has(name))
  return isUsed ? 'removes a chain that a rule jumps to' : undefined
}

/** The names that rules of a chain jump to, in any of their words: what removes many chains asks for each of them. */
const jumpsOf = ofChain(({ rules }) => new Set(rules.flatMap(({ text }) => namesIn(text, /(?<=^| )-[jg] (?=(\S+))/g))))

/** Gives a table without a family IPv4, or IPv6 if its name was used for IPv4, and drops duplicate tables. */
function withFamilies(tables: readonly Table[], notes: Notes): void {
  const seen = new Set<string>()
  for (const table of tables) {
    const { name } = table
    table.family ??= seen.has(`${name} ipv4`) ? 'ipv6' : 'ipv4'
    if (seen.has(`${name} ${table.family}`)) {
      notes.add(table.place, `*${name}`, `is a second ${name} table of ${table.family}: it is not read`)
      table.chains.clear()
    }
    seen.add(`${name} ${table.family}`)
  }
}

/**
 * The chains and sets of a device, and the rules of the chains that a packet reaches. A chain comes before the chains that it jumps to, chains before
 * sets, lists before their members.
 */
export function itemsOf(tables: readonly Table[], { byName }: SetStore, { chain }: OptionValues): Item[] {
  const isList = (type: string) => (type === 'list:set' ? 0 : 1)
  const sets = [...byName].sort(([, a], [, b]) => isList(a.type) - isList(b.type))
  return [
    ...tables.flatMap(({ name: table, chains, family }) => {
      const own = [...chains.values()].filter(({ policy }) => policy === undefined).map(({ name }) => name)
      const heldIn = (name: string) => {
        const chain = chains.get(name)
        return chain ? heldBy(chain, family as AddressFamily) : { rules: [], targets: [] }
      }
      const reached = new Set([`${chain}-OUT`, `${chain}-IN`])
      // A set that grows while it is walked: the chains that a chain jumps to are walked too.
      for (const name of reached) for (const target of heldIn(name).targets) reached.add(target)
      const ordered = kit.outerFirst(own, (name) => heldIn(name).targets)
      return [
        ...[...reached].flatMap((name) => heldIn(name).rules),
        ...ordered.map((name): Item => ({ kind: 'chain', family: family as AddressFamily, name, fields: { table } })),
      ]
    }),
    ...sets.map(([name, { family, type, options, elements }]): Item => {
      const addresses = Array.from(elements.values(), ({ text }) => text)
      return { kind: 'set', ...(family && { family }), name, fields: { type, ...options, addresses } }
    }),
  ]
}

/** The rules of a chain, and the chains that it jumps to, and built-in targets. */
const heldBy = ofChain((chain, family: AddressFamily) => {
  const targets: string[] = []
  const rules = linesOf(chain).map(({ text, addresses }): Item => {
    const [, comment] = / --comment (?:"([^"]*)"|(\S+))/.exec(text) ?? []
    const [, target] = /(?:^| )-[jg] (\S+)/.exec(text) ?? []
    if (target !== undefined) targets.push(target)
    const fields = { rule: text, ...(addresses.length > 0 && { addresses }) }
    return Object.freeze({ kind: 'rule', family, name: comment || target || text, list: chain.name, fields })
  })
  return { rules, targets }
})

/** The lines of a chain. Neighbours that begin with an address and differ in it only are one, with `{addresses}` in its place. */
function linesOf({ rules }: Chain) {
  const lines: { text: string; addresses: string[] }[] = []
  for (const { text } of rules) {
    const [, side, address, behind] = /^(-[sd]) (\S+)( .*)$/.exec(text) ?? []
    const alike = address === undefined ? text : `${side} {addresses}${behind}`
    const last = lines.at(-1)
    if (address !== undefined && last?.text === alike) last.addresses.push(address)
    else lines.push({ text: alike, addresses: address === undefined ? [] : [address] })
  }
  return lines
}
