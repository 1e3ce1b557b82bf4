/** The values of a list, and how they differ from those of the list before. */
export interface KeptValues<Source, Value> {
  /** In the order of the sources; the same list as before if nothing changed. */
  readonly values: readonly Value[]
  readonly gone: readonly Value[]
  /** The sources that were read, each with its value. */
  readonly come: readonly (readonly [source: Source, value: Value])[]
}

/** Reads sources that are new or changed. `uses` says that the value of a source depends on a name. */
type ReadSources<Source, Value> = (
  fresh: readonly Source[],
  uses: (source: Source, name: string) => void,
) => readonly Value[]

/**
 * The values of a list of sources that is asked for again and again. A source is read again only if it was not in the list before, as the same object, or if
 * its value depends on a name that changed: a change costs what it changes, and little for each other source.
 */
export class Kept<Source, Value> {
  private sources: readonly Source[] = []
  private known: readonly Value[] = []
  /** By name, the sources that depend on it: most names have one only. */
  private readonly users = new Map<string, Source | Set<Source>>()

  /** Those of the last call. */
  get values(): readonly Value[] {
    return this.known
  }

  /** The values of `sources`; `changed` are the names that changed since the last call. `read` gets each source in the place where it stands. */
  of(
    sources: readonly Source[],
    changed: Iterable<string>,
    read: ReadSources<Source, Value>,
  ): KeptValues<Source, Value> {
    const stale = this.takeUsers(changed)
    const before = this.known
    const [from, to] = common(this.sources, sources)
    if (stale.size === 0 && from === sources.length && from === before.length)
      return { values: before, gone: [], come: [] }
    const [end, endBefore] = [sources.length - to, before.length - to]
    // Sources that moved.
    const moved = new Map<Source, Value[]>()
    for (let at = from; at < endBefore; at++) {
      const source = this.sources[at] as Source
      const own = moved.get(source)
      if (own) own.push(before[at] as Value)
      else moved.set(source, [before[at] as Value])
    }
    const gone: Value[] = []
    const fresh: number[] = []
    const values = before.slice(0, from).concat(new Array<Value>(end - from), before.slice(endBefore))
    for (const at of placesOf(stale, sources)) {
      if (at >= from && at < end) continue
      gone.push(values[at] as Value)
      fresh.push(at)
    }
    for (let at = from; at < end; at++) {
      const source = sources[at] as Source
      const own = stale.has(source) ? undefined : moved.get(source)
      if (own && own.length > 0) values[at] = own.shift() as Value
      else fresh.push(at)
    }
    for (const own of moved.values()) gone.push(...own)
    // Notes come up in the order of the list.
    fresh.sort((a, b) => a - b)
    const asked = fresh.map((at) => sources[at] as Source)
    const found = read(asked, (source, name) => this.use(source, name))
    for (const [index, at] of fresh.entries()) values[at] = found[index] as Value
    // The caller may change its list.
    this.sources = sources.slice()
    this.known = values
    return { values, gone, come: asked.map((source, index) => [source, found[index] as Value]) }
  }

  private use(source: Source, name: string): void {
    const users = this.users.get(name)
    if (users === undefined) this.users.set(name, source)
    else if (users instanceof Set) users.add(source)
    else if (users !== source) this.users.set(name, new Set([users, source]))
  }

  /** The sources that depend on names. They say so again when they are read. */
  private takeUsers(names: Iterable<string>): ReadonlySet<Source> {
    const found = new Set<Source>()
    for (const name of names) {
      const users = this.users.get(name)
      if (users instanceof Set) for (const source of users) found.add(source)
      else if (users !== undefined) found.add(users)
      this.users.delete(name)
    }
    return found
  }
}

/** Where some sources stand in a list, in no order. */
function placesOf<Source>(some: ReadonlySet<Source>, sources: readonly Source[]): number[] {
  // A search for each of a few is faster than a question for each of many.
  if (some.size > 8) return sources.flatMap((source, at) => (some.has(source) ? [at] : []))
  const places: number[] = []
  for (const source of some)
    for (let at = sources.indexOf(source); at >= 0; at = sources.indexOf(source, at + 1)) places.push(at)
  return places
}

/** How many values two lists have in common at their starts, and at their ends after that. */
function common<Source>(a: readonly Source[], b: readonly Source[]): [from: number, to: number] {
  const most = Math.min(a.length, b.length)
  let from = 0
  while (from < most && a[from] === b[from]) from++
  let to = 0
  while (to < most - from && a[a.length - 1 - to] === b[b.length - 1 - to]) to++
  return [from, to]
}
