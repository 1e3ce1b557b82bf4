import type { AddressFamily, Notes, Place, PrefixSet, Range } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

interface Element {
  readonly text: string
  /** Undefined for a member of a list. */
  readonly range: Range | undefined
  readonly isException: boolean
  /** True if the entry has a timeout. */
  readonly expires: boolean
}

/** The addresses of a set, and why they may be others by now. */
export interface SetContent {
  readonly addresses: PrefixSet
  readonly doubt: string | undefined
}

interface AddressSet {
  readonly place: Place
  /** The number of the load that created it. */
  readonly load: number
  readonly type: string
  readonly family: AddressFamily | undefined
  readonly maximum: number
  /** The values of the options that it was created with. */
  readonly options: Readonly<Record<string, string>>
  /** True if entries have a timeout by default. */
  readonly expires: boolean
  readonly elements: Map<string, Element>
  /** True if the set may hold more than the files add: it may have existed before. */
  isOpen: boolean
  /** The addresses, and the number of entries that expire; undefined after a change. */
  resolved: { readonly addresses: PrefixSet; readonly expiring: number } | undefined
}

const TYPES: ReadonlySet<string> = new Set(['hash:net', 'hash:ip', 'bitmap:ip', 'list:set'])
const FLAGS: ReadonlySet<string> = new Set(['counters', 'comment', 'forceadd', 'skbinfo'])
/** The options with a value. */
const VALUED =
  /^(?:family (?:inet6?|ipv[46])|(?:hashsize|maxelem|bucketsize|size|timeout) \d+|(?:initval|range) [\s\S]*)$/
const UNKNOWN = 'is not understood'

/** The sets of a device. */
export class SetStore {
  readonly byName = new Map<string, AddressSet>()
  /** The sets that rules asked for. */
  asked = new Set<string>()
  /** The sets that commands named since a reading. */
  readonly changed = new Set<string>()
  /** The sets that rules of any chain name, even of an unused one: they cannot be destroyed. */
  named: ReadonlySet<string> = new Set()
  /** Sets that rules add to or take from (`-j SET`). */
  readonly changing = new Set<string>()
  /** `-exist` anywhere in a file holds for all that follows. */
  isTolerant = false
  /** True for a delta, which may be loaded again: an entry to remove may already be gone. */
  isDelta = false
  /** The number of loads. */
  load = 0

  constructor(private readonly isProof: boolean) {}

  /** Applies one line of `ipset restore`; a reason if that fails. */
  apply(text: string, place: Place): string | undefined {
    const words = (this.isProof ? text : withoutComment(text)).split(/ +/)
    const isTolerant = words.includes('-exist') || words.includes('-!')
    if (isTolerant) this.isTolerant = true
    const [command, name, ...rest] = words.filter((word) => word !== '-exist' && word !== '-!')
    if (command === 'COMMIT' && !name) return undefined
    if (command === 'flush' && !name && !this.isProof) {
      for (const [name, set] of this.byName) {
        empty(set)
        this.changed.add(name)
      }
      return undefined
    }
    if (!command || !name || name.length > 31) return UNKNOWN
    this.changed.add(name)
    if (command === 'create') return this.create(name, rest, place, isTolerant)
    const set = this.byName.get(name)
    if (!set)
      return /^(add|del|flush|destroy|swap|rename)$/.test(command)
        ? `names the set ${name}, which does not exist`
        : UNKNOWN
    set.resolved = undefined
    if (command === 'add') return this.add(set, rest)
    if (command === 'del') return this.remove(set, rest)
    if (command === 'flush' && rest.length === 0) return empty(set)
    if (command === 'destroy' && rest.length === 0)
      return this.named.has(name) ? `removes the set ${name}, which a rule names` : void this.byName.delete(name)
    const [other, ...more] = rest
    if (other === undefined || more.length > 0) return UNKNOWN
    this.changed.add(other)
    if (command === 'swap') return this.swap(name, set, other)
    if (command !== 'rename') return UNKNOWN
    if (this.byName.has(other)) return `names the set ${other}, which already exists`
    this.byName.delete(name)
    this.byName.set(other, set)
    return undefined
  }

