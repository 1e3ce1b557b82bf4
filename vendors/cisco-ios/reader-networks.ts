import type { AddressFamily, Held, InGroup, Line, LineGroup, PrefixSet, ReaderKit } from 'tagwall/reader'
import type { Configuration, Group } from './reader-config.ts'

type Network = Group & LineGroup<PrefixSet>

/** The addresses of groups. */
export class Networks {
  readonly #config: Configuration
  readonly #kit: ReaderKit
  readonly #groups: { of(group: Network): Held<PrefixSet> }

  constructor(config: Configuration, kit: ReaderKit) {
    this.#config = config
    this.#kit = kit
    this.#groups = kit.groupReader<PrefixSet, Network>({
      what: 'a group',
      read: (line, group, inGroup) => this.#line(line, group.kind === 'network' ? 'ipv4' : 'ipv6', inGroup),
      join: kit.union,
    })
  }

  /** Undefined where there is no such group of addresses of that family. */
  of(name: string, family: AddressFamily): Held<PrefixSet> | undefined {
    const group = this.#group(name, family)
    return group && this.#groups.of(group)
  }

  #group(name: string, family: AddressFamily): Network | undefined {
    const group = this.#config.groups.get(name)
    return group?.kind === (family === 'ipv4' ? 'network' : 'v6-network') ? (group as Network) : undefined
  }

  #line({ words }: Line, family: AddressFamily, inGroup: InGroup<PrefixSet, Network>): PrefixSet | undefined {
    const kit = this.#kit
    const [first = '', second = '', third = '', ...more] = words.map((word) => word.toLowerCase())
    if (first === 'description') return kit.empty
    if (more.length > 0) return undefined
    if (first === 'any' && second === '') return kit.everything(family)
    if (first === 'group-object' && third === '') {
      const name = words[1] ?? ''
      const group = this.#group(name, family)
      if (group) return inGroup.of(group)
      inGroup.fault(`names ${kit.inShort(name)}, which is no group of addresses here`)
      return kit.empty
    }
    const range = first === 'range' ? kit.rangeBetween(second, third) : undefined
    const found = range ?? (third === '' ? this.#block(first, second) : undefined)
    return found?.family === family ? kit.setOfRanges([found]) : undefined
  }

  #block(first: string, second: string) {
    const kit = this.#kit
    if (first === 'host') return kit.addressOf(second) && kit.blockOf(second)
    if (second !== '') return second.startsWith('/') ? kit.blockOf(first + second) : kit.maskedBlock(first, second)
    return kit.addressOf(first) ? undefined : kit.blockOf(first)
  }
}
