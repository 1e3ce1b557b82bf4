import { canonical, type Runs } from './canonical.ts'
import { ALL_ONES, addBit, compare, copy, fitted, unwritten, type Width } from './uint32.ts'

export type { Runs } from './canonical.ts'

/** The union. Where one side is much smaller, the runs of the other that are far from it are copied as they are. */
export function union(a: Runs, b: Runs, width: Width): Runs {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  if (few.length === 0) return many
  const size = 2 * width
  // The run before may touch the first of the few.
  const from = Math.max(0, firstEndingAt(many, few, 0, width, 0) - size)
  const to = Math.min(many.length, firstEndingAt(many, few, few.length - width, width, from) + size)
  const joined = merge(many.subarray(from, to), few, width)
  if (from === 0 && to === many.length) return joined
  const both = unwritten(from + joined.length + many.length - to)
  both.set(many.subarray(0, from))
  both.set(joined, from)
  both.set(many.subarray(to), from + joined.length)
  return both
}

function merge(a: Runs, b: Runs, width: Width): Runs {
  const size = 2 * width
  const both = unwritten(a.length + b.length)
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (compare(a, i, b, j, width) <= 0) {
      copy(a, i, both, i + j, size)
      i += size
    } else {
      copy(b, j, both, i + j, size)
      j += size
    }
  }
  both.set(i < a.length ? a.subarray(i) : b.subarray(j), i + j)
  // Already in order, so only join them.
  return canonical(both, width)
}

/** The intersection. */
export function intersect(a: Runs, b: Runs, width: Width): Runs {
  const [here, there] = [candidates(a, b, width), candidates(b, a, width)]
  const size = 2 * width
  // Room for one extra run, because candidates are written before they are checked.
  const both = new Uint32Array(here.length + there.length)
  let end = 0
  for (let i = 0, j = 0; i < here.length && j < there.length; ) {
    // The later first address and the earlier last one; a run if they are in order.
    const beginsHere = compare(here, i, there, j, width) >= 0
    const endsHere = compare(here, i + width, there, j + width, width) < 0
    copy(beginsHere ? here : there, beginsHere ? i : j, both, end, width)
    copy(endsHere ? here : there, (endsHere ? i : j) + width, both, end + width, width)
    if (compare(both, end, both, end + width, width) <= 0) end += size
    // The run that ends first overlaps nothing more.
    if (endsHere) i += size
    else j += size
  }
  return both.slice(0, end)
}

/** The difference `a` minus `b`. Takes time in `a` only, if `b` is much larger, and where the sets differ, if they are much alike. */
export function subtract(a: Runs, b: Runs, width: Width): Runs {
  const [from, to] = commonEnds(a, b, 2 * width)
  return from + to === 0
    ? rest(a, b, width)
    : rest(a.subarray(from, a.length - to), b.subarray(from, b.length - to), width)
}

/** How many uint32s of whole runs are the same at the starts of both, and at their ends after that. */
function commonEnds(a: Runs, b: Runs, size: number): [from: number, to: number] {
  const most = Math.min(a.length, b.length)
  let from = 0
  while (from < most && a[from] === b[from]) from++
  from -= from % size
  let to = 0
  while (to < most - from && a[a.length - 1 - to] === b[b.length - 1 - to]) to++
  return [from, to - (to % size)]
}

function rest(a: Runs, b: Runs, width: Width): Runs {
  const there = candidates(b, a, width)
  if (there.length === 0) return a
  const size = 2 * width
  const [from, to] = candidateRange(a, there, width)
  // Each run of `b` adds at most one piece.
  const left = unwritten(a.length + there.length)
  left.set(a.subarray(0, from))
  let end = from
  for (let i = from, j = 0; i < to; i += size) {
    const last = i + width
    // The rest of the run begins here. A run of `b` may overlap several of `a`.
    copy(a, i, left, end, width)
    j = nextEndingAt(there, a, i, width, j)
    let isLeft = true
    for (; j < there.length && compare(there, j, a, last, width) <= 0; j += size) {
      if (compare(there, j, left, end, width) > 0) {
        copy(there, j, left, end + width, width)
        subtractOne(left, end + width, width)
        end += size
      }
      isLeft = compare(there, j + width, a, last, width) < 0
      if (!isLeft) break
      copy(there, j + width, left, end, width)
      addBit(left, end, width, 0)
    }
    if (!isLeft) continue
    copy(a, last, left, end + width, width)
    end += size
  }
  left.set(a.subarray(to), end)
  return fitted(left, end + a.length - to)
}

