import type {
  AddressFamily,
  ChainRule,
  Direction,
  Doubt,
  FoundRule,
  Match,
  Notes,
  Place,
  ReaderContext,
  Verdict,
} from 'tagwall/reader'
import type { Configuration, Entry, List } from './reader-config.ts'
import { EntryReader, type ReadEntry } from './reader-entry.ts'

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
    const { kit } = this.#context
    const way = { isPart, place }
    const chains = new Map([
      ['in', this.#rules(ingress, egress === undefined ? undefined : 'out', way)],
      ['out', this.#rules(egress, undefined, way)],
    ])
    const rulesOf = (chain: string) => chains.get(chain)
    return kit.followChains({ chain: 'in', direction, isDecided, family, rulesOf }, this.#notes)
  }

  #rules(name: string | undefined, next: string | undefined, way: Pick<Path, 'isPart' | 'place'>): ChainRule[] {
    const list = name === undefined ? undefined : this.#config.lists.get(name)
    const entries = list?.entries.filter(({ words }) => words[0] !== 'remark') ?? []
    if (!list || entries.length === 0)
      return [everything(name, next, { ...way, ...(list && { place: list.place }) }, this.#context)]
    return list.entries.flatMap((entry) => {
      const read = this.#entries.read(entry, list)
      if (read === undefined) return []
      if (typeof read !== 'string') return this.#chainRules(read, entry, list, next, way.isPart)
      this.#notes.add(entry.place, entry.text, read)
      return []
    })
  }

  #chainRules(
    read: ReadEntry,
    { place, text, number }: Entry,
    list: List,
    next: string | undefined,
    isLimited: boolean,
  ): ChainRule[] {
    const { action, services, source, destination, faults } = read
    const object = source.object
      ? { side: 'source' as const, ...source.object }
      : destination.object && { side: 'destination' as const, ...destination.object }
    const isVague = read.isPart || (source.object && destination.object)
    const part: Match['part'] = isVague ? 'other' : isLimited ? 'zone' : 'no'
    // What is not understood of an address may be any address.
    const side = source.faults.length > 0 ? 'source' : destination.faults.length > 0 ? 'destination' : undefined
    const doubts = [...new Set(faults)].map((reason): Doubt => ({ text, reason, side }))
    if (services.length === 0 && faults.length > 0) this.#notes.add(place, text, faults[0] as string)
    return services.map((service): ChainRule => {
      const match: Match = {
        ...{ protocol: service.protocol, ports: service.ports, ...(object && { object }) },
        ...{ source: source.addresses, destination: destination.addresses },
        part: service.isPart ? 'other' : part,
      }
      return { name: `${list.name} line ${number}`, place, match, verdict: verdictOf(action, next), doubts }
    })
  }
}

/** What is permitted where connections come in goes on to where they leave. */
const verdictOf = (action: 'allow' | 'deny', next: string | undefined): Verdict =>
  next !== undefined && action === 'allow' ? { kind: 'goto', chain: next } : { kind: action }

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
  return { name: own, place, match, verdict: verdictOf('allow', next), doubts: [] }
}
