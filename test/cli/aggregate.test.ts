import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatPrefix, parsePrefix } from '../address/slow-prefix.ts'
import { SlowPrefixSet } from '../address/slow-prefix-set.ts'
import { DOCUMENTS, HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomOf } from '../notation.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

const aggregate = (stdin: string, argv: string[] = []) => tagwall(folderWith(), ['aggregate', ...argv], { stdin })

test.for([
  ['', ''],
  ['\n\n', ''],
  ['# only a comment', ''],
  ['10.0.0.0/9\n10.128.0.0/9\n', '10.0.0.0/8\n'],
  ['10.128.0.0/9\n10.0.0.0/9', '10.0.0.0/8\n'],
  ['192.0.2.1/32\n192.0.2.0/24\n192.0.2.0/25\n', '192.0.2.0/24\n'],
  ['2001:db8::/33\n10.0.0.0/8\n2001:DB8:8000::/33\n', '10.0.0.0/8\n2001:db8::/32\n'],
  ['10.0.0.0/9 # office\n10.128.0.0/9\t# data center\r\n  # no more\n', '10.0.0.0/8\n'],
  ['# ours\r\n10.0.0.0/8\r\n\r\n::1\r\n', '10.0.0.0/8\n::1/128\n'],
  ['\uFEFF10.0.0.0/8\n', '10.0.0.0/8\n'],
  ['192.0.2.7\n192.0.2.6\n', '192.0.2.6/31\n'],
  ['192.0.0.0/2\n0.0.0.0/1\n', '0.0.0.0/1\n192.0.0.0/2\n'],
  ['128.0.0.0/1\n0.0.0.0/1\n8000::/1\n::/1\n', '0.0.0.0/0\n::/0\n'],
  ['255.255.255.255\n255.255.255.254\n', '255.255.255.254/31\n'],
  [
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\nffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe\n',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127\n',
  ],
] as const)('of %j makes %j', async ([given, want]) => {
  expect(await aggregate(given)).toEqual({ code: 0, out: want, err: '' })
})

// What other programs read as something else, or take.
test.for([
  ['256.0.0.0/8', '"256.0.0.0/8" is not an IPv4 or IPv6 prefix'],
  ['10.0.0/8', '"10.0.0/8" is not an IPv4 or IPv6 prefix'],
  [' 10.0.0.0/8', '" 10.0.0.0/8" is not an IPv4 or IPv6 prefix'],
  ['10.0.0.0/8 ', '"10.0.0.0/8 " has an invalid length; expected 0 to 32, without leading zeros'],
  ['10.0.0.0/8 ours', '"10.0.0.0/8" is not alone; write one CIDR or address on each line, and comments behind #'],
  ['10.0.0.0/8,::1', '"10.0.0.0/8" is not alone; write one CIDR or address on each line, and comments behind #'],
  ['10.0.0.0/33', '"10.0.0.0/33" has an invalid length; expected 0 to 32, without leading zeros'],
  ['10.0.0.0/', '"10.0.0.0/" has an invalid length; expected 0 to 32, without leading zeros'],
  ['10.0.0.0/-1', '"10.0.0.0/-1" has an invalid length; expected 0 to 32, without leading zeros'],
  ['10.0.0.0/08', '"10.0.0.0/08" has an invalid length; expected 0 to 32, without leading zeros'],
  ['010.0.0.0/8', '"010.0.0.0/8" is not an IPv4 or IPv6 prefix'],
  ['0x0a.0.0.0/8', '"0x0a.0.0.0/8" is not an IPv4 or IPv6 prefix'],
  ['10.0.0.1/8', '"10.0.0.1/8" has host bits set: the prefix is 10.0.0.0/8'],
  ['1:2:3:4:5:6:7:8:9/32', '"1:2:3:4:5:6:7:8:9/32" is not an IPv4 or IPv6 prefix'],
  ['1::2::3/64', '"1::2::3/64" is not an IPv4 or IPv6 prefix'],
  ['2001:db8:::/32', '"2001:db8:::/32" is not an IPv4 or IPv6 prefix'],
  ['::ffff:192.0.2.1', '"::ffff:192.0.2.1" mixes IPv6 and IPv4 notation'],
  ['fe80::1%eth0', '"fe80::1%eth0" has an IPv6 zone, which is invalid here'],
  ['10.0.0.0-10.0.0.255', '"10.0.0.0-10.0.0.255" is not an IPv4 or IPv6 address'],
  ['10.0.0.0/8\r\r', '"10.0.0.0/8\\r" has an invalid length; expected 0 to 32, without leading zeros'],
  ['\uFEFF10.0.0.0/8', '"\\ufeff10.0.0.0/8" is not an IPv4 or IPv6 prefix'],
] as const)('refuses %j and prints nothing', async ([line, problem]) => {
  const { code, out, err } = await aggregate(`192.0.2.0/24\n${line}\n`)
  expect({ code, out, err }).toEqual({
    code: 2,
    out: '',
    err: `tagwall: some lines are neither a CIDR nor an address: standard input:2: ${problem}\n`,
  })
})

