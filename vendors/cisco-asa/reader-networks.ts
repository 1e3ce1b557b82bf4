import type { PrefixSet, ReaderKit, Resolver } from 'tagwall/reader'
import type { Configuration, Group, Line } from './reader-config.ts'

/** What a name or an address stands for, and what of it is not understood. */
export interface Held {
  readonly addresses: PrefixSet
  readonly faults: readonly string[]
}

/** The addresses of objects and groups. */
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

  /** Undefined where there is no such object or group of addresses. */
  of(name: string): Held | undefined {
    const group = this.#config.groups.get(name)
    if (group?.kind !== 'network' && group?.kind !== 'object network') return undefined
    return this.#nested.of(name, () => this.#read(group))
  }

  /** An address, or a name that `name` gives to one. */
  address(word: string): string {
    return this.#config.names.get(word) ?? word
  }

  #read(group: Group): Held {
    if (group.resolved) return { addresses: group.resolved, faults: [] }
    const parts = [...group.lines.values()].flatMap((line) => this.#line(line, group.kind) ?? [])
    const faults = parts.flatMap(({ faults }) => faults)
    const addresses = this.#kit.union(parts.map(({ addresses }) => addresses))
    const isNested = [...group.lines.values()].some(({ words }) => words[0] === 'group-object' || words[1] === 'object')
    if (faults.length === 0 && !isNested) group.resolved = addresses
    return { addresses, faults }
  }

  #line({ words, text }: Line, kind: string): Held | undefined {
    const [verb, first = '', second = '', ...more] = words
    const none: Held = {
      addresses: this.#kit.empty,
      faults: [`names an object with "${this.#kit.inShort(text)}", which is not understood`],
    }
    const named = (name: string) =>
      this.of(name) ?? { ...none, faults: [`names ${this.#kit.inShort(name)}, which is no object of addresses here`] }
    if (verb === 'description' || (verb === 'nat' && kind === 'object network')) return undefined
    if (more.length > 0) return none
    if (kind === 'network') {
      if (verb === 'group-object' && second === '') return named(first)
      if (verb !== 'network-object') return none
      if (first === 'object') return named(second)
      return this.#block(first === 'host' ? [second] : [first, second], first === 'host') ?? none
    }
    if (verb === 'host' && second === '') return this.#block([first], true) ?? none
    if (verb === 'subnet') return this.#block([first, second], false) ?? none
    const range = verb === 'range' ? this.#kit.rangeBetween(this.address(first), this.address(second)) : undefined
    return range ? { addresses: this.#kit.setOfRanges([range]), faults: [] } : none
  }

  #block([first = '', second = '']: readonly string[], isHost: boolean): Held | undefined {
    const address = this.address(first)
    const isPlain = this.#kit.addressOf(address) !== undefined
    if (isHost !== isPlain && second === '') return undefined
    const block = second === '' ? this.#kit.blockOf(address) : this.#kit.maskedBlock(address, second)
    return block && { addresses: this.#kit.setOfRanges([block]), faults: [] }
  }
}
