// The regular expression engine runs at full speed from the first byte on, and a document has ninety thousand prefixes:
// parsing each, as parsePrefix does, would take longer than all the rest of a short run.

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
const GROUP = '[0-9a-f]{1,4}'

/**
 * The source of a regular expression for a prefix, with the quotation marks of JSON around it. Whatever it takes is a
 * prefix in strict notation, without host bits, as `parsePrefix` takes it; what it does not take may be one as well, in a
 * form in which prefixes are hardly ever published. A text is taken in one way only, so nothing is tried twice.
 *
 * IPv4 from /8; IPv6 that has the double colon behind its first one to four groups, where it ends, with /32 or longer, or
 * has one or two groups more, and /113 or longer.
 */
export const usualPrefix = (): string => `"(?:${ipv4()}|${ipv6()})"`

/** The host bits that must be zero are looked for from the slash back, once the length behind it is known. */
function ipv4(): string {
  const lengths = numbers(8, 32).map((length) => before(zeroBitsOfOctets(32 - length), length))
  return `(?:${OCTET}\\.){3}${OCTET}/(?:${lengths.join('|')})`
}

function ipv6(): string {
  const groups = (least: number, most: number) => `"(?:[0-9a-f]+:){${least},${most}}`
  const ends = [
    // Four groups are 64 bits, three are 48, two are 32: all behind them is zero. Else the last group ends in zeros.
    '(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-8])',
    ...numbers(49, 63).map((length) => before(`${zeroBitsOfGroup(64 - length)}::`, length)),
    `(?:4[89]|5[0-9]|6[0-3])(?<=${groups(1, 3)}:/..)`,
    ...numbers(33, 47).map((length) => before(`${groups(2, 2)}[0-9a-f]*${zeroBitsOfGroup(48 - length)}::`, length)),
    `(?:3[2-9]|4[0-7])(?<=${groups(1, 2)}:/..)`,
  ]
  const hosts = ['128', ...numbers(113, 127).map((length) => before(zeroBitsOfGroup(128 - length), length))]
  // Behind the double colon, an IPv4-mapped address has three groups.
  return `(?:${GROUP}:){1,4}:(?:/(?:${ends.join('|')})|${GROUP}(?::${GROUP})?/(?:${hosts.join('|')}))`
}

const before = (text: string, length: number) => `${length}(?<=${text}/${length})`

/** How an IPv4 address ends of which the last `count` bits are zero, and three octets at most. */
function zeroBitsOfOctets(count: number): string {
  return zeroBitsOfOctet(count % 8) + '\\.0'.repeat(count >> 3)
}

/** How an octet ends of which the last `count` bits are zero: its last digits show that, or else there are few such octets. */
function zeroBitsOfOctet(count: number): string {
  if (count < 3) return ['', '[02468]', '(?:[02468][048]|[13579][26]|\\.[048])'][count] as string
  const multiples = Array.from({ length: 256 >> count }, (_, index) => index << count)
  return `\\.(?:${multiples.join('|')})`
}

/** How a group ends of which the last `count` bits are zero. One that has fewer digits than that is not taken. */
function zeroBitsOfGroup(count: number): string {
  const digit = ['', '[02468ace]', '[048c]', '[08]'][count % 4]
  return digit + '0'.repeat(count >> 2)
}

/** From `least` to `most`, the largest first. */
const numbers = (least: number, most: number) => Array.from({ length: most - least + 1 }, (_, index) => most - index)
