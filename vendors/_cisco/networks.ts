import type { AddressPart, GroupValue, InGroup, LineGroup, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Group, Named } from './groups.ts'

type Network = Group & LineGroup<AddressPart>

/** The device's syntax of objects and groups of addresses. */
export interface NetworkDialect {
  /** The name of the object kind in notes: `an object`. */
  readonly what: string
  /** The addresses that a line adds; undefined if it is not understood. `nested` gives the addresses of a named group. */
  read(words: readonly string[], group: Group, nested: (name: string) => AddressPart): AddressPart | undefined
  /** True if a group holds addresses, of the same kind as `other` if that is given. */
  isNetwork(group: Group, other: Group | undefined): boolean
}

/** The addresses of objects and groups. */
export class Networks {
  readonly #config: Named
  readonly #dialect: NetworkDialect
  readonly #groups: { of(group: Network): GroupValue<AddressPart> }

  constructor(config: Named, dialect: NetworkDialect) {
    this.#config = config
    this.#dialect = dialect
    this.#groups = kit.groupReader<AddressPart, Network>({
      what: dialect.what,
      read: ({ words }, group, inGroup) =>
        words[0] === 'description'
          ? kit.empty
          : dialect.read(words, group, (name) => this.#nested(name, group, inGroup)),
      join: kit.union,
    })
  }

  /** Undefined if no such object or group of addresses exists. `isMeant` may select one kind of them. */
  of(name: string, isMeant: (group: Group) => boolean = () => true): GroupValue<PrefixSet> | undefined {
    const group = this.#config.groups.get(name)
    const isNetwork = group && this.#dialect.isNetwork(group, undefined) && isMeant(group)
    // The union of its lines.
    return isNetwork ? (this.#groups.of(group as Network) as GroupValue<PrefixSet>) : undefined
  }

  #nested(name: string, holder: Group, inGroup: InGroup<AddressPart, Network>): AddressPart {
    const group = this.#config.groups.get(name)
    if (group && this.#dialect.isNetwork(group, holder)) return inGroup.of(group as Network)
    inGroup.fault(`names ${kit.inShort(name)}, which is no ${this.#dialect.what.split(' ').at(-1)} of addresses here`)
    return kit.empty
  }
}
