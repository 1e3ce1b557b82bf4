/** More levels than devices allow, but too few for a hostile text to exhaust the stack. */
const MOST_NESTED = 100

interface Open {
  readonly key: string
  readonly depth: number
  /** The lowest depth of the stack that this key leads back to. */
  lowest: number
  /** Keys that were resolved below this one, but depend on a key that is still open. */
  readonly unfinished: string[]
}

/** A value that was forgotten, and the keys behind it that were. */
export interface Forgotten<Found> {
  readonly value: Found
  readonly changed: ReadonlySet<string>
}

/**
 * Values by name, each computed once; names may refer to each other. `unresolved` gives the value of a key that leads back to
 * itself (`circle`) or is nested deeper than 100 levels (`depth`).
 */
export class Resolver<Found> {
  private readonly known = new Map<string, Found>()
  /** Of known values that depend on a key that is still open: the lowest depth of such a key. */
  private readonly lowest = new Map<string, number>()
  /** By key, the keys that asked for it: most have one only. */
  private readonly users = new Map<string, string | Set<string>>()
  private readonly forgotten = new Map<string, { value: Found; changed: Set<string> }>()
  private readonly open = new Set<string>()
  private readonly stack: Open[] = []

  constructor(private readonly unresolved: (key: string, why: 'circle' | 'depth') => Found) {}

  /**
   * The value of `key`: the result of `read`, which may resolve other keys and its own. If the key was forgotten, `read` gets its last
   * value, to compute only the difference.
   */
  of<Value extends Found>(key: string, read: (last: Forgotten<Value> | undefined) => Value): Value {
    const user = this.stack.at(-1)
    this.uses(key)
    const known = this.known.get(key)
    if (known !== undefined || this.known.has(key)) {
      if (this.open.has(key)) this.leaveOpen()
      if (user) user.lowest = Math.min(user.lowest, this.lowest.get(key) ?? Number.POSITIVE_INFINITY)
      return known as Value
    }
    const open = this.stack.find((one) => one.key === key)
    if (open && user) {
      user.lowest = Math.min(user.lowest, open.depth)
      return this.unresolved(key, 'circle') as Value
    }
    if (this.stack.length >= MOST_NESTED) return this.unresolved(key, 'depth') as Value
    return this.work(key, read)
  }

  /** Makes the key that is being resolved depend on another one, or on any name that may be forgotten. */
  uses(key: string): void {
    const user = this.stack.at(-1)
    if (!user) return
    const users = this.users.get(key)
    if (users === undefined) this.users.set(key, user.key)
    else if (typeof users === 'object') users.add(user.key)
    else if (users !== user.key) this.users.set(key, new Set([users, user.key]))
  }

  /** Says that the value which is being resolved leaves something out, and so do all that are made of it. */
  leaveOpen(): void {
    const user = this.stack.at(-1)
    if (user) this.open.add(user.key)
  }

  /** True if `leaveOpen` was called for a known value, or for one that it is made of. */
  isOpen(key: string): boolean {
    return this.open.has(key)
  }

  /** Makes the next `of` compute `key` again, and all keys that depend on it, which are returned. Other values stay the same objects. */
  forget(key: string): ReadonlySet<string> {
    const forgotten = new Set([key])
    // A set that grows while it is walked: its new members are walked too.
    for (const one of forgotten) {
      // A value within a circle, or one that leaves something out, is no start for another one.
      if (this.known.has(one) && !this.lowest.has(one) && !this.open.has(one))
        this.forgotten.set(one, { value: this.known.get(one) as Found, changed: new Set() })
      this.known.delete(one)
      this.lowest.delete(one)
      this.open.delete(one)
      for (const user of this.usersOf(one)) forgotten.add(user)
    }
    for (const one of forgotten) {
      for (const user of this.usersOf(one)) this.forgotten.get(user)?.changed.add(one)
      // The dependents register again when they are computed.
      this.users.delete(one)
    }
    return forgotten
  }

  private usersOf(key: string): Iterable<string> {
    const users = this.users.get(key) ?? []
    return typeof users === 'string' ? [users] : users
  }

  private work<Value extends Found>(key: string, read: (last: Forgotten<Value> | undefined) => Value): Value {
    const depth = this.stack.length
    const own: Open = { key, depth, lowest: Number.POSITIVE_INFINITY, unfinished: [] }
    this.stack.push(own)
    const last = this.forgotten.get(key) as Forgotten<Value> | undefined
    this.forgotten.delete(key)
    const value = read(last)
    this.stack.pop()
    if (this.open.has(key)) this.leaveOpen()
    this.known.set(key, value)
    if (own.lowest >= depth) {
      // This entry closes the cycle and is complete; entries visited on the way are not.
      for (const other of own.unfinished) {
        this.known.delete(other)
        this.lowest.delete(other)
      }
      return value
    }
    const user = this.stack.at(-1) as Open
    user.lowest = Math.min(user.lowest, own.lowest)
    // The entries visited below it depend on the same open entry.
    for (const other of [key, ...own.unfinished]) {
      this.lowest.set(other, Math.min(this.lowest.get(other) ?? own.lowest, own.lowest))
      user.unfinished.push(other)
    }
    return value
  }
}

/** Names in an order in which each comes before its members, unless the members lead back to it. */
export function outerFirst(names: readonly string[], innerOf: (name: string) => readonly string[]): readonly string[] {
  const known = new Set(names)
  // A group has thousands of members, few of which are groups.
  const knownIn = (name: string) => innerOf(name).filter((inner) => known.has(inner))
  const seen = new Set<string>()
  const finished: string[] = []
  for (const name of known) {
    // By hand: a line of names may be longer than the stack is deep.
    const stack = seen.has(name) ? [] : [{ name, left: knownIn(name) }]
    seen.add(name)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const inner = top.left.pop()
      if (inner === undefined) finished.push((stack.pop() as typeof top).name)
      else if (!seen.has(inner)) {
        seen.add(inner)
        stack.push({ name: inner, left: knownIn(inner) })
      }
    }
  }
  return finished.reverse()
}
