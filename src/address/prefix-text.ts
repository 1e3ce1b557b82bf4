import { hostBits, type Width } from './uint32.ts'

// Reads and writes prefixes byte by byte, without a string or an object per prefix, for texts of a million lines. It accepts
// exactly the strict notation; parsePrefix in prefix.ts explains everything else. test/address/prefix-text.long.test.ts
// compares it with the package ip-address.

/** Bytes of the longest prefix in strict notation: eight full groups, seven colons, a slash and three digits. */
export const LONGEST_TEXT = 43

const [ZERO, DOT, SLASH, COLON] = [0x30, 0x2e, 0x2f, 0x3a]

/** The value of each hexadecimal digit; 255 for every other byte. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16)
  return Number.isNaN(value) ? 255 : value
})
/** For each number below 256: its digits from the lowest byte up, and their count in the highest byte. */
const DECIMALS = Uint32Array.from({ length: 256 }, (_, value) => {
  const text = String(value)
  return [...text].reduce((word, digit, place) => word | (digit.charCodeAt(0) << (8 * place)), text.length << 24)
})
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

/** Reads one prefix or plain address at a time; its fields hold the result until the next one. */
export class PrefixScanner {
  /** The first address of the prefix, in `width` uint32s, then the last one. */
  readonly uint32s = new Uint32Array(8)
  width: Width = 1
  length = 0
  /** The text had no length, so `length` is that of a host. */
  isPlain = false
  private readonly groups = new Uint16Array(8)
  /** The same memory as pairs of groups, to clear it quickly. */
  private readonly pairs = new Uint32Array(this.groups.buffer)

  /**
   * The position after the prefix or address at `at`; -1 if it is invalid, has host bits set, or is an IPv4-mapped IPv6
   * address. `bytes` must contain a byte at or after `at` that no prefix contains, such as a newline: it ends the scan, so
   * no position needs to be checked.
   */
  scan(bytes: Uint8Array, at: number): number {
    const end = this.scanIpv4(bytes, at)
    return end >= 0 ? end : this.scanIpv6(bytes, at)
  }

  private scanIpv4(bytes: Uint8Array, at: number): number {
    let address = 0
    for (let octet = 0; ; octet++) {
      // Processors predict the number of digits badly, and a wrong prediction costs more than all of this. So the second and
      // third digit are read without a branch: a mask of ones takes a digit, a mask of zeros drops it.
      const first = (bytes[at] as number) ^ ZERO
      const second = (bytes[at + 1] as number) ^ ZERO
      const third = (bytes[at + 2] as number) ^ ZERO
      const isTwo = (second - 10) >> 31
      const isThree = ((third - 10) >> 31) & isTwo
      let value = first + ((9 * first + second) & isTwo)
      value += (9 * value + third) & isThree
      // A leading zero is octal to some programs.
      if (first > 9 || value > 255 || (first === 0 && isTwo !== 0)) return -1
      at += 1 - isTwo - isThree
      address = (address << 8) | value
      if (octet === 3) break
      if (bytes[at++] !== DOT) return -1
    }
    this.width = 1
    at = this.scanLength(bytes, at, 32)
    const host = hostBits(this.length, 0)
    this.uint32s[0] = address
    this.uint32s[1] = address | host
    return (address & host) === 0 ? at : -1
  }

  private scanIpv6(bytes: Uint8Array, at: number): number {
    const { groups, pairs, uint32s } = this
    // Unrolled by hand, like all short loops here.
    pairs[0] = pairs[1] = pairs[2] = pairs[3] = 0
    let count = 0
    // The number of groups before the double colon, if there was one.
    let before = -1
    if (bytes[at] === COLON) {
      if (bytes[at + 1] !== COLON) return -1
      before = 0
      at += 2
    }
    for (;;) {
      let value = HEX[bytes[at] as number] as number
      if (value > 15) {
        // An empty group is valid only after a double colon.
        if (before !== count) return -1
        break
      }
      if (count === 8) return -1
      // Up to three more digits, without a branch, as in an octet.
      const second = HEX[bytes[at + 1] as number] as number
      const third = HEX[bytes[at + 2] as number] as number
      const fourth = HEX[bytes[at + 3] as number] as number
      const isTwo = (second - 16) >> 31
      const isThree = ((third - 16) >> 31) & isTwo
      const isFour = ((fourth - 16) >> 31) & isThree
      value += (15 * value + second) & isTwo
      value += (15 * value + third) & isThree
      value += (15 * value + fourth) & isFour
      at += 1 - isTwo - isThree - isFour
      groups[count++] = value
      if (bytes[at] !== COLON) break
      if (bytes[++at] === COLON) {
        if (before >= 0) return -1
        before = count
        at++
      }
    }
    // A double colon stands for at least one group.
    if (before < 0 ? count !== 8 : count === 8) return -1
    // Groups after it move to the end; usually there are none.
    if (before >= 0) {
      for (let to = 7, from = count - 1; from >= before; to--, from--) {
        groups[to] = groups[from] as number
        groups[from] = 0
      }
    }
    this.width = 4
    at = this.scanLength(bytes, at, 128)
    const host = this.putUint32(0) | this.putUint32(1) | this.putUint32(2) | this.putUint32(3)
    const isMapped = uint32s[0] === 0 && uint32s[1] === 0 && uint32s[2] === 0xffff
    return host !== 0 || isMapped ? -1 : at
  }

