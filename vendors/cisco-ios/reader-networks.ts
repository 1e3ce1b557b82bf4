import type { AddressFamily, PrefixSet, ReaderKit, Resolver } from 'tagwall/reader'
import type { Configuration, Group, Line } from './reader-config.ts'

/** What a group stands for, and what of it is not understood. */
export interface Held {
  readonly addresses: PrefixSet
  readonly faults: readonly string[]
}

/** The addresses of groups. */
export class Networks {
  readonly #config: Configuration
  readonly #kit: ReaderKit
  readonly #nested: Resolver<Held>

  constructor(config: Configuration, kit: ReaderKit) {
    this.#config = config
    this.#kit = kit
    this.#nested = kit.resolver((name, why) => ({
      addresses: kit.empty,
      faults: [`names ${kit.inShort(name)}, which ${why === 'circle' ? 'leads back to itself' : 'is nested too deep'}`],
    }))
  }

  /** Undefined where there is no such group of addresses of that family. */
  of(name: string, family: AddressFamily): Held | undefined {
    const group = this.#config.groups.get(name)
    if (group?.kind !== (family === 'ipv4' ? 'network' : 'v6-network')) return undefined
    return this.#nested.of(name, () => this.#read(group))
  }

  #read(group: Group): Held {
    if (group.resolved) return { addresses: group.resolved, faults: [] }
    const lines = [...group.lines.values()].filter(({ words }) => words[0] !== 'description')
    const parts = lines.map((line) => this.#line(line, group))
    const faults = parts.flatMap(({ faults }) => faults)
    const addresses = this.#kit.union(parts.map(({ addresses }) => addresses))
    if (faults.length === 0 && !lines.some(({ words }) => words[0] === 'group-object')) group.resolved = addresses
    return { addresses, faults }
  }

  #line({ words, text }: Line, { kind }: Group): Held {
    const kit = this.#kit
    const [first = '', second = '', third = '', ...more] = words.map((word) => word.toLowerCase())
    const family = kind === 'network' ? 'ipv4' : 'ipv6'
    const none: Held = {
      addresses: kit.empty,
      faults: [`names a group with "${kit.inShort(text)}", which is not understood`],
    }
    if (more.length > 0) return none
    if (first === 'any' && second === '') return { addresses: kit.everything(family), faults: [] }
    if (first === 'group-object' && third === '') {
      const name = words[1] ?? ''
      return (
        this.of(name, family) ?? {
          ...none,
          faults: [`names ${kit.inShort(name)}, which is no group of addresses here`],
        }
      )
    }
    const range = first === 'range' ? kit.rangeBetween(second, third) : undefined
    const block = third !== '' ? undefined : this.#block(first, second)
    const found = range ?? block
    return found?.family === family ? { addresses: kit.setOfRanges([found]), faults: [] } : none
  }

  #block(first: string, second: string) {
    const kit = this.#kit
    if (first === 'host') return kit.addressOf(second) && kit.blockOf(second)
    if (second !== '') return second.startsWith('/') ? kit.blockOf(first + second) : kit.maskedBlock(first, second)
    return kit.addressOf(first) ? undefined : kit.blockOf(first)
  }
}
