import type { AddressFamily, ChainRule, Direction, FoundRule, Match, Notes, Place, ReaderContext } from 'tagwall/reader'
import type { Configuration } from './reader-config.ts'
import { EntryReader } from './reader-entry.ts'

/** The way of connections of a family: a list where they come in, and one where they leave. */
export interface Path {
  readonly family: AddressFamily
  readonly direction: Direction
  /** Whether only connections of that direction take it. */
  readonly isDecided: boolean
  /** Undefined: no list is asked there. */
  readonly ingress: string | undefined
  readonly egress: string | undefined
  /** Whether interfaces limit what it is about. */
  readonly isPart: boolean
  readonly place: Place
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

  /** The rules that connections meet on a path, in order. What no rule is about is denied, but where there is no list or none with entries. */
  walk({ family, direction, isDecided, ingress, egress, isPart, place }: Path): FoundRule[] {
    const { kit, remotes } = this.#context
    const way = { isPart, place }
    const chains = new Map([
      ['in', this.#rules(ingress, egress === undefined ? undefined : 'out', way)],
      ['out', this.#rules(egress, undefined, way)],
    ])
    const rulesOf = (chain: string) => chains.get(chain)
    return kit.followChains({ chain: 'in', direction, isDecided, remotes, family, rulesOf }, this.#notes)
  }

  #rules(name: string | undefined, next: string | undefined, way: Pick<Path, 'isPart' | 'place'>): ChainRule[] {
    const { kit } = this.#context
    const list = name === undefined ? undefined : this.#config.lists.get(name)
    const entries = list?.entries.filter(({ words }) => words[0] !== 'remark') ?? []
    if (!list || entries.length === 0)
      return [everything(name, next, { ...way, ...(list && { place: list.place }) }, this.#context)]
    return list.entries.flatMap((entry) => {
      const read = this.#entries.read(entry, list)
      if (read === undefined) return []
      const { place, text, number } = entry
      const at = { name: `${list.name} line ${number}`, place, text, next, isLimited: way.isPart }
      if (typeof read !== 'string') return kit.entryRules(read, at, this.#notes)
      this.#notes.add(place, text, read)
      return []
    })
  }
}

/** Without a list, and by a list without entries, everything passes. */
function everything(
  name: string | undefined,
  next: string | undefined,
  { isPart, place }: Pick<Path, 'isPart' | 'place'>,
  { kit }: ReaderContext,
): ChainRule {
  const match: Match = {
    ...{ protocol: 'any', ports: kit.everyPort, source: undefined, destination: undefined },
    part: isPart ? 'zone' : 'no',
  }
  const own = name === undefined ? 'no access list' : `empty access list ${name}`
  return {
    name: own,
    place,
    match,
    verdict: next === undefined ? { kind: 'allow' } : { kind: 'goto', chain: next },
    doubts: [],
  }
}
