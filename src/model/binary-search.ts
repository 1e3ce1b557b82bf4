/**
 * The first index from `low` on that `isReached` holds for, or `high`. It must be false for all before that index and true
 * for all behind.
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
