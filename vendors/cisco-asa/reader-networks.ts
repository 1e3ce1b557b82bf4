import type { Held, InGroup, Line, LineGroup, PrefixSet, ReaderKit } from 'tagwall/reader'
import type { Configuration, Group } from './reader-config.ts'

type Network = Group & LineGroup<PrefixSet>

/** The addresses of objects and groups. */
export class Networks {
  readonly #config: Configuration
  readonly #kit: ReaderKit
  readonly #groups: { of(group: Network): Held<PrefixSet> }

  constructor(config: Configuration, kit: ReaderKit) {
    this.#config = config
    this.#kit = kit
    this.#groups = kit.groupReader<PrefixSet, Network>({
      what: 'an object',
      read: (line, group, inGroup) => this.#line(line, group.kind, inGroup),
      join: kit.union,
    })
  }

  /** Undefined where there is no such object or group of addresses. */
  of(name: string): Held<PrefixSet> | undefined {
    const group = this.#group(name)
    return group && this.#groups.of(group)
  }

  /** An address, or a name that `name` gives to one. */
  address(word: string): string {
    return this.#config.names.get(word) ?? word
  }

  #group(name: string): Network | undefined {
    const group = this.#config.groups.get(name)
    return group?.kind === 'network' || group?.kind === 'object network' ? (group as Network) : undefined
  }

  #line({ words }: Line, kind: string, inGroup: InGroup<PrefixSet, Network>): PrefixSet | undefined {
    const [verb, first = '', second = '', ...more] = words
    if (verb === 'description' || (verb === 'nat' && kind === 'object network')) return this.#kit.empty
    if (more.length > 0) return undefined
    const named = (name: string) => {
      const group = this.#group(name)
      if (group) return inGroup.of(group)
      inGroup.fault(`names ${this.#kit.inShort(name)}, which is no object of addresses here`)
      return this.#kit.empty
    }
    if (kind === 'network') {
      if (verb === 'group-object' && second === '') return named(first)
      if (verb !== 'network-object') return undefined
      if (first === 'object') return named(second)
      return this.#block(first === 'host' ? [second] : [first, second], first === 'host')
    }
    if (verb === 'host' && second === '') return this.#block([first], true)
    if (verb === 'subnet') return this.#block([first, second], false)
    const range = verb === 'range' ? this.#kit.rangeBetween(this.address(first), this.address(second)) : undefined
    return range && this.#kit.setOfRanges([range])
  }

  #block([first = '', second = '']: readonly string[], isHost: boolean): PrefixSet | undefined {
    const address = this.address(first)
    const isPlain = this.#kit.addressOf(address) !== undefined
    if (isHost !== isPlain && second === '') return undefined
    const block = second === '' ? this.#kit.blockOf(address) : this.#kit.maskedBlock(address, second)
    return block && this.#kit.setOfRanges([block])
  }
}
