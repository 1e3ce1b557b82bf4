import type { AddressFamily } from './family.ts'

/**
 * Addresses as unsigned words of 32 bits, the most significant first: one word in IPv4, four in IPv6. Words fit typed
 * arrays and the processor, where a bigint is an object of its own; and what loops over `width` words serves both
 * families.
 */
export const WIDTH = { ipv4: 1, ipv6: 4 } as const satisfies Record<AddressFamily, Width>

/** Words in an address. */
export type Width = 1 | 4

export const ALL_ONES = 0xffff_ffff

/** The bits of word `word` that lie behind a prefix of that length. */
export function hostBits(length: number, word: number): number {
  return HOST_BITS[4 * length + word] as number
}

/** Of each length, by word: looked up, because lengths are hard for a processor to guess. A shift by 32 would be one by 0. */
const HOST_BITS = Uint32Array.from({ length: 4 * 129 }, (_, index) => {
  const rest = (index >>> 2) - 32 * (index & 3)
  return rest >= 32 ? 0 : ALL_ONES >>> Math.max(rest, 0)
})

/** Writes an address into `words` at `at`. */
export function putAddress(address: bigint, width: Width, words: Uint32Array, at: number): void {
  if (width === 1) {
    words[at] = Number(address)
    return
  }
  halves.setBigUint64(0, address >> 64n)
  halves.setBigUint64(8, address)
  for (let word = 0; word < width; word++) words[at + word] = halves.getUint32(4 * word)
}

/** The address in `words` at `at`. */
export function addressAt(words: Uint32Array, at: number, width: Width): bigint {
  if (width === 1) return BigInt(words[at] as number)
  for (let word = 0; word < width; word++) halves.setUint32(4 * word, words[at + word] as number)
  return (halves.getBigUint64(0) << 64n) | halves.getBigUint64(8)
}

// Where an IPv6 address is taken apart and put together. Always written before it is read.
const halves = new DataView(new ArrayBuffer(16))

/** Negative, zero or positive as the address in `a` at `i` is less than, equal to or greater than the one in `b` at `j`. */
export function compare(a: Uint32Array, i: number, b: Uint32Array, j: number, width: Width): number {
  for (let word = 0; word < width; word++) {
    const one = a[i + word] as number
    const other = b[j + word] as number
    // Not their difference, which may be no integer of 32 bits.
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

export function copy(from: Uint32Array, i: number, to: Uint32Array, j: number, words: number): void {
  for (let word = 0; word < words; word++) to[j + word] = from[i + word] as number
}

export function copyEight(from: Uint32Array, i: number, to: Uint32Array, j: number): void {
  to[j] = from[i] as number
  to[j + 1] = from[i + 1] as number
  to[j + 2] = from[i + 2] as number
  to[j + 3] = from[i + 3] as number
  to[j + 4] = from[i + 4] as number
  to[j + 5] = from[i + 5] as number
  to[j + 6] = from[i + 6] as number
  to[j + 7] = from[i + 7] as number
}

/** The first words, without keeping much more memory than they need. */
export function fitted(words: Uint32Array, length: number): Uint32Array {
  return 2 * length < words.length || length < 64 ? words.slice(0, length) : words.subarray(0, length)
}

/** Room for words that are all written before they are read, so that no time is lost on zeros, which few do not take. */
export function unwritten(length: number): Uint32Array {
  if (length < 1024) return new Uint32Array(length)
  return new Uint32Array(Buffer.allocUnsafeSlow(4 * length).buffer)
}

/** The same words, with room for more behind them. */
export function grown(words: Uint32Array, length: number): Uint32Array {
  const larger = unwritten(length)
  larger.set(words)
  return larger
}

/** Adds 2^bit to an address. */
export function addBit(words: Uint32Array, at: number, width: Width, bit: number): void {
  let word = at + width - 1 - (bit >>> 5)
  const sum = (words[word] as number) + ((1 << (bit & 31)) >>> 0)
  words[word] = sum
  if (sum <= ALL_ONES) return
  do {
    word--
    words[word] = (words[word] as number) + 1
  } while (words[word] === 0)
}
