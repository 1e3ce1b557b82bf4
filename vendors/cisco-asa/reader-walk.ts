import type { ChainRule, FoundRule, Notes, ReaderContext } from 'tagwall/reader'
import type { Configuration } from './reader-config.ts'
import { EntryReader } from './reader-entry.ts'
import { pairOf, type Way } from './reader-sides.ts'

/** The way of connections: an access list where they come in, the global one, and one where they leave. */
export interface Path extends Way {
  /** Access lists that are asked one after the other: the first entry that matches decides. */
  readonly first: readonly string[]
  /** What also has to permit what `first` permits. */
  readonly egress: string | undefined
  /** Whether connections pass where they come in if no list is asked there. */
  readonly passes?: boolean
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
  walk({ direction, isDecided, first, egress, isPart, passes = false }: Path): FoundRule[] {
    const { kit, remotes } = this.#context
    const chains = new Map<string, readonly ChainRule[]>()
    const way = { direction, isDecided, isPart }
    chains.set(
      'in',
      first.flatMap((list) => this.#rules(list, egress === undefined ? undefined : 'out', way)),
    )
    if (egress !== undefined) chains.set('out', this.#rules(egress, undefined, way))
    const family = undefined
    // Without a list where connections come in, only the one where they leave is asked.
    const chain = first.length === 0 && passes ? 'out' : 'in'
    return kit.followChains(
      { chain, direction, isDecided, remotes, family, rulesOf: (chain) => chains.get(chain) },
      this.#notes,
    )
  }

  #rules(list: string, next: string | undefined, way: Way): ChainRule[] {
    const { kit } = this.#context
    const entries = this.#config.lists.get(list) ?? []
    return entries.flatMap((entry, at) => {
      const read = this.#entries.read(entry)
      if (read === undefined) return []
      const name = `${list} line ${at + 1}`
      const { place, text } = entry
      if (typeof read !== 'string') {
        const at = { name, place, text, next, isLimited: way.isPart }
        return kit.entryRules(
          read,
          { ...at, pairOf: (pair, { family }) => pairOf(pair, family, way, kit) },
          this.#notes,
        )
      }
      this.#notes.add(place, text, read)
      return []
    })
  }
}
