import { ALL_ONES, compare, copy, copyEight, fitted, unwritten, type Width } from './uint32.ts'

/**
 * Runs of addresses of one family in one flat array of uint32s (see uint32.ts): first address, last address, first, last...
 * A last address belongs to its run, so nothing lies beyond the end of the address space. Runs are canonical when
 * they are sorted and neither overlap nor touch.
 */
export type Runs = Uint32Array

/** The canonical runs of any runs. `runs` is used up. */
export function canonical(runs: Runs, width: Width): Runs {
  if (isSorted(runs, width)) return join(runs, width)
  if (runs.length <= FEW * 2 * width) return join(insertionSort(runs, width), width)
  // An IPv4 run is a pair of uint32s, so it is sorted directly. IPv6 runs are longer and are only moved when joined.
  return width === 1
    ? joinPairs(sortPairs(runs, unwritten(runs.length)))
    : joinInOrder(runs, orderOf(runs, width), width)
}

/** Up to this many runs, insertion sort is faster than radix sort. */
const FEW = 24

function isSorted(runs: Runs, width: Width): boolean {
  const size = 2 * width
  for (let run = size; run < runs.length; run += size) if (compare(runs, run - size, runs, run, width) > 0) return false
  return true
}

function insertionSort(runs: Runs, width: Width): Runs {
  const size = 2 * width
  const moved = new Uint32Array(size)
  for (let run = size; run < runs.length; run += size) {
    copy(runs, run, moved, 0, size)
    let place = run
    for (; place > 0 && compare(runs, place - size, moved, 0, width) > 0; place -= size) {
      copy(runs, place - size, runs, place, size)
    }
    copy(moved, 0, runs, place, size)
  }
  return runs
}

/** The order of runs by first address, as pairs of a uint32 and a run number: a radix sort of pairs, by one uint32 after the other, lowest first. */
function orderOf(runs: Runs, width: Width): Uint32Array {
  const count = runs.length / (2 * width)
  const one = unwritten(2 * count)
  const other = unwritten(2 * count)
  // The lookups are in random order; a single column stays in the processor's cache.
  const column = unwritten(count)
  for (let run = 0; run < count; run++) one[2 * run + 1] = run
  let pairs = one
  for (let word = width - 1; word >= 0; word--) {
    if (!fillColumn(column, runs, word, 2 * width)) continue
    for (let pair = 0; pair < pairs.length; pair += 2) pairs[pair] = column[pairs[pair + 1] as number] as number
    pairs = sortPairs(pairs, pairs === one ? other : one)
  }
  return pairs
}

/** Takes every `step`th uint32, from the one at `first` on. Returns whether they are not all the same. */
function fillColumn(column: Uint32Array, uint32s: Uint32Array, first: number, step: number): boolean {
  const one = uint32s[first] as number
  let varying = 0
  for (let at = 0; at < column.length; at++) {
    const word = uint32s[first + step * at] as number
    column[at] = word
    varying |= word ^ one
  }
  return varying !== 0
}

/** Stable radix sort by the first uint32 of each pair. Returns the array with the result. A digit that is equal everywhere is skipped. */
function sortPairs(pairs: Uint32Array, spare: Uint32Array): Uint32Array {
  let [from, to] = [pairs, spare]
  countDigits(pairs).forEach((counts, digit) => {
    if (!placesOf(counts, from.length)) return
    scatter(from, to, digit * DIGIT_BITS, counts)
    ;[from, to] = [to, from]
  })
  return from
}

/** Three digits make a uint32. */
const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS
const DIGIT = DIGITS - 1

/** Twice the number of uint32s with each first, second and third digit; counted in one pass. */
function countDigits(pairs: Uint32Array): [Uint32Array, Uint32Array, Uint32Array] {
  const [low, middle, high] = [new Uint32Array(DIGITS), new Uint32Array(DIGITS), new Uint32Array(DIGITS)]
  for (let pair = 0; pair < pairs.length; pair += 2) {
    const word = pairs[pair] as number
    const first = word & DIGIT
    const second = (word >>> DIGIT_BITS) & DIGIT
    const third = word >>> (2 * DIGIT_BITS)
    low[first] = (low[first] as number) + 2
    middle[second] = (middle[second] as number) + 2
    high[third] = (high[third] as number) + 2
  }
  return [low, middle, high]
}

/** Turns counts of digits into start positions; false if all uint32s have the same digit. */
function placesOf(counts: Uint32Array, uint32s: number): boolean {
  let place = 0
  for (let digit = 0; digit < counts.length; digit++) {
    const taken = counts[digit] as number
    if (taken === uint32s) return false
    counts[digit] = place
    place += taken
  }
  return true
}

/** Moves each pair to the next place of its digit. */
function scatter(from: Uint32Array, to: Uint32Array, shift: number, places: Uint32Array): void {
  for (let pair = 0; pair < from.length; pair += 2) {
    const word = from[pair] as number
    const digit = (word >>> shift) & DIGIT
    const at = places[digit] as number
    places[digit] = at + 2
    to[at] = word
    to[at + 1] = from[pair + 1] as number
  }
}

/** Joins runs that are sorted by their first address, in place. */
function join(runs: Runs, width: Width): Runs {
  return width === 1 ? joinPairs(runs) : joinInOrder(runs, undefined, width)
}

/** Joins runs in the order of pairs that `orderOf` made; without one, runs that are sorted, in place. */
function joinInOrder(runs: Runs, order: Uint32Array | undefined, width: Width): Runs {
  const size = 2 * width
  const count = runs.length / size
  const joined = order ? unwritten(runs.length) : runs
  let end = 0
  for (let place = 0; place < count; place++) {
    const run = size * (order ? (order[2 * place + 1] as number) : place)
    const last = end - width
    if (end === 0 || !isWithinOrNext(runs, run, joined, last, width)) {
      copyEight(runs, run, joined, end)
      end += size
    } else if (compare(runs, run + width, joined, last, width) > 0) copy(runs, run + width, joined, last, width)
  }
  return fitted(joined, end)
}

/** True if the address in `a` at `i` is at most one above the one in `b` at `j`. */
function isWithinOrNext(a: Uint32Array, i: number, b: Uint32Array, j: number, width: Width): boolean {
  for (let word = 0; word < width; word++) {
    const one = a[i + word] as number
    const other = b[j + word] as number
    if (one < other) return true
    if (one > other) {
      // They touch only if the carry goes all the way: ...ffff, then ...0000.
      if (one - other !== 1) return false
      while (++word < width) if (a[i + word] !== 0 || b[j + word] !== ALL_ONES) return false
    }
  }
  return true
}

/** The same for IPv4, where an address is a number: three times as fast, for the most frequent case. */
function joinPairs(runs: Runs): Runs {
  if (runs.length === 0) return runs
  let kept = 0
  let last = runs[1] as number
  for (let run = 2; run < runs.length; run += 2) {
    const first = runs[run] as number
    const end = runs[run + 1] as number
    // The address after the last one wraps to 0, which never matches: nothing lies beyond the last address.
    if (first <= last || first === (last + 1) >>> 0) {
      if (end > last) last = end
    } else {
      runs[kept + 1] = last
      kept += 2
      runs[kept] = first
      last = end
    }
  }
  runs[kept + 1] = last
  return fitted(runs, kept + 2)
}
