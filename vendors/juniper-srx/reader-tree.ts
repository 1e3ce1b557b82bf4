import type { Notes, Place } from 'tagwall/reader'
import { ROOT, SECURITY_WORDS, type Spot, walk } from './reader-schema.ts'
import type { Command, Token } from './reader-text.ts'

/** A word of the configuration, and what stands below it, in order. */
export class Node {
  /** Also those that are inactive. */
  readonly children = new Map<string, Node>()
  isInactive = false
  /** True if the schema does not know the statement. */
  isUnknown = false

  constructor(readonly place: Place) {}

  /** The active node at a path; undefined if anything on the way is inactive or not there. */
  at(...path: readonly string[]): Node | undefined {
    let node: Node | undefined = this
    for (const word of path) {
      node = node?.children.get(word)
      if (node?.isInactive) return undefined
    }
    return node
  }

  /** The active nodes below a path, with their words. */
  entries(...path: readonly string[]): [word: string, node: Node][] {
    return [...(this.at(...path)?.children ?? [])].filter(([, child]) => !child.isInactive)
  }

  words(...path: readonly string[]): string[] {
    return this.entries(...path).map(([word]) => word)
  }

  nodes(...path: readonly string[]): Node[] {
    return this.entries(...path).map(([, node]) => node)
  }
}

const TOP: Spot = { path: [], schema: ROOT }

/** The candidate configuration. Nothing of it counts before the commit. */
export class Tree {
  readonly root = new Node({ part: '', line: 1 })
  /** Statements about policies, addresses or anything else of Junos. */
  understood = 0
  /** The groups that any statement inherits from, also one that is inactive. */
  readonly applied = new Set<string>()
  /** Statements elsewhere that let packets pass without policies, or that change the configuration. */
  readonly bypasses: Bypass[] = []
  /** The paths that this load deleted before it filled them. */
  private readonly cleared = new Set<string>()
  /** Policies that this load set, and those that it put after another. */
  readonly policies = new Set<Node>()
  readonly inserted = new Set<Node>()
  private isFull = false

  constructor(
    private readonly notes: Notes,
    /** When proving, only what the templates write is understood. */
    private readonly isStrict: boolean,
  ) {}

  /** Begins a load. */
  begin(isFull: boolean): void {
    this.isFull = isFull
    for (const those of [this.cleared, this.policies, this.inserted]) those.clear()
  }

  apply(command: Command): void {
    const { verb, words, place, text } = command
    if (verb === 'set') this.set(words, TOP, place, text)
    else if (verb === 'insert') this.insert(words, place, text)
    else if (verb === 'delete') this.remove(words, place, text)
    else this.applyOther(command)
  }

  private remove(words: Command['words'], place: Place, text: string): void {
    // The templates take out statements with all that is below them, and members, but no value that a statement has only one of.
    const isForeign = walk(words, TOP).leaves.some(({ path, isOnly, known }) => isOnly || known < path.length)
    const path = this.pathOf(words)
    const isOfItem = path.some((word, at) => ITEMS.has(word) && at + 1 < path.length)
    if (this.isStrict && (isForeign || !isOfItem)) this.notes.add(place, text, 'is not understood')
    this.cleared.add(keyOf(path))
    this.parentOf(path)?.children.delete(path.at(-1) ?? '')
  }

  private applyOther({ verb, words, place, text }: Command): void {
    const isSwitch = verb === 'deactivate' || verb === 'activate'
    if (this.isStrict || (!isSwitch && verb !== 'protect')) {
      const isHarmless = !this.isStrict && ELSEWHERE.test(verb)
      this.notes.add(place, text, 'is not understood', isHarmless ? { isHarmless } : {})
      return
    }
    const node = isSwitch ? this.find(this.pathOf(words)) : undefined
    if (node) node.isInactive = verb === 'deactivate'
  }

