import { expect, test } from 'vitest'
import {
  comparePrefixes,
  formatAddress,
  formatPrefix,
  parsePrefix,
  parsePrefixOrAddress,
  prefixAt,
  prefixesMissingIn,
  rangeOf,
} from '../../src/address/prefix.ts'
import { problemOf } from '../notation.ts'

/** What a text is read as, in canonical text. */
const read = (text: string) => formatPrefix(parsePrefix(text))

test.for([
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['0.0.0.0/32', '0.0.0.0/32'],
  ['192.0.2.0/24', '192.0.2.0/24'],
  ['192.0.2.128/25', '192.0.2.128/25'],
  ['255.255.255.255/32', '255.255.255.255/32'],
  ['128.0.0.0/1', '128.0.0.0/1'],
  ['::/0', '::/0'],
  ['::/128', '::/128'],
  ['8000::/1', '8000::/1'],
  ['fe80::/10', 'fe80::/10'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128'],
  // RFC 5952: no leading zeros (4.1), the longest run of zeros is shortened, the first of two, never one alone (4.2),
  // lower case (4.3).
  ['2001:0db8:0000:0000:0000:0000:0000:0000/32', '2001:db8::/32'],
  ['2001:DB8:f:ff:fff::/80', '2001:db8:f:ff:fff::/80'],
  ['2001:db8:0:0:1:0:0:1/128', '2001:db8::1:0:0:1/128'],
  ['2001:db8::1:1:1:1:1/128', '2001:db8:0:1:1:1:1:1/128'],
  ['1:0:0:2:0:0:0:3/128', '1:0:0:2::3/128'],
  ['1:2:3:4:5:6:7::/112', '1:2:3:4:5:6:7:0/112'],
  ['::2:3:4:5:6:7:8/128', '0:2:3:4:5:6:7:8/128'],
  ['0:0:0:0:0:0:0:0/0', '::/0'],
  ['0:0:1:0:0:0:0:0/128', '0:0:1::/128'],
  // Not IPv4-mapped, though it looks like it: ::ffff is one group further left.
  ['::ffff:0:0:0/96', '::ffff:0:0:0/96'],
  ['1::ffff:0:0/96', '1::ffff:0:0/96'],
  ['::1:0:ffff:0:0/96', '::1:0:ffff:0:0/96'],
])('reads %s as %s', ([given, want]) => {
  expect(read(given as string)).toBe(want)
})

const IS_NOT = 'is not an IPv4 or IPv6 prefix'
const NO_LENGTH = 'is not a CIDR: the /length is missing'
const BAD_LENGTH_4 = 'has an invalid length; expected 0 to 32, without leading zeros'
const BAD_LENGTH_6 = 'has an invalid length; expected 0 to 128, without leading zeros'
const MIXED = 'mixes IPv6 and IPv4 notation'

test.for([
  // Read as another address by other programs.
  ['256.0.0.0/8', IS_NOT],
  ['10.0.0/8', IS_NOT],
  [' 10.0.0.0/8', IS_NOT],
  ['10.0.0.0/33', BAD_LENGTH_4],
  ['10.0.0.0/', BAD_LENGTH_4],
  ['10.0.0.0/-1', BAD_LENGTH_4],
  ['1:2:3:4:5:6:7:8:9/32', IS_NOT],
  ['::2::3/128', IS_NOT],
  ['2001:db8:::/32', IS_NOT],
  ['0x0a.0.0.0/8', IS_NOT],
  ['010.0.0.0/8', IS_NOT],
  ['10/8', IS_NOT],
  ['0.0.0.00/32', IS_NOT],
  ['4294967295/32', IS_NOT],
  // Accepted by the library beneath.
  ['10.0.0.0/08', BAD_LENGTH_4],
  ['::/255.0.0.0', BAD_LENGTH_6],
  ['::/129', BAD_LENGTH_6],
  ['::/a', BAD_LENGTH_6],
  ['fe80::%eth0/64', 'has an IPv6 zone, which is invalid here'],
  ['fe80::/64%eth0', BAD_LENGTH_6],
  ['::ffff:192.0.2.1/128', MIXED],
  ['64:ff9b::192.0.2.1/128', MIXED],
  ['::ffff:c000:201/128', IS_NOT],
  ['::ffff:0:0/96', IS_NOT],
  ['192.0.2.1/24', 'has host bits set: the prefix is 192.0.2.0/24'],
  ['2001:db8::1/127', 'has host bits set: the prefix is 2001:db8::/127'],
  ['255.255.255.255/0', 'has host bits set: the prefix is 0.0.0.0/0'],
  // Lengths that are numbers to JavaScript.
  ['0.0.0.0/+8', BAD_LENGTH_4],
  ['0.0.0.0/8.0', BAD_LENGTH_4],
  ['0.0.0.0/1e1', BAD_LENGTH_4],
  ['0.0.0.0/0x8', BAD_LENGTH_4],
  ['10.0.0.0/255.0.255.0', BAD_LENGTH_4],
  ['10.20.0.0/255.255.0.0', 'has a mask; write 10.20.0.0/16'],
  ['10.20.0.1/255.255.255.255', 'has a mask; write 10.20.0.1/32'],
  ['0.0.0.0/0.0.0.0', 'has a mask; write 0.0.0.0/0'],
  ['10.0.0.0/8/8', BAD_LENGTH_4],
  ['10.0.0.0/8 ', BAD_LENGTH_4],
  ['10.0.0.0/٨', BAD_LENGTH_4],
  // Not prefixes at all.
  ['', NO_LENGTH],
  ['any', NO_LENGTH],
  ['192.0.2.0', NO_LENGTH],
  ['2001:db8::', NO_LENGTH],
  ['/', IS_NOT],
  ['/8', IS_NOT],
  [':1/0', IS_NOT],
  ['1.2.3.4.5/32', IS_NOT],
  ['1.a.3.4/32', IS_NOT],
  ['-1.0.0.0/8', IS_NOT],
  ['1.2.3.4:80/32', MIXED],
  ['[2001:db8::]/32', IS_NOT],
  ['2001:db8::g/128', IS_NOT],
  ['12345::/16', IS_NOT],
  ['1:2:3:4:5:6:7/128', IS_NOT],
  ['1:2:3:4:5:6:7:8::/128', IS_NOT],
  ['1:2:3:4::5:6:7:8/128', IS_NOT],
  ['::1:2:3:4:5:6:7:8/128', IS_NOT],
  ['1::2:3:4:5:6:7:8:9/128', IS_NOT],
  ['1:2:3:4:5:6:7:8::9/128', IS_NOT],
  ['::1:2:3:4:5:6:7:8:9/128', IS_NOT],
  ['1:2:3:4:5:6:7:8:9::/128', IS_NOT],
  ['1:2:3:4:5:6:7:8:/128', IS_NOT],
  [':1:2:3:4:5:6:7:8/128', IS_NOT],
])('refuses %j, because it %s', ([given, want]) => {
  expect(problemOf(() => read(given as string))).toBe(`Error: "${given}" ${want}`)
})

test.for([
  ['10.0.0.0/8\n', '"10.0.0.0/8\\n" has an invalid length; expected 0 to 32, without leading zeros'],
  ['\u001b[31m10.0.0.0/8', '"\\u001b[31m10.0.0.0/8" is not an IPv4 or IPv6 prefix'],
  [`${'1'.repeat(58)}/8`, `"${'1'.repeat(58)}/8" is not an IPv4 or IPv6 prefix`],
  [`${'1'.repeat(59)}/8`, `"${'1'.repeat(59)}/..." is not an IPv4 or IPv6 prefix`],
  ['1"2', '"1\\"2" is not a CIDR: the /length is missing'],
  [`${'1'.repeat(500)}/8`, `"${'1'.repeat(60)}..." is not an IPv4 or IPv6 prefix`],
])('shows hostile text in one short, harmless line: %#', ([given, want]) => {
  expect(problemOf(() => read(given as string))).toBe(`Error: ${want}`)
})

test.for([
  ['192.0.2.1', '192.0.2.1/32'],
  ['2001:db8::1', '2001:db8::1/128'],
  ['192.0.2.0/24', '192.0.2.0/24'],
])('reads the address or prefix %s as %s', ([given, want]) => {
  expect(formatPrefix(parsePrefixOrAddress(given as string))).toBe(want)
})

test.for([
  ['', '"" is not an IPv4 or IPv6 address'],
  ['192.0.2', '"192.0.2" is not an IPv4 or IPv6 address'],
  ['2001:db8::1%1', '"2001:db8::1%1" has an IPv6 zone, which is invalid here'],
  ['::ffff:192.0.2.1', '"::ffff:192.0.2.1" mixes IPv6 and IPv4 notation'],
  ['192.0.2.1/24', '"192.0.2.1/24" has host bits set: the prefix is 192.0.2.0/24'],
])('refuses %j where an address or prefix is wanted', ([given, want]) => {
  expect(problemOf(() => parsePrefixOrAddress(given as string))).toBe(`Error: ${want}`)
})

test.for([
  ['0.0.0.0/0', '0.0.0.0', '255.255.255.255'],
  ['0.0.0.0/32', '0.0.0.0', '0.0.0.0'],
  ['255.255.255.255/32', '255.255.255.255', '255.255.255.255'],
  ['192.0.2.128/25', '192.0.2.128', '192.0.2.255'],
  ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['::/128', '::', '::'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', ...Array(2).fill('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')],
  ['2001:db8::/32', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
])('%s goes from %s to %s', ([given, first, last]) => {
  const range = rangeOf(parsePrefix(given as string))
  expect([range.first, range.last].map((address) => formatAddress(range.family, address))).toEqual([first, last])
})

test.for([
  ['192.0.2.255/32', 24, '192.0.2.0/24'],
  ['192.0.2.255/32', 0, '0.0.0.0/0'],
  ['192.0.2.255/32', 32, '192.0.2.255/32'],
  ['2001:db8::1/128', 32, '2001:db8::/32'],
  ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128', 1, '8000::/1'],
] as const)('%s lies in the /%d %s', ([given, length, want]) => {
  const { family, address } = parsePrefix(given)
  expect(formatPrefix(prefixAt(family, address, length))).toBe(want)
})

test('sorts IPv4 before IPv6, then by address, then the shorter prefix first', () => {
  const sorted = ['0.0.0.0/0', '0.0.0.0/8', '9.0.0.0/8', '10.0.0.0/8', '10.0.0.0/9', '::/0', '::/8', '2001:db8::/32']
  const shuffled = [5, 3, 7, 0, 6, 2, 4, 1].map((index) => sorted[index] as string)
  const prefixes = shuffled.map(parsePrefix).sort(comparePrefixes)
  expect(prefixes.map(formatPrefix)).toEqual(sorted)
  for (const mask of [0b00000000, 0b11111111, 0b10110010, 0b01001101]) {
    const some = prefixes.filter((_, index) => (mask >> index) & 1)
    expect(prefixesMissingIn(some, prefixes)).toEqual(prefixes.filter((prefix) => !some.includes(prefix)))
  }
  const signs = sorted.map((a) => sorted.map((b) => Math.sign(comparePrefixes(parsePrefix(a), parsePrefix(b)))))
  expect(signs).toEqual(sorted.map((_, a) => sorted.map((_, b) => Math.sign(a - b))))
})