test('reads several files as one, and standard input among them', async () => {
  const folder = folderWith({ 'a.txt': '10.0.0.0/9\n', 'b.txt': '# b\n10.128.0.0/9' })
  const before = contentsOf(folder)
  expect(await tagwall(folder, ['aggregate', 'b.txt', '-', 'a.txt'], { stdin: '::/0' })).toEqual({
    code: 0,
    out: '10.0.0.0/8\n::/0\n',
    err: '',
  })
  expect(contentsOf(folder)).toEqual(before)
})

test('names every bad line of every file, up to twenty', async () => {
  const folder = folderWith({ 'a.txt': '10.0.0.0/8\nno\n\n# no\r\n10.0.0.1/8\n', 'b.txt': 'x\n'.repeat(30) })
  const { code, out, err } = await tagwall(folder, ['aggregate', 'a.txt', 'b.txt'])
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toBe(
    `tagwall: some lines are neither a CIDR nor an address:
  a.txt:2: "no" is not an IPv4 or IPv6 address
  a.txt:5: "10.0.0.1/8" has host bits set: the prefix is 10.0.0.0/8
${Array.from({ length: 18 }, (_, index) => `  b.txt:${index + 1}: "x" is not an IPv4 or IPv6 address\n`).join('')}  and 12 more
`,
  )
})

test.for([
  [['none.txt'], 'tagwall: there is no file none.txt\n'],
  [['.'], 'tagwall: . is a directory, not a file\n'],
] as const)('says why it cannot read %j', async ([files, err]) => {
  expect(await aggregate('', [...files])).toEqual({ code: 2, out: '', err })
})

test('has prefixes and counts with --json', async () => {
  const { code, out } = await aggregate('10.0.0.0/9\n10.128.0.0/9\n10.0.0.0/9\n::\n', ['--json'])
  expect({ code, out }).toEqual({
    code: 0,
    out: `{
  "formatVersion": 1,
  "ipv4Given": 3,
  "ipv6Given": 1,
  "ipv4": {
    "prefixes": [
      "10.0.0.0/8"
    ],
    "addresses": "16777216"
  },
  "ipv6": {
    "prefixes": [
      "::/128"
    ],
    "addresses": "1"
  }
}
`,
  })
})

/** The slow way: a value a line, bigints. */
const slowly = (lines: readonly string[]) =>
  SlowPrefixSet.of(lines.map(parsePrefix))
    .prefixes.map((prefix) => `${formatPrefix(prefix)}\n`)
    .join('')

test.for([1, 2, 3])('agrees with the slow way on random lines (seed %d)', async (seed) => {
  const random = randomOf(seed)
  const lines = Array.from({ length: 8000 }, () => {
    const [length, group] = [12 + random(21), random(0x1_0000)]
    const [ipv4, ipv6] = [(((10 << 24) | random(1 << 24)) >>> (32 - length)) << (32 - length), (group >> 4) << 4]
    return random(2)
      ? `${[24, 16, 8, 0].map((shift) => (ipv4 >>> shift) & 255).join('.')}/${length}`
      : `2001:db8::${random(8)}:${ipv6.toString(16)}/${124 + random(random(2) ? 5 : 1)}`
  })
  const { out } = await aggregate(lines.join('\n'))
  expect(out).toBe(slowly(lines))
})

test.skipIf(!HAS_DOCUMENTS)(
  `makes of a published document what the slow way makes of it${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  async () => {
    const text = readFileSync(join(DOCUMENTS, 'ServiceTags_Public_20251110.json'), 'utf8')
    const lines = [...text.matchAll(/"([0-9a-f.:]+\/\d+)"/g)].map(([, prefix]) => prefix as string)
    expect(lines.length).toBeGreaterThan(50_000)
    const { out } = await aggregate(lines.join('\n'))
    expect(out === slowly(lines)).toBe(true)
  },
)