  /** Applies a configuration in braces. */
  applyBraces(tokens: readonly Token[]): void {
    const spots: Spot[] = [TOP]
    for (const token of tokens) {
      const { place, mark } = token
      const spot = spots.at(-1) as Spot
      if (mark === '}') {
        if (spots.length === 1) this.notes.add(place, '}', 'closes something that was not opened')
        else spots.pop()
        continue
      }
      const tags = new Set<unknown>()
      let { words } = token
      while (TAGS.test(`${words[0]}`)) {
        tags.add(words[0])
        words = words.slice(1)
      }
      const isShort = spots.length === 1 && !this.isStrict && SECURITY_WORDS.has(words[0])
      if (isShort) words = ['security', ...words]
      if (tags.has('delete:') || (this.isStrict && tags.has('inactive:')))
        this.notes.add(place, words.flat().join(' '), 'has an unsupported tag')
      const { end, leaves } = walk(words, spot)
      if (tags.has('replace:')) {
        const [siblings, name] = [this.parentOf(end.path)?.children, end.path.at(-1) ?? '']
        // A replaced statement keeps its place.
        if (siblings?.has(name)) siblings.set(name, new Node(place))
        this.cleared.add(keyOf(end.path))
      }
      this.set(words, spot, place, words.flat().join(' '))
      const isDeeper = end.path.length > spot.path.length
      const marked = tags.has('inactive:') ? (isDeeper ? [end.path] : leaves.map(({ path }) => path)) : []
      for (const path of marked) {
        const node = this.find(path)
        if (node) node.isInactive = true
      }
      if (mark === '{') spots.push(end)
    }
    const last = tokens.at(-1)
    if (spots.length > 1 && last) this.notes.add(last.place, '', 'ends in the middle of the configuration')
  }

  private set(words: Command['words'], start: Spot, place: Place, text: string): void {
    const { leaves, end } = walk(words, start)
    const last = { path: end.path, isOnly: false, known: end.path.length }
    for (const { path, isOnly, known } of leaves.length > 0 ? leaves : [last]) {
      const isUnknown = known < path.length
      const isKept = !isUnknown || isOurs(path)
      const at = path.lastIndexOf('apply-groups')
      if (at >= 0) for (const name of path.slice(at + 1)) this.applied.add(name)
      const isUnread = isUnknown || start.schema.kind === 'rest'
      const reason = isUnread ? bypassOf(withinSystem(path), path.slice(start.path.length)) : undefined
      if (reason) this.bypasses.push({ place, text, reason, group: path[0] === 'groups' ? path[1] : undefined })
      if (this.isStrict && (isUnknown || !isWritten(path))) this.notes.add(place, text, 'is not understood')
      if (isKept || SYSTEM.test(path[0] ?? '')) this.understood++
      let node = this.root
      for (const [index, word] of (isKept ? path : path.slice(0, known)).entries()) {
        let child = node.children.get(word)
        if (!child) {
          child = new Node(place)
          node.children.set(word, child)
        }
        if (isOnly && index === path.length - 1)
          for (const other of node.children.keys()) if (other !== word) node.children.delete(other)
        node = child
        if (index === known) node.isUnknown = true
      }
      if (this.isStrict && this.isFull) this.checkFilled(path, place)
    }
  }

  /** A full file must delete what it fills, because an older load may have filled it too. */
  private checkFilled(path: readonly string[], place: Place): void {
    const policy = path[1] === 'policies' ? path.indexOf('policy') + 2 : 0
    const node = policy > 2 && policy <= path.length ? this.find(path.slice(0, policy)) : undefined
    if (node) this.policies.add(node)
    const isPart = path[policy] === 'match' || path[policy] === 'then'
    const group = path[0] === 'applications' ? 3 : path[3] === 'address-set' ? 5 : policy > 2 && isPart ? policy + 1 : 0
    const isCleared = path.some((_, index) => this.cleared.has(keyOf(path.slice(0, index + 1))))
    if (group > 0 && path.length > group && !isCleared)
      this.notes.add(place, path.slice(0, group).join(' '), 'is filled without being cleared before')
  }

