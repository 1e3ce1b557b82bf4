import { NOWHERE, placesIn } from '../../model/group-by.ts'

/**
 * The values of a list of sources that is asked for again and again. A source is read again only if it was not in the list before, as the same object, or if
 * its value depends on a name that changed: a change costs what it changes, and little for each other source.
 */
export class Kept<Source, Value> {
  private sources: readonly Source[] = []
  private known: readonly Value[] = []
  /** The values before those, and where they may differ; undefined for another number of sources. */
  private last: { readonly values: readonly Value[]; readonly places: readonly number[] | undefined } | undefined
  /** By name, the sources that depend on it: most names have one only. */
  private readonly users = new Map<string, Source | Set<Source>>()
  /** By the name of a field, its lists as they were last joined. */
  private readonly lists = new Map<keyof Value, Joined<Value>>()

  /** Those of the last call. */
  get values(): readonly Value[] {
    return this.known
  }

  /** The lists in a field of the values, one after the other; the same list as before if none of them changed. */
  joined<Field extends FieldOfLists<Value>>(field: Field): Value[Field] {
    const listOf = (value: Value) => value[field] as readonly unknown[]
    const own = this.lists.get(field)
    if (own?.values === this.known) return own.all as Value[Field]
    const now = joined(this.known, listOf, own?.values === this.last?.values ? this.last?.places : undefined, own)
    this.lists.set(field, now)
    return now.all as Value[Field]
  }

  /**
   * The values of `sources`, the same list as before if nothing changed; those that are `gone`; and those that `come`, because they were read.
   * `changed` are the names that changed since the last call. `read` gets the sources that are new or changed, in their order, and says by `uses` that the
   * value of a source depends on a name.
   */
  of(
    sources: readonly Source[],
    changed: Iterable<string>,
    read: (fresh: readonly Source[], uses: (source: Source, name: string) => void) => readonly Value[],
  ) {
    const stale = this.takeUsers(changed)
    const before = this.known
    const span = changedSpan(this.sources, sources)
    if (span.end === span.from && span.endBefore === span.from && stale.size === 0)
      return { values: before, gone: [], come: [] }
    const uses = (source: Source, name: string) => this.use(source, name)
    // The caller may change its list.
    const own = sources.slice()
    if (before.length === 0) {
      this.keep(own, read(own, uses))
      return { values: this.known, gone: [], come: this.known }
    }
    const { values, gone, places, fresh } = this.carry(own, span, stale)
    const asked = fresh.map((at) => own[at] as Source)
    const come = read(asked, uses)
    for (const [index, at] of fresh.entries()) values[at] = come[index] as Value
    this.keep(own, values, own.length === before.length ? places : undefined)
    return { values, gone, come }
  }

  private keep(sources: readonly Source[], values: readonly Value[], places?: readonly number[]): void {
    this.last = { values: this.known, places }
    this.sources = sources
    this.known = values
  }

  /** The values that stay, in a new list with gaps, those that go, the places that may differ, and those among them whose sources are to be read. */
  private carry(
    sources: readonly Source[],
    { from, end, endBefore }: ReturnType<typeof changedSpan>,
    stale: ReadonlySet<Source>,
  ) {
    const before = this.known
    const places = placesIn(this.sources.slice(from, endBefore), sources.slice(from, end), Object.is, (one) => one)
    const moved = places.map((place) => (place === NOWHERE ? undefined : before[from + place]) as Value)
    const values = before.slice(0, from).concat(moved, before.slice(endBefore))
    const gone: Value[] = []
    const fresh: number[] = []
    for (const at of placesOf(stale, sources)) {
      if (at >= from && at < end) continue
      gone.push(values[at] as Value)
      fresh.push(at)
    }
    const changed = fresh.concat(placesFrom(from, end))
    const stays = new Set<number>()
    for (let at = from; at < end; at++) {
      const place = places[at - from] as number
      if (place === NOWHERE || stale.has(sources[at] as Source)) fresh.push(at)
      else stays.add(from + place)
    }
    for (let was = from; was < endBefore; was++) if (!stays.has(was)) gone.push(before[was] as Value)
    // Notes come up in the order of the list.
    fresh.sort((a, b) => a - b)
    return { values, gone, places: changed, fresh }
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

/** The fields of values that are lists. */
type FieldOfLists<Value> = {
  [Field in keyof Value]: Value[Field] extends readonly unknown[] ? Field : never
}[keyof Value]

/** The lists of values, one after the other. */
interface Joined<Value> {
  readonly values: readonly Value[]
  /** Where the list of each value begins. */
  readonly starts: readonly number[]
  readonly all: readonly unknown[]
}

/** Joins the lists of values. Those that differ from the last ones in some places only change no others, if each list is as long there as the one before. */
function joined<Value>(
  values: readonly Value[],
  listOf: (value: Value) => readonly unknown[],
  places: readonly number[] | undefined,
  last: Joined<Value> | undefined,
): Joined<Value> {
  const lengthOf = (value: Value | undefined) => listOf(value as Value).length
  if (last && places?.every((at) => lengthOf(values[at]) === lengthOf(last.values[at]))) {
    const all = last.all.slice()
    for (const at of places)
      for (const [next, one] of listOf(values[at] as Value).entries()) all[(last.starts[at] as number) + next] = one
    return { ...last, values, all }
  }
  const [starts, all]: [number[], unknown[]] = [[], []]
  for (const value of values) {
    starts.push(all.length)
    for (const one of listOf(value)) all.push(one)
  }
  return { values, starts, all }
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

const placesFrom = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index)

/** The part of a list that differs from an older list, from one place to the one before another, and where it ended there. */
function changedSpan(before: readonly unknown[], now: readonly unknown[]) {
  const most = Math.min(before.length, now.length)
  let from = 0
  while (from < most && before[from] === now[from]) from++
  let to = 0
  while (to < most - from && before[before.length - 1 - to] === now[now.length - 1 - to]) to++
  return { from, end: now.length - to, endBefore: before.length - to }
}