  /** The addresses of a set; a reason if they are unknown. */
  contentOf(name: string, family: AddressFamily): SetContent | string {
    const set = this.byName.get(name)
    this.asked.add(name)
    if (set?.type === 'list:set') return this.heldByList(name, set, family)
    const fault = this.faultOf(set, family)
    if (!set || fault) return `names the set ${name}, which ${fault}`
    set.resolved ??= resolve(set)
    return { addresses: set.resolved.addresses, doubt: this.doubtAbout(name, set) }
  }

  /** An unused set is a leftover, or its rule is missing. */
  noteUnreferenced(notes: Notes, referenced: ReadonlySet<string>): void {
    for (const [name, set] of this.byName)
      if (set.load === this.load && !referenced.has(name)) notes.add(set.place, name, 'is a set that no rule names')
  }

  /** The reason why a set cannot be matched with addresses of a family; undefined if it can. */
  private faultOf(set: AddressSet | undefined, family: AddressFamily): string | undefined {
    if (!set) return 'does not exist'
    if (this.isProof && set.isOpen) return 'is not emptied before it is filled'
    if (!TYPES.has(set.type)) return `has the unknown type ${set.type}`
    if (set.family !== family) return 'is for the other family'
    return set.elements.size > set.maximum ? `holds more than its maxelem of ${set.maximum}` : undefined
  }

  /** A list holds the addresses of its members of the family. A member is never a list (ipset(8)). */
  private heldByList(name: string, list: AddressSet, family: AddressFamily): SetContent | string {
    const held: SetContent[] = []
    for (const member of list.elements.keys()) {
      const set = this.byName.get(member)
      if (set && set.type !== 'list:set' && set.family !== family) continue
      const fault = set?.type === 'list:set' ? 'is a list too' : this.faultOf(set, family)
      if (fault) return `names the set ${name}, whose member ${member} ${fault}`
      held.push(this.contentOf(member, family) as SetContent)
    }
    const doubt = this.doubtAbout(name, list) ?? held.find(({ doubt }) => doubt)?.doubt
    return { addresses: kit.union(held.map(({ addresses }) => addresses)), doubt }
  }

  private doubtAbout(name: string, { elements, resolved }: AddressSet): string | undefined {
    if (this.changing.has(name)) return `names the set ${name}, which rules change as packets come`
    const expiring = resolved?.expiring ?? expiringOf([...elements.values()])
    return expiring > 0 ? `names the set ${name}, whose entries expire (${expiring} of ${elements.size})` : undefined
  }

  private create(name: string, [type = '', ...words]: readonly string[], place: Place, isTolerant: boolean) {
    if (!/^(hash|bitmap|list):[a-z,]+$/.test(type)) return UNKNOWN
    const options: Record<string, string> = {}
    for (let i = 0; i < words.length; i++) {
      const option = words[i] as string
      if (FLAGS.has(option)) continue
      const value = words[++i] ?? ''
      options[option] = value
      const isOwn = option === 'timeout' ? value === '0' : option !== 'range'
      if (!VALUED.test(`${option} ${value}`) || (this.isProof && !isOwn))
        return `has the option ${option}, which is not understood`
    }
    const family = options.family?.endsWith('6') ? 'ipv6' : 'ipv4'
    const isBounded = type !== 'list:set' && type !== 'bitmap:ip'
    const maximum = Number(options.maxelem ?? (isBounded ? 65536 : Number.POSITIVE_INFINITY))
    const expires = (options.timeout ?? '0') !== '0'
    if (this.isProof && !isTolerant) return 'fails if the set already exists: it needs -exist'
    const existing = this.byName.get(name)
    if (existing) {
      // ipset(8) refuses another maxelem too.
      const isLike = existing.type === type && existing.family === family
      const isSame = isLike && (!this.isProof || existing.maximum === maximum)
      if (this.isTolerant && isSame) return undefined
      return `names the set ${name}, which ${this.isTolerant ? 'is of another type' : 'already exists'}`
    }
    this.byName.set(name, {
      place,
      load: this.load,
      type,
      family,
      maximum,
      options,
      expires,
      elements: new Map(),
      isOpen: this.isTolerant,
      resolved: undefined,
    })
    return undefined
  }

