import type { AddressFamily } from './family.ts'

/**
 * An address as uint32s, the most significant first: one in IPv4, four in IPv6. They fit typed arrays and the processor,
 * where every bigint is an object; and one loop over `width` uint32s serves both families.
 */
export const WIDTH = { ipv4: 1, ipv6: 4 } as const satisfies Record<AddressFamily, Width>

/** Uint32s in an address. */
export type Width = 1 | 4

export const ALL_ONES = 0xffff_ffff

/** The host bits of a prefix of that length, in uint32 number `index`. */
export function hostBits(length: number, index: number): number {
  return HOST_BITS[4 * length + index] as number
}

/** By length and uint32: a table, because processors predict lengths badly, and a shift by 32 is a shift by 0. */
const HOST_BITS = Uint32Array.from({ length: 4 * 129 }, (_, index) => {
  const rest = (index >>> 2) - 32 * (index & 3)
  return rest >= 32 ? 0 : ALL_ONES >>> Math.max(rest, 0)
})

/** Writes an address into `uint32s` at `at`. */
export function putAddress(address: bigint, width: Width, uint32s: Uint32Array, at: number): void {
  if (width === 1) {
    uint32s[at] = Number(address)
    return
  }
  halves.setBigUint64(0, address >> 64n)
  halves.setBigUint64(8, address)
  for (let word = 0; word < width; word++) uint32s[at + word] = halves.getUint32(4 * word)
}

/** The address in `uint32s` at `at`. */
export function addressAt(uint32s: Uint32Array, at: number, width: Width): bigint {
  if (width === 1) return BigInt(uint32s[at] as number)
  for (let word = 0; word < width; word++) halves.setUint32(4 * word, uint32s[at + word] as number)
  return (halves.getBigUint64(0) << 64n) | halves.getBigUint64(8)
}

// Where an IPv6 address is taken apart and put together. Always written before it is read.
const halves = new DataView(new ArrayBuffer(16))

/** Negative, zero or positive as the address in `a` at `i` is less than, equal to or greater than the one in `b` at `j`. */
export function compare(a: Uint32Array, i: number, b: Uint32Array, j: number, width: Width): number {
  for (let word = 0; word < width; word++) {
    const one = a[i + word] as number
    const other = b[j + word] as number
    // Their difference may not fit 32 bits.
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

/** Copies that many uint32s. The source and the target may be the same array, if they do not overlap. */
export function copy(from: Uint32Array, i: number, to: Uint32Array, j: number, uint32s: number): void {
  for (let word = 0; word < uint32s; word++) to[j + word] = from[i + word] as number
}

/** Copies an IPv6 run: eight uint32s, without a loop, which is faster. */
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

/** The first uint32s, without keeping much more memory than they need. */
export function fitted(uint32s: Uint32Array, length: number): Uint32Array {
  return 2 * length < uint32s.length || length < 64 ? uint32s.slice(0, length) : uint32s.subarray(0, length)
}

/** An array without the zeros, for callers that write every uint32 before they read it. */
export function unwritten(length: number): Uint32Array {
  if (length < 1024) return new Uint32Array(length)
  return new Uint32Array(Buffer.allocUnsafeSlow(4 * length).buffer)
}

/** The same uint32s, with room for more after them. */
export function grown(uint32s: Uint32Array, length: number): Uint32Array {
  const larger = unwritten(length)
  larger.set(uint32s)
  return larger
}

/** Adds 2^bit to an address. */
export function addBit(uint32s: Uint32Array, at: number, width: Width, bit: number): void {
  let word = at + width - 1 - (bit >>> 5)
  const sum = (uint32s[word] as number) + ((1 << (bit & 31)) >>> 0)
  uint32s[word] = sum
  if (sum <= ALL_ONES) return
  do {
    word--
    uint32s[word] = (uint32s[word] as number) + 1
  } while (uint32s[word] === 0)
}
