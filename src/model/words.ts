import type { AddressFamily } from './prefix.ts'

/**
 * Addresses as unsigned words of 32 bits, the most significant first: one word in IPv4, four in IPv6. Words fit typed
 * arrays and the processor, where a bigint is an object of its own; and what loops over `width` words serves both
 * families.
 */
export const WIDTH = { ipv4: 1, ipv6: 4 } as const satisfies Record<AddressFamily, Width>

/** Words in an address. */
export type Width = 1 | 4

/** The bits of word `word` that lie behind a prefix of that length. */
export function hostBits(length: number, word: number): number {
  const rest = length - 32 * word
  // A shift by 32 would be a shift by 0.
  return rest >= 32 ? 0 : 0xffff_ffff >>> Math.max(rest, 0)
}

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
