import { canonical, type Runs } from './canonical.ts'
import { ALL_ONES, compare, copy, copyEight, fitted, hostBits, putAddress, unwritten, type Width } from './words.ts'

export type { Runs } from './canonical.ts'

/** The addresses that are in either. */
export function union(a: Runs, b: Runs, width: Width): Runs {
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
  // In order already, so it only joins them.
  return canonical(both, width)
}

/** The addresses that are in both. */
export function intersect(a: Runs, b: Runs, width: Width): Runs {
  const [here, there] = [near(a, b, width), near(b, a, width)]
  const size = 2 * width
  // One run more than can be found, because the next one is tried in its place.
  const both = new Uint32Array(here.length + there.length)
  let end = 0
  for (let i = 0, j = 0; i < here.length && j < there.length; ) {
    // The later first address and the earlier last one, if that is a run at all.
    const beginsHere = compare(here, i, there, j, width) >= 0
    const endsHere = compare(here, i + width, there, j + width, width) < 0
    copy(beginsHere ? here : there, beginsHere ? i : j, both, end, width)
    copy(endsHere ? here : there, (endsHere ? i : j) + width, both, end + width, width)
    if (compare(both, end, both, end + width, width) <= 0) end += size
    // The run that ends first can meet nothing more.
    if (endsHere) i += size
    else j += size
  }
  return both.slice(0, end)
}

/** The addresses of `a` that are not in `b`. Costs what `a` does where `b` is large. */
export function subtract(a: Runs, b: Runs, width: Width): Runs {
  const there = near(b, a, width)
  if (there.length === 0) return a
  const size = 2 * width
  // Each run of `b` leaves at most one piece more.
  const rest = unwritten(a.length + there.length)
  let end = 0
  for (let i = 0, j = 0; i < a.length; i += size) {
    const last = i + width
    // What is left of the run begins here. A run of `b` may reach into several of `a`.
    copy(a, i, rest, end, width)
    j = nextEndingAt(there, a, i, width, j)
    let isLeft = true
    for (; j < there.length && compare(there, j, a, last, width) <= 0; j += size) {
      if (compare(there, j, rest, end, width) > 0) {
        copy(there, j, rest, end + width, width)
        subtractOne(rest, end + width, width)
        end += size
      }
      isLeft = compare(there, j + width, a, last, width) < 0
      if (!isLeft) break
      copy(there, j + width, rest, end, width)
      addBit(rest, end, width, 0)
    }
    if (!isLeft) continue
    copy(a, last, rest, end + width, width)
    end += size
  }
  return rest.slice(0, end)
}

/** Whether every address of `b` is in `a`. */
export function contains(a: Runs, b: Runs, width: Width): boolean {
  let found = 0
  for (let j = 0; j < b.length; j += 2 * width) {
    found = nextEndingAt(a, b, j, width, found)
    if (found === a.length) return false
    if (compare(a, found, b, j, width) > 0 || compare(a, found + width, b, j + width, width) < 0) return false
  }
  return true
}

/** Whether any address is in both. */
export function overlap(a: Runs, b: Runs, width: Width): boolean {
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  for (let i = 0, found = 0; i < few.length; i += 2 * width) {
    found = firstEndingAt(many, few, i, width, found)
    if (found === many.length) return false
    if (compare(many, found, few, i + width, width) <= 0) return true
  }
  return false
}

