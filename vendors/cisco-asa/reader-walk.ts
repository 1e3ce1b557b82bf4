import type { ChainRule, Doubt, FoundRule, Match, Notes, ReaderContext, ReaderKit, Verdict } from 'tagwall/reader'
import type { Configuration, Entry } from './reader-config.ts'
import { EntryReader, type ReadEntry } from './reader-entry.ts'
import { type Pair, pairOf, type Side, type Way } from './reader-sides.ts'

/** The way of connections: an access list where they come in, the global one, and one where they leave. */
export interface Path extends Way {
  /** Access lists that are asked one after the other: the first entry that matches decides. */
  readonly first: readonly string[]
  /** What also has to permit what `first` permits. */
  readonly egress: string | undefined
}

/** Works out what the access lists of a configuration do. */
export class Walker {
  readonly #config: Configuration
  readonly #context: ReaderContext
  readonly #entries: EntryReader
  readonly #notes: Notes

  constructor(config: Configuration, context: ReaderContext, notes: Notes) {
    this.#config = config
    this.#context = context
    this.#entries = new EntryReader(config, context)
    this.#notes = notes
  }

  /** The rules that connections meet on a path, in order. What no rule is about is denied. */
  walk({ direction, isDecided, first, egress, isPart }: Path): FoundRule[] {
    const { kit } = this.#context
    const chains = new Map<string, readonly ChainRule[]>()
    const way = { direction, isDecided, isPart }
    chains.set(
      'in',
      first.flatMap((list) => this.#rules(list, egress === undefined ? undefined : 'out', way)),
    )
    if (egress !== undefined) chains.set('out', this.#rules(egress, undefined, way))
    const family = undefined
    return kit.followChains(
      { chain: 'in', direction, isDecided, family, rulesOf: (chain) => chains.get(chain) },
      this.#notes,
    )
  }

  #rules(list: string, next: string | undefined, way: Way): ChainRule[] {
    const entries = this.#config.lists.get(list) ?? []
    return entries.flatMap((entry, at) => {
      const read = this.#entries.read(entry)
      if (read === undefined) return []
      const name = `${list} line ${at + 1}`
      if (typeof read !== 'string') return this.#chainRules(read, entry, name, next, way)
      this.#notes.add(entry.place, entry.text, read)
      return []
    })
  }

  #chainRules(read: ReadEntry, { place, text }: Entry, name: string, next: string | undefined, way: Way): ChainRule[] {
    const { kit } = this.#context
    const { action, services, source, destination, faults } = read
    const verdict: Verdict = next !== undefined && action === 'allow' ? { kind: 'goto', chain: next } : { kind: action }
    const object = source.object
      ? { side: 'source' as const, ...source.object }
      : destination.object && { side: 'destination' as const, ...destination.object }
    const isVague = read.isPart || source.isPart || destination.isPart || (source.object && destination.object)
    const part: Match['part'] = isVague ? 'other' : way.isPart ? 'zone' : 'no'
    // What is not understood of an address may be any address.
    const side = source.faults.length > 0 ? 'source' : destination.faults.length > 0 ? 'destination' : undefined
    const doubts = [...new Set(faults)].map((reason): Doubt => ({ text, reason, side }))
    if (services.length === 0 && faults.length > 0) {
      this.#notes.add(place, text, faults[0] as string)
      return []
    }
    return services.flatMap((service): ChainRule[] => {
      const pair = pairOf({ source: source.addresses, destination: destination.addresses }, service.family, way, kit)
      if (!pair && doubts.length === 0) return []
      const match: Match = {
        ...{ protocol: service.protocol, ports: service.ports, ...(object && { object }) },
        ...(pair ?? unmatched(source, destination, kit)),
        part: service.isPart ? 'other' : part,
      }
      return [{ name, place, match, verdict, doubts }]
    })
  }
}

/** Sides that match nothing, and leave open what the side that is not understood may be. */
function unmatched(source: Side, destination: Side, { empty }: ReaderKit): Pair {
  return source.faults.length > 0
    ? { source: empty, destination: destination.addresses }
    : { source: source.addresses, destination: empty }
}
