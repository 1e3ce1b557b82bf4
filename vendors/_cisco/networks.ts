import type { GroupValue, InGroup, LineGroup, PrefixSet } from 'tagwall/reader'
import type { Group, Named } from './groups.ts'
import { kit } from './kit.ts'

type Network = Group & LineGroup<PrefixSet>

/** How a device writes objects and groups of addresses. */
export interface NetworkDialect {
  /** What notes call them: `an object`. */
  readonly what: string
  /** What a line adds; undefined for a line that is not understood. `nested` gives the addresses of a group that the line names. */
  read(words: readonly string[], group: Group, nested: (name: string) => PrefixSet): PrefixSet | undefined
  /** Whether a group holds addresses, of the same kind as another if there is one. */
  isNetwork(group: Group, other: Group | undefined): boolean
}

/** The addresses of objects and groups. */
export class Networks {
  readonly #config: Named
  readonly #dialect: NetworkDialect
  readonly #groups: { of(group: Network): GroupValue<PrefixSet> }

  constructor(config: Named, dialect: NetworkDialect) {
    this.#config = config
    this.#dialect = dialect
    this.#groups = kit.groupReader<PrefixSet, Network>({
      what: dialect.what,
      read: ({ words }, group, inGroup) =>
        words[0] === 'description'
          ? kit.empty
          : dialect.read(words, group, (name) => this.#nested(name, group, inGroup)),
      join: kit.union,
    })
  }

  /** Undefined where there is no such object or group of addresses. `isMeant` may ask for one kind of them. */
  of(name: string, isMeant: (group: Group) => boolean = () => true): GroupValue<PrefixSet> | undefined {
    const group = this.#config.groups.get(name)
    const isNetwork = group && this.#dialect.isNetwork(group, undefined) && isMeant(group)
    return isNetwork ? this.#groups.of(group as Network) : undefined
  }

  #nested(name: string, holder: Group, inGroup: InGroup<PrefixSet, Network>): PrefixSet {
    const group = this.#config.groups.get(name)
    if (group && this.#dialect.isNetwork(group, holder)) return inGroup.of(group as Network)
    inGroup.fault(`names ${kit.inShort(name)}, which is no ${this.#dialect.what.split(' ').at(-1)} of addresses here`)
    return kit.empty
  }
}