export function equal(a: Runs, b: Runs): boolean {
  if (a.length !== b.length) return false
  if (a.length > FEW_WORDS) return Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Up to so many, comparing words takes less than a view of their bytes does; more are compared in no time as bytes. */
const FEW_WORDS = 64

const bytesOf = ({ buffer, byteOffset, byteLength }: Runs) => new Uint8Array(buffer, byteOffset, byteLength)

/** Number of addresses. */
export function count(runs: Runs, width: Width): bigint {
  let total = 0n
  // So many differences of words add up to less than 2^53, up to which numbers are exact.
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

/** The fewest prefixes that make up the runs, ascending: the words of an address, its length, the next address... */
export function coverOf(runs: Runs, width: Width): Uint32Array {
  // No run takes more than two prefixes of each length.
  const most = 2 * 32 * width * (width + 1)
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

/** The length of the one prefix that makes up a run, as most do; -1 if it takes several. */
function lengthOf(runs: Runs, run: number, width: Width): number {
  for (let word = 0; word < width; word++) {
    const first = runs[run + word] as number
    const difference = first ^ (runs[run + width + word] as number)
    if (difference === 0) continue
    // Ones at the low end, where the first address has zeros; and so in all words behind.
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
function trailing(words: Uint32Array, at: number, width: Width, all: number): number {
  for (let word = width - 1; word >= 0; word--) {
    const rest = (words[at + word] as number) ^ all
    if (rest !== 0) return 32 * (width - word) - 1 - Math.clz32(rest & -rest)
  }
  return 32 * width
}

/** Adds 2^bit to an address. */
function addBit(words: Uint32Array, at: number, width: Width, bit: number): void {
  let word = at + width - 1 - (bit >>> 5)
  const sum = (words[word] as number) + ((1 << (bit & 31)) >>> 0)
  words[word] = sum
  if (sum <= ALL_ONES) return
  do {
    word--
    words[word] = (words[word] as number) + 1
  } while (words[word] === 0)
}

function subtractOne(words: Uint32Array, at: number, width: Width): void {
  let word = at + width
  do {
    word--
    words[word] = (words[word] as number) - 1
  } while (words[word] === ALL_ONES)
}

/**
 * The runs of `runs` that can touch `others`, found by halving: so that asking a small set against a large one costs
 * what the small one does. Each of tens of thousands of rules asks that in an audit.
 */
function near(runs: Runs, others: Runs, width: Width): Runs {
  if (runs.length === 0 || others.length === 0) return NONE
  const from = firstEndingAt(runs, others, 0, width, 0)
  const last = others.length - width
  let to = firstEndingAt(runs, others, last, width, from)
  if (to < runs.length && compare(runs, to, others, last, width) <= 0) to += 2 * width
  return runs.subarray(from, to)
}

const NONE: Runs = new Uint32Array(0)

/** Where the first run, at `from` or behind, begins that ends at or behind the address in `words` at `at`. */
function firstEndingAt(runs: Runs, words: Uint32Array, at: number, width: Width, from: number): number {
  const size = 2 * width
  let [low, high] = [from / size, runs.length / size]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(runs, middle * size + width, words, at, width) < 0) low = middle + 1
    else high = middle
  }
  return low * size
}

/** As `firstEndingAt`, sooner where it is not far behind `from`: in steps that double. */
function nextEndingAt(runs: Runs, words: Uint32Array, at: number, width: Width, from: number): number {
  const size = 2 * width
  let [near, far] = [from, from]
  for (let step = size; far < runs.length && compare(runs, far + width, words, at, width) < 0; step *= 2) {
    near = far + size
    far += step
  }
  return firstEndingAt(far < runs.length ? runs.subarray(0, far) : runs, words, at, width, near)
}

function grown(words: Uint32Array, length: number): Uint32Array {
  const larger = unwritten(length)
  larger.set(words)
  return larger
}

/** Runs of one family that are gathered in any order. */
export class RunList {
  private words: Uint32Array = NONE
  private end = 0

  constructor(
    private readonly width: Width,
    /** For how many there is room once there is one; then it grows. */
    private readonly capacity = 8,
  ) {}

  /** How many were added. */
  get length(): number {
    return this.end / (2 * this.width)
  }

  /** Adds the addresses of a prefix. */
  addPrefix(address: bigint, length: number): void {
    const { width } = this
    putAddress(address, width, scratch, 0)
    for (let word = 0; word < width; word++) scratch[width + word] = (scratch[word] as number) | hostBits(length, word)
    this.addRun(scratch)
  }

  /** Adds the addresses from the one in `run` up to the one behind it. */
  addRun(run: Uint32Array): void {
    this.reserve(2 * this.width)
    const { words, end, width } = this
    if (width === 1) {
      words[end] = run[0] as number
      words[end + 1] = run[1] as number
    } else copyEight(run, 0, words, end)
    this.end = end + 2 * width
  }

  addRange(first: bigint, last: bigint): void {
    this.reserve(2 * this.width)
    putAddress(first, this.width, this.words, this.end)
    putAddress(last, this.width, this.words, this.end + this.width)
    this.end += 2 * this.width
  }

  addRuns(runs: Runs): void {
    this.reserve(runs.length)
    this.words.set(runs, this.end)
    this.end += runs.length
  }

  /** The runs, canonical. Uses the list up. */
  toRuns(): Runs {
    return canonical(this.words.subarray(0, this.end), this.width)
  }

  private reserve(words: number): void {
    const { length } = this.words
    if (this.end + words <= length) return
    this.words = grown(this.words, Math.max(2 * length, this.capacity * 2 * this.width, this.end + words))
  }
}

// Where a run is made. Always written before it is read.
const scratch = new Uint32Array(8)
