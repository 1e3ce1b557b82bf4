/** A function that computes its value on the first call and keeps it. */
export function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Caches the results of `work` by its first argument. */
export function memo<Key, Rest extends unknown[], Value>(
  work: (key: Key, ...rest: Rest) => Value,
): (key: Key, ...rest: Rest) => Value {
  const known = new Map<Key, Value>()
  return (key, ...rest) => {
    if (!known.has(key)) known.set(key, work(key, ...rest))
    return known.get(key) as Value
  }
}
