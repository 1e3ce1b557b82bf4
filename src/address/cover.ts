import type { Runs } from './canonical.ts'
import { ALL_ONES, addBit, copy, fitted, grown, type Width } from './uint32.ts'

/** The fewest prefixes that cover the runs exactly, ascending: the uint32s of an address, its length, the next address... */
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

/** The number of prefixes in the cover, without building it. */
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

/** Uint32s of the longest cover of a run, which has at most two prefixes of each length. */
const mostOf = (width: Width) => 2 * 32 * width * (width + 1)

/** The length of the single prefix that equals a run; -1 if the run needs several. */
function lengthOf(runs: Runs, run: number, width: Width): number {
  for (let word = 0; word < width; word++) {
    const first = runs[run + word] as number
    const difference = first ^ (runs[run + width + word] as number)
    if (difference === 0) continue
    // A single prefix: the low bits are all zeros in the first address and all ones in the last.
    if ((difference & (difference + 1)) !== 0 || (first & difference) !== 0) return -1
    const length = 32 * word + Math.clz32(difference)
    while (++word < width) if (runs[run + word] !== 0 || runs[run + width + word] !== ALL_ONES) return -1
    return length
  }
  return 32 * width
}

/** Covers the run from the address in `cover` at `at` to the last one at `last`. Returns the position after the last prefix. */
function coverRun(runs: Runs, last: number, width: Width, cover: Uint32Array, at: number): number {
  for (;;) {
    const next = at + width + 1
    // The highest bit in which the ends of the rest differ; -1 if one address is left.
    const highest = highestDifference(cover, at, runs, last, width)
    const zeros = trailing(cover, at, width, 0)
    if (zeros > highest && trailing(runs, last, width, ALL_ONES) > highest) {
      cover[at + width] = 32 * width - highest - 1
      return next
    }
    // The largest aligned block; a block of at most 2^highest addresses stays within the run.
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

/** The number of low bits of an address that equal those of `all`, which is 0 or all ones. */
function trailing(uint32s: Uint32Array, at: number, width: Width, all: number): number {
  for (let word = width - 1; word >= 0; word--) {
    const rest = (uint32s[at + word] as number) ^ all
    if (rest !== 0) return 32 * (width - word) - 1 - Math.clz32(rest & -rest)
  }
  return 32 * width
}