  private add(set: AddressSet, [text = '', ...options]: readonly string[]): string | undefined {
    if (!TYPES.has(set.type)) return undefined
    const isException = options.includes('nomatch')
    const timeout = options.indexOf('timeout')
    const expires = timeout < 0 ? set.expires : options[timeout + 1] !== '0'
    // Counters and comments of an element change nothing; a proof does not expect them.
    if (this.isProof && options.length > 0) return UNKNOWN
    const range = rangeIn(text, set)
    if (typeof range === 'string') return range
    return void set.elements.set(keyOf(text, range), { text, range, isException, expires })
  }

  private remove(set: AddressSet, [text = '', ...more]: readonly string[]): string | undefined {
    if (this.isProof && more.length > 0) return UNKNOWN
    const range = rangeIn(text, set)
    if (typeof range === 'string') return range
    const isGone = set.elements.delete(keyOf(text, range))
    return isGone || (this.isTolerant && this.isDelta) || !TYPES.has(set.type)
      ? undefined
      : 'deletes something that was not added in this form'
  }

  private swap(name: string, set: AddressSet, other: string): string | undefined {
    const second = this.byName.get(other)
    if (!second) return `names the set ${other}, which does not exist`
    if (second.type !== set.type || second.family !== set.family) return 'swaps sets of different types'
    // It works only once: the next time, the existing set differs from the one to create.
    if (this.isProof && second.maximum !== set.maximum) return 'swaps sets of different sizes'
    this.byName.set(name, second)
    this.byName.set(other, set)
    return undefined
  }
}

/** Removes the comment of an entry, which may contain any words. */
function withoutComment(text: string): string {
  const at = text.indexOf(' comment "')
  const end = at < 0 ? -1 : text.indexOf('"', at + ' comment "'.length)
  return end < 0 ? text : text.slice(0, at) + text.slice(end + 1)
}

function empty(set: AddressSet): undefined {
  set.elements.clear()
  set.isOpen = false
  set.resolved = undefined
}

/** The addresses of an entry, or a reason; undefined for a member of a list, and in a set of an unknown type. */
function rangeIn(text: string, { type, family }: AddressSet): Range | string | undefined {
  if (type === 'list:set' || !TYPES.has(type)) return undefined
  const [from = '', to = from, ...more] = text.split('-')
  if (more.length > 0) return UNKNOWN
  const [start, end] = [kit.prefixOrReason(from), kit.prefixOrReason(to)]
  const wrong = [start, end].find((one) => typeof one === 'string')
  if (typeof start === 'string' || typeof end === 'string') return `holds an invalid address: ${wrong}`
  if (start.family !== family || end.family !== family) return 'is not of the family of its set'
  const { last } = kit.rangeOf(end)
  if (last < start.address) return UNKNOWN
  if (type === 'hash:net' && text.endsWith('/0')) return 'has a length of 0, which a set does not take'
  return { family, first: start.address, last }
}

const keyOf = (text: string, range: Range | undefined) => (range ? `${range.first}-${range.last}` : text)

const expiringOf = (elements: readonly Element[]) => elements.filter(({ expires }) => expires).length

function resolve({ elements: byKey }: AddressSet): AddressSet['resolved'] & object {
  const elements = [...byKey.values()]
  const held = elements.flatMap(({ range, isException: isOut }) => (range ? [{ range, isOut }] : []))
  return { addresses: kit.byNarrowest(held), expiring: expiringOf(elements) }
}
