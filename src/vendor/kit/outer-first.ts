/** Names in an order in which each comes before its members, unless the members lead back to it. */
export function outerFirst(names: readonly string[], innerOf: (name: string) => readonly string[]): readonly string[] {
  const known = new Set(names)
  const seen = new Set<string>()
  const finished: string[] = []
  for (const name of known) {
    // By hand: a line of names may be longer than the stack is deep.
    const stack = seen.has(name) ? [] : [{ name, left: [...innerOf(name)] }]
    seen.add(name)
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const inner = top.left.pop()
      if (inner === undefined) finished.push((stack.pop() as typeof top).name)
      else if (known.has(inner) && !seen.has(inner)) {
        seen.add(inner)
        stack.push({ name: inner, left: [...innerOf(inner)] })
      }
    }
  }
  return finished.reverse()
}