  /** `insert … policy B after policy A`. */
  private insert(words: Command['words'], place: Place, text: string): void {
    const at = words.findIndex((word) => word === 'after' || word === 'before')
    const [where, kind, other, ...more] = words.slice(at).flat()
    const path = at > 0 ? this.pathOf(words.slice(0, at)) : []
    const siblings = this.parentOf(path)?.children
    const [name, list] = [path.at(-1) ?? '', path.at(-2)]
    const node = siblings?.get(name)
    if (!siblings || !node || other === undefined || !siblings.has(other) || kind !== list || more.length > 0) {
      this.notes.add(place, text, 'cannot be done: a policy that it names does not exist')
      return
    }
    const entries = [...siblings].filter(([key]) => key !== name)
    const index = entries.findIndex(([key]) => key === other)
    entries.splice(where === 'after' ? index + 1 : index, 0, [name, node])
    siblings.clear()
    for (const [key, value] of entries) siblings.set(key, value)
    this.inserted.add(node)
  }

  private pathOf(words: Command['words']): readonly string[] {
    const { leaves, end } = walk(words, TOP)
    return leaves.at(-1)?.path ?? end.path
  }

  private find(path: readonly string[]): Node | undefined {
    let node: Node | undefined = this.root
    for (const word of path) node = node?.children.get(word)
    return node
  }

  private parentOf(path: readonly string[]): Node | undefined {
    return path.length > 0 ? this.find(path.slice(0, -1)) : undefined
  }
}

/** True if an unknown statement is within policies, an address book or an application. */
function isOurs(path: readonly string[]): boolean {
  const own = withinSystem(path)
  if (own[0] === 'applications') return true
  return own[0] === 'security' && (own[1] === 'policies' || own.indexOf('address-book', 1) > 0)
}

/** True if the templates write statements there. */
function isWritten(path: readonly string[]): boolean {
  const [top, part = 'policies', kind = 'global'] = path
  if (path.includes('apply-groups')) return false
  if (top !== 'security') return top === 'applications'
  return part === 'address-book' || (part === 'policies' && /^(?:from-zone|global)$/.test(kind))
}

/** The words before the names of what the templates write; around these, there may be statements of others. */
const ITEMS = new Set(['policy', 'address', 'address-set', 'application'])
const TAGS = /^(?:replace|inactive|protect|delete):$/
/** Commands that leave the candidate configuration as it is. */
const ELSEWHERE = /^(?:annotate|commit|configure|exit|help|quit|run|save|show|status|unprotect)$/
const SYSTEM =
  /^(?:system|interfaces|routing-options|protocols|version|chassis|snmp|vlans|policy-options|apply-groups|security|firewall)$/
const keyOf = (path: readonly string[]) => JSON.stringify(path)

/** A statement outside the policies by which traffic may pass all the same. */
interface Bypass {
  readonly place: Place
  readonly text: string
  readonly reason: string
  /** The group that has the statement; it counts only if something applies the group. */
  readonly group: string | undefined
}

const PASSES = 'lets packets pass without policies'
const CHANGES = 'may change the configuration, which is not followed'

/** The reason why a statement that the schema does not know may let traffic pass; undefined for most. `said`: its own words, the last of its path. */
function bypassOf(path: readonly string[], said: readonly string[]): string | undefined {
  const has = (word: string) => said.includes(word)
  if (path[0] === 'firewall' && has('packet-mode')) return PASSES
  if (path[0] === 'security' && path[1] === 'forwarding-options' && has('packet-based')) return PASSES
  if (path[0] === 'event-options' && (has('change-configuration') || has('event-script'))) return CHANGES
  // Changes of a commit script that are transient are in no output of the configuration.
  if (path[0] === 'system' && path[1] === 'scripts' && has('allow-transients')) return CHANGES
  return undefined
}

/** A path without the group, logical system or tenant that it is in. */
function withinSystem(path: readonly string[]): readonly string[] {
  const inner = path[0] === 'groups' ? path.slice(2) : path
  return /^(?:logical-systems|tenants)$/.test(inner[0] ?? '') ? inner.slice(2) : inner
}