  /** Makes a uint32 of both addresses from two groups. Returns its host bits. */
  private putUint32(index: number): number {
    const { groups, uint32s } = this
    const first = ((groups[2 * index] as number) << 16) | (groups[2 * index + 1] as number)
    const host = hostBits(this.length, index)
    uint32s[index] = first
    uint32s[4 + index] = first | host
    return first & host
  }

  /** The position after the length at `at`; -1 if it is invalid or larger than `most`. */
  private scanLength(bytes: Uint8Array, at: number, most: number): number {
    this.isPlain = bytes[at] !== SLASH
    this.length = most
    if (this.isPlain) return at
    let length = (bytes[++at] as number) ^ ZERO
    if (length > 9) return -1
    at++
    // No digit may follow a leading zero.
    for (let digit = (bytes[at] as number) ^ ZERO; digit <= 9 && length > 0; digit = (bytes[++at] as number) ^ ZERO) {
      length = length * 10 + digit
    }
    if (length > most) return -1
    this.length = length
    return at
  }
}

/** Writes an address in dotted decimal, or as RFC 5952 says, into room for `LONGEST_TEXT` bytes. Returns the position after it. */
export function writeAddress(uint32s: Uint32Array, from: number, width: Width, bytes: Uint8Array, at: number): number {
  return width === 1 ? writeIpv4(uint32s[from] as number, bytes, at) : writeIpv6(uint32s, from, bytes, at)
}

/** Writes `/length`. Returns the position after it. */
export function writeLength(length: number, bytes: Uint8Array, at: number): number {
  bytes[at] = SLASH
  return writeDecimal(length, bytes, at + 1)
}

function writeIpv4(address: number, bytes: Uint8Array, at: number): number {
  for (let shift = 24; shift > 0; shift -= 8) {
    at = writeDecimal((address >>> shift) & 255, bytes, at)
    bytes[at++] = DOT
  }
  return writeDecimal(address & 255, bytes, at)
}

/** Writes a number below 256, always as three bytes, of which the next write overwrites extra ones: faster than a branch on its digits. */
function writeDecimal(value: number, bytes: Uint8Array, at: number): number {
  const digits = DECIMALS[value] as number
  bytes[at] = digits
  bytes[at + 1] = digits >>> 8
  bytes[at + 2] = digits >>> 16
  return at + (digits >>> 24)
}

function writeIpv6(uint32s: Uint32Array, from: number, bytes: Uint8Array, at: number): number {
  // RFC 5952, section 4.2: the longest run of zero groups is shortened, the first of two, never one group alone.
  let [zeros, count] = [-1, 1]
  for (let group = 0, start = 0; group < 8; group++) {
    if (groupAt(uint32s, from, group) !== 0) start = group + 1
    else if (group + 1 - start > count) {
      zeros = start
      count = group + 1 - start
    }
  }
  for (let group = 0; group < 8; group++) {
    if (group === zeros) {
      // The colon after the previous group is already there.
      if (group === 0) bytes[at++] = COLON
      bytes[at++] = COLON
      group += count - 1
      continue
    }
    const value = groupAt(uint32s, from, group)
    if (value > 0xfff) bytes[at++] = DIGITS[value >>> 12] as number
    if (value > 0xff) bytes[at++] = DIGITS[(value >>> 8) & 15] as number
    if (value > 0xf) bytes[at++] = DIGITS[(value >>> 4) & 15] as number
    bytes[at++] = DIGITS[value & 15] as number
    if (group < 7) bytes[at++] = COLON
  }
  return at
}

function groupAt(uint32s: Uint32Array, from: number, group: number): number {
  const word = uint32s[from + (group >>> 1)] as number
  return group & 1 ? word & 0xffff : word >>> 16
}
