/** The items by their key, keys in the order of their first items. */
export function groupBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** The items with the same key, in the order of their first ones. */
export const groupsOf = <Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): [Item, ...Item[]][] =>
  [...groupBy(items, keyOf).values()] as [Item, ...Item[]][]

/** The items whose key an earlier one has, each with the first one of that key. */
export function* repeatsOf<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Generator<[Item, Item]> {
  const firsts = new Map<Key, Item>()
  for (const item of items) {
    const key = keyOf(item)
    const first = firsts.get(key)
    if (first) yield [item, first]
    else firsts.set(key, item)
  }
}

/** Neighbours that are alike, as `areAlike` says of the first and each other. */
export function runsOf<Item>(items: readonly Item[], areAlike: (first: Item, next: Item) => boolean) {
  const runs: [Item, ...Item[]][] = []
  for (const item of items) {
    const run = runs.at(-1)
    if (run && areAlike(run[0], item)) run.push(item)
    else runs.push([item])
  }
  return runs
}

/** The items of two lists by their key, those of the first list first; undefined where a list has none. */
export function pairsBy<Item>(
  ones: readonly Item[],
  others: readonly Item[],
  keyOf: (item: Item) => string,
): (readonly [key: string, one: Item | undefined, other: Item | undefined])[] {
  const [first, second] = [ones, others].map((items) => new Map(items.map((item) => [keyOf(item), item])))
  const keys = new Set([...ones, ...others].map(keyOf))
  return Array.from(keys, (key) => [key, first?.get(key), second?.get(key)])
}

/** The items of each target, by the target's name; looked up for thousands of targets, so grouped once. */
export function byTarget<Item extends { readonly target: string }>(
  items: readonly Item[],
): (name: string) => readonly Item[] {
  const groups = groupBy(items, ({ target }) => target)
  return (name) => groups.get(name) ?? []
}

/** The place of an item that is in no place. */
export const NOWHERE = -1
/** As many neighbours go at once, so that the item behind them is found without its key. */
const MOST_AHEAD = 8

/** For each item of `after`, the index of one with its key in `before`, or `NOWHERE`. Each item of `before` is taken once; `isSame` compares keys. */
export function placesIn<Item>(
  before: readonly Item[],
  after: readonly Item[],
  isSame: (one: Item, other: Item) => boolean,
  keyOf: (item: Item) => unknown,
): readonly number[] {
  // Most items stand in the same order on both sides.
  let at = 0
  const passed: number[] = []
  const places = after.map((item) => {
    for (let ahead = at; ahead < Math.min(at + MOST_AHEAD, before.length); ahead++) {
      if (!isSame(before[ahead] as Item, item)) continue
      for (; at < ahead; at++) passed.push(at)
      return at++
    }
    return NOWHERE
  })
  for (; at < before.length; at++) passed.push(at)
  const left = groupBy(passed.reverse(), (index) => keyOf(before[index] as Item))
  return places.map((place, index) =>
    place === NOWHERE ? (left.get(keyOf(after[index] as Item))?.pop() ?? NOWHERE) : place,
  )
}
