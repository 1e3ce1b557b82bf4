import { PrefixSet } from '../address/prefix-set.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { prefixOf } from './address-class.ts'

/** The compiled policy, and the tags of its document. */
export interface Knowledge {
  readonly ruleset: Ruleset
  readonly tags: readonly { readonly name: string; readonly prefixes: PrefixSet }[]
  /** The document has every published tag; a snapshot keeps only those in use. */
  readonly isWhole: boolean
}

/** The tags that hold an address. */
export interface Holding {
  /** The outbound rules that allow TCP to it on the port. */
  readonly rules: readonly string[]
  /** The tags that hold it, those of the rules first. */
  readonly tags: readonly string[]
}

/** Looks up an address in the policy and in the document. */
export function holdingOf(address: string, port: number, { ruleset, tags }: Knowledge): Holding {
  const prefix = prefixOf(address)
  if (prefix === undefined) return { rules: [], tags: [] }
  const one = PrefixSet.of([prefix])
  // In order of priority: what an earlier rule denies, no later one allows.
  const matching = ruleset.rules.filter((rule) => isAbout(rule, port) && rule.set.prefixes.contains(one))
  const denied = matching.findIndex(({ action, local }) => action === 'deny' && local === undefined)
  const allowing = matching.slice(0, denied < 0 ? undefined : denied).filter(({ action }) => action === 'allow')
  const used = new Set(allowing.flatMap(({ set }) => set.tags))
  const holders = tags.filter(({ prefixes }) => prefixes.contains(one)).map(({ name }) => name)
  return {
    rules: allowing.map(({ name }) => name),
    tags: [...holders.filter((name) => used.has(name)), ...holders.filter((name) => !used.has(name))],
  }
}

/** True if a rule covers TCP to a port, from here to there. */
const isAbout = ({ direction, protocol, ports }: ConcreteRule, port: number): boolean =>
  direction === 'outbound' &&
  (protocol === 'any' || (protocol === 'tcp' && ports.some(({ first, last }) => first <= port && port <= last)))
