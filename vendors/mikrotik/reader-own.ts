import type { Notes, OptionValues } from 'tagwall/reader'
import { FAMILIES } from '../_kit/kit.ts'
import { addRule, type Firewall, type Router } from './reader-state.ts'
import { type Command, propertiesOf } from './reader-text.ts'

const OLD = 'tagwall-old'
const ENTRY =
  /^\{ add (list=\S+ address=\S+) comment=tagwall \} on-error=\{ set \[find (list=\S+ address=\S+)\] comment=tagwall \}$/
const FIND = /^\[find (list=\S+ address=\S+)\]$/

/** Runs the scripts of tagwall, command by command, and refuses other commands. */
export class OwnScript {
  /** The marks and sweeps that this load has already noted. */
  private noted = new Set<string>()
  /** Chains whose older rules are marked and not taken out yet. */
  private readonly marked = new Set<string>()

  constructor(
    private readonly router: Router,
    private readonly options: OptionValues,
    private readonly notes: Notes,
  ) {}

  begin(): void {
    this.noted = new Set()
  }

  apply(command: Command): void {
    const { menu, verb, rest, place } = command
    const [firewall, kind] = this.router.firewallOf(menu)
    const isList = kind === 'address-list'
    const isDone =
      firewall !== undefined &&
      kind !== 'raw' &&
      (verb === '' || (isList ? this.list(firewall, command) : this.filter(firewall, command)))
    if (!isDone) this.notes.add(place, `${menu} ${verb} ${rest}`.trim(), 'is not understood')
  }

  /** A full file must mark the existing entries, and then remove those that are still marked. */
  check(part: string): void {
    const { prefix, outChain, inChain } = this.options
    for (const family of FAMILIES)
      for (const what of [`list~"^${prefix}"`, `chain=${outChain}`, `chain=${inChain}`])
        for (const step of ['set', 'remove'])
          if (!this.noted.has(`${family} ${step} ${what}`))
            this.notes.add({ part, line: 1 }, `${family} ${step} ${what}`, 'is missing, so older entries stay')
  }

  /** A delta that marks the older rules of a chain must take them out too. */
  checkMarks(part: string): void {
    for (const chain of this.marked) this.notes.add({ part, line: 1 }, chain, 'keeps its older rules, which are marked')
    this.marked.clear()
  }

  private list(firewall: Firewall, { verb, rest, place }: Command): boolean {
    const all = `list~"^${this.options.prefix}"`
    const isOwn = (list: string) => list.startsWith(String(this.options.prefix))
    if (verb === 'set' && rest === `[find ${all}] comment=${OLD}`) {
      for (const [list, entries] of firewall.lists)
        if (isOwn(list)) for (const { properties } of entries.values()) properties.set('comment', OLD)
      return this.note(firewall, verb, all)
    }
    if (verb === 'remove' && rest === `[find ${all} comment=${OLD}]`) {
      for (const [list, entries] of firewall.lists)
        for (const [address, { properties }] of isOwn(list) ? entries : [])
          if (properties.get('comment') === OLD) this.router.unlist(firewall, list, address)
      return this.note(firewall, verb, all)
    }
    if (verb === ':do') {
      const [, entry = '', again] = ENTRY.exec(rest) ?? []
      const properties = entry === again ? propertiesOf(entry) : undefined
      if (!properties || !isOwn(properties.get('list') ?? '')) return false
      this.router.list(firewall, { properties: properties.set('comment', 'tagwall'), place })
      return true
    }
    const gone = verb === 'remove' ? propertiesOf(FIND.exec(rest)?.[1] ?? '') : undefined
    if (!gone?.has('list')) return false
    this.router.unlist(firewall, gone.get('list') ?? '', gone.get('address') ?? '')
    return true
  }

  private filter(firewall: Firewall, { verb, rest, place }: Command): boolean {
    const chains = [this.options.outChain, this.options.inChain].map(String)
    for (const chain of chains) {
      const rules = firewall.chains.get(chain) ?? []
      if (verb === 'set' && rest === `[find chain=${chain}] comment=${OLD}`) {
        const marked = rules.map((rule) => ({ ...rule, properties: new Map(rule.properties).set('comment', OLD) }))
        firewall.chains.set(chain, marked)
        this.marked.add(`${firewall.family} ${chain}`)
        return this.note(firewall, verb, `chain=${chain}`)
      }
      if (verb === 'remove' && rest === `[find chain=${chain} comment=${OLD}]`) {
        if (!this.marked.delete(`${firewall.family} ${chain}`)) return false
        const left = rules.filter(({ properties }) => properties.get('comment') !== OLD)
        firewall.chains.set(chain, left)
        return this.note(firewall, verb, `chain=${chain}`)
      }
    }
    const properties = verb === 'add' ? propertiesOf(rest) : undefined
    if (!properties || !chains.includes(properties.get('chain') ?? '')) return false
    addRule(firewall, { properties, place })
    return true
  }

  private note(firewall: Firewall, step: string, what: string): true {
    this.noted.add(`${firewall.family} ${step} ${what}`)
    return true
  }
}
