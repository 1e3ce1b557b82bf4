/**
 * The first index from `low` for which `isReached` is true, or `high`. `isReached` must be false before that index and true
 * after it.
 */
export function firstIndex(low: number, high: number, isReached: (index: number) => boolean): number {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (isReached(middle)) to = middle
    else from = middle + 1
  }
  return from
}