/** True if every address of `b` is in `a`. */
export function contains(a: Runs, b: Runs, width: Width): boolean {
  let found = 0
  for (let j = 0; j < b.length; j += 2 * width) {
    found = nextEndingAt(a, b, j, width, found)
    if (found === a.length) return false
    if (compare(a, found, b, j, width) > 0 || compare(a, found + width, b, j + width, width) < 0) return false
  }
  return true
}

/** True if both have an address in common. */
export function overlap(a: Runs, b: Runs, width: Width): boolean {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  for (let i = 0, found = 0; i < few.length; i += 2 * width) {
    found = firstEndingAt(many, few, i, width, found)
    if (found === many.length) return false
    if (compare(many, found, few, i + width, width) <= 0) return true
  }
  return false
}

/** True if both have the same runs. */
export function equal(a: Runs, b: Runs): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  if (a.length > FEW_WORDS) return Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Up to this many uint32s, a loop is faster than comparing them as bytes. */
const FEW_WORDS = 64

const bytesOf = ({ buffer, byteOffset, byteLength }: Runs) => new Uint8Array(buffer, byteOffset, byteLength)

/** Number of addresses. */
export function count(runs: Runs, width: Width): bigint {
  let total = 0n
  // The sum of this many differences stays below 2^53, so it is exact.
  const part = (2 * width) << 20
  for (let start = 0; start < runs.length; start += part) {
    const end = Math.min(start + part, runs.length)
    let sum = 0n
    for (let word = 0; word < width; word++) {
      let difference = 0
      for (let at = start + word; at < end; at += 2 * width) {
        difference += (runs[at + width] as number) - (runs[at] as number)
      }
      sum = (sum << 32n) + BigInt(difference)
    }
    total += sum + BigInt((end - start) / (2 * width))
  }
  return total
}

/** Makes an address the one before it. It must not be the first address of all. */
function subtractOne(uint32s: Uint32Array, at: number, width: Width): void {
  let word = at + width
  do {
    word--
    uint32s[word] = (uint32s[word] as number) - 1
  } while (uint32s[word] === ALL_ONES)
}

/** The runs that can overlap `others`, by binary search: an audit compares tens of thousands of small sets with a large one. */
const candidates = (runs: Runs, others: Runs, width: Width): Runs =>
  runs.subarray(...candidateRange(runs, others, width))

/** The positions of these candidates. */
function candidateRange(runs: Runs, others: Runs, width: Width): [from: number, to: number] {
  if (runs.length === 0 || others.length === 0) return [0, 0]
  const from = firstEndingAt(runs, others, 0, width, 0)
  const last = others.length - width
  let to = firstEndingAt(runs, others, last, width, from)
  if (to < runs.length && compare(runs, to, others, last, width) <= 0) to += 2 * width
  return [from, to]
}

/** The position of the first run, of those from `from` to the one before `to`, that ends at or after the address in `uint32s` at `at`; `to` if none does. */
function firstEndingAt(
  runs: Runs,
  uint32s: Uint32Array,
  at: number,
  width: Width,
  from: number,
  to = runs.length,
): number {
  const size = 2 * width
  let [low, high] = [from / size, to / size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(runs, middle * size + width, uint32s, at, width) < 0) low = middle + 1
    else high = middle
  }
  return low * size
}

/** Like `firstEndingAt`, but faster for a position close to `from`: a galloping search. */
function nextEndingAt(runs: Runs, uint32s: Uint32Array, at: number, width: Width, from: number): number {
  const size = 2 * width
  let [low, probe] = [from, from]
  for (let step = size; probe < runs.length && compare(runs, probe + width, uint32s, at, width) < 0; step *= 2) {
    low = probe + size
    probe += step
  }
  return firstEndingAt(runs, uint32s, at, width, low, Math.min(probe, runs.length))
}
