/** The items of each target, by the target's name; looked up for thousands of targets, so grouped once. */
export function byTarget<Item extends { readonly target: string }>(
  items: readonly Item[],
): (name: string) => readonly Item[] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(item.target)
    if (group) group.push(item)
    else groups.set(item.target, [item])
  }
  return (name) => groups.get(name) ?? []
}
