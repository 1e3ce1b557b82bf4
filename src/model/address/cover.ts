import type { Runs } from './canonical.ts'
import { ALL_ONES, addBit, copy, fitted, grown, type Width } from './uint32.ts'

/** The fewest prefixes that make up the runs, ascending: the uint32s of an address, its length, the next address... */
export function coverOf(runs: Runs, width: Width): Uint32Array {
  const most = mostOf(width)
  let cover: Uint32Array = new Uint32Array(runs.length + most)
  let end = 0
  for (let run = 0; run < runs.length; run += 2 * width) {
    if (end + most > cover.length) cover = grown(cover, 2 * cover.length)
    copy(runs, run, cover, end, width)
    const length = lengthOf(runs, run, width)
    if (length < 0) end = coverRun(runs, run + width, width, cover, end)
    else {
      cover[end + width] = length
      end += width + 1
    }
  }
  return fitted(cover, end)
}

/** How many prefixes the cover has, without making it. */
export function coverSize(runs: Runs, width: Width): number {
  const scratch = new Uint32Array(mostOf(width))
  let size = 0
  for (let run = 0; run < runs.length; run += 2 * width) {
    if (lengthOf(runs, run, width) >= 0) size++
    else {
      copy(runs, run, scratch, 0, width)
      size += coverRun(runs, run + width, width, scratch, 0) / (width + 1)
    }
  }
  return size
}

/** Uint32s of the longest cover of a run: it has no more than two prefixes of each length. */
const mostOf = (width: Width) => 2 * 32 * width * (width + 1)

/** The length of the one prefix that makes up a run, as most do; -1 if it takes several. */
function lengthOf(runs: Runs, run: number, width: Width): number {
  for (let word = 0; word < width; word++) {
    const first = runs[run + word] as number
    const difference = first ^ (runs[run + width + word] as number)
    if (difference === 0) continue
    // Ones at the low end, where the first address has zeros; and so in all uint32s behind.
    if ((difference & (difference + 1)) !== 0 || (first & difference) !== 0) return -1
    const length = 32 * word + Math.clz32(difference)
    while (++word < width) if (runs[run + word] !== 0 || runs[run + width + word] !== ALL_ONES) return -1
    return length
  }
  return 32 * width
}

/** Covers the run from the address in `cover` at `at` to the last one at `last`. Returns the position behind. */
function coverRun(runs: Runs, last: number, width: Width, cover: Uint32Array, at: number): number {
  for (;;) {
    const next = at + width + 1
    // The highest bit, counted from the lowest, in which the ends of what is left differ: -1 if there is one address.
    const highest = highestDifference(cover, at, runs, last, width)
    const zeros = trailing(cover, at, width, 0)
    if (zeros > highest && trailing(runs, last, width, ALL_ONES) > highest) {
      cover[at + width] = 32 * width - highest - 1
      return next
    }
    // The largest block that is aligned; one of 2^highest addresses or fewer ends before the last address does.
    const host = Math.min(zeros, highest)
    cover[at + width] = 32 * width - host
    copy(cover, at, cover, next, width)
    addBit(cover, next, width, host)
    at = next
  }
}

function highestDifference(a: Uint32Array, i: number, b: Uint32Array, j: number, width: Width): number {
  for (let word = 0; word < width; word++) {
    const difference = (a[i + word] as number) ^ (b[j + word] as number)
    if (difference !== 0) return 32 * (width - word) - 1 - Math.clz32(difference)
  }
  return -1
}

/** How many bits at the low end of an address are those of `all`: 0, or all ones. */
function trailing(uint32s: Uint32Array, at: number, width: Width, all: number): number {
  for (let word = width - 1; word >= 0; word--) {
    const rest = (uint32s[at + word] as number) ^ all
    if (rest !== 0) return 32 * (width - word) - 1 - Math.clz32(rest & -rest)
  }
  return 32 * width
}
