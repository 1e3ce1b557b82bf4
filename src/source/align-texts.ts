/** Two lists, taken apart. Each part is in the order of its list. */
export interface Alignment {
  /** What both have. */
  readonly both: readonly string[]
  /** What else the first one has, and the second one. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** How much further a text is looked for that is not in its place. */
const NEAR = 1000

/**
 * What two lists of texts, mostly the same in mostly the same order, have in common. A text that stands in very different
 * places may be found in each of them, as if it were two: all that is said is that `both` and `before` make up the first
 * list, `both` and `after` the second one.
 */
export function alignTexts(older: readonly string[], newer: readonly string[]): Alignment {
  const [both, before, after]: [string[][], string[][], string[][]] = [[], [], []]
  let [i, j] = [0, 0]
  for (;;) {
    const start = i
    // Most of the work, so nothing else is done here.
    while (i < older.length && older[i] === newer[j]) {
      i++
      j++
    }
    both.push(older.slice(start, i))
    if (i === older.length || j === newer.length) break
    // As many in one list only as it takes to get to what stands in the other one; if that is nowhere near, one of each.
    const more = newer.slice(j, j + NEAR).indexOf(older[i] as string)
    const less = more > 0 ? 0 : older.slice(i, i + NEAR).indexOf(newer[j] as string)
    const [iTo, jTo] = more > 0 ? [i, j + more] : less > 0 ? [i + less, j] : [i + 1, j + 1]
    before.push(older.slice(i, iTo))
    after.push(newer.slice(j, jTo))
    ;[i, j] = [iTo, jTo]
  }
  return {
    both: both.flat(),
    before: [...before.flat(), ...older.slice(i)],
    after: [...after.flat(), ...newer.slice(j)],
  }
}
