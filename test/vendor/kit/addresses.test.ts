import { expect, test } from 'vitest'
import { formatAddress, formatPrefix, type Range } from '../../../src/address/prefix.ts'
import { KIT } from '../../../src/vendor/kit/kit.ts'

const show = (range: Range | undefined) =>
  range && `${formatAddress(range.family, range.first)}-${formatAddress(range.family, range.last)}`

test.for<[text: string, found: string | undefined, hasHostBits?: boolean]>([
  ['192.0.2.7', '192.0.2.7-192.0.2.7'],
  ['192.0.2.0/24', '192.0.2.0-192.0.2.255'],
  ['192.0.2.77/24', '192.0.2.0-192.0.2.255', true],
  ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
  ['255.255.255.255/0', '0.0.0.0-255.255.255.255', true],
  ['192.0.2.7/32', '192.0.2.7-192.0.2.7'],
  ['2001:db8::/32', '2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:DB8::1/127', '2001:db8::-2001:db8::1', true],
  ['::/0', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['192.0.2.0/33', undefined],
  ['::/129', undefined],
  ['192.0.2.0/', undefined],
  ['192.0.2.0/024', undefined],
  ['192.0.2.0/-1', undefined],
  ['192.0.2.0/24/24', undefined],
  ['192.0.2.0/255.255.255.0', undefined],
  ['/24', undefined],
  ['', undefined],
  ['192.0.2', undefined],
  ['192.0.2.256', undefined],
  ['192.0.2.01', undefined],
  [' 192.0.2.1', undefined],
  ['fe80::1%eth0', undefined],
  ['::ffff:192.0.2.1', undefined],
  // What lists of invalid addresses have.
  ['::ffff:0:0/96', '::ffff:0:0-::ffff:ffff:ffff'],
  ['::FFFF:0.0.0.0/96', '::ffff:0:0-::ffff:ffff:ffff'],
  ['::ffff:0:0/97', undefined],
  ['::ffff:0:0', undefined],
  ['any', undefined],
])('blockOf(%j)', ([text, found, hasHostBits = false]) => {
  const block = KIT.blockOf(text)
  expect(show(block)).toBe(found)
  if (block) expect(block.hasHostBits).toBe(hasHostBits)
})

test('every length of both families, with and without host bits', () => {
  for (const [bits, ones] of [
    [32, '255.255.255.255'],
    [128, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ] as const) {
    for (let length = 0; length <= bits; length++) {
      const size = 1n << BigInt(bits - length)
      const top = (1n << BigInt(bits)) - 1n
      const block = KIT.blockOf(`${ones}/${length}`)
      expect(block).toMatchObject({ first: top + 1n - size, last: top, length, hasHostBits: length < bits })
      const zero = KIT.blockOf(`${bits === 32 ? '0.0.0.0' : '::'}/${length}`)
      expect(zero).toMatchObject({ first: 0n, last: size - 1n, length, hasHostBits: false })
    }
  }
})

test('rangeOfText reads every block, and every two addresses with a hyphen between them', () => {
  const texts = ['0.0.0.0', '192.0.2.1', '192.0.2.9', '255.255.255.255', '::', '2001:db8::1', '192.0.2', 'any', '']
  for (const one of texts) {
    for (const end of ['', '/0', '/24', '/33', '/129'])
      expect(KIT.rangeOfText(`${one}${end}`)).toEqual(KIT.blockOf(`${one}${end}`))
    for (const other of texts) {
      const range = KIT.rangeBetween(one, other)
      expect(KIT.rangeOfText(`${one}-${other}`)).toEqual(range && { ...range, hasHostBits: false })
      expect(KIT.rangeOfText(`${one}-${other}-192.0.2.9`)).toBeUndefined()
      expect(KIT.rangeOfText(`${one} - ${other}`)).toBeUndefined()
      expect(KIT.rangeOfText(`${one}/24-${other}`)).toBeUndefined()
    }
  }
})

const dotted = (value: number) => formatAddress('ipv4', BigInt(value >>> 0))

test('every mask whose ones come first is a length, and no other mask is one', () => {
  const lengths = new Map(
    Array.from({ length: 33 }, (_, length) => [length === 0 ? 0 : (-1 << (32 - length)) >>> 0, length]),
  )
  // Each mask with at most two changes from one to zero or back: the good ones are among these.
  for (let first = 0; first <= 32; first++) {
    for (let second = first; second <= 32; second++) {
      const ones = (count: number) => (count === 0 ? 0 : (-1 << (32 - count)) >>> 0)
      for (const mask of [(ones(second) ^ ones(first)) >>> 0, ~(ones(second) ^ ones(first)) >>> 0]) {
        const block = KIT.maskedBlock('192.0.2.77', dotted(mask))
        expect(block?.length, dotted(mask)).toBe(lengths.get(mask))
        if (block) expect(block).toEqual(KIT.blockOf(`192.0.2.77/${block.length}`))
      }
    }
  }
})

test.for<[address: string, mask: string, found: string | undefined]>([
  ['192.0.2.0', '255.255.255.0', '192.0.2.0-192.0.2.255'],
  ['2001:db8::1', 'ffff:ffff::', '2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['192.0.2.0', 'ffff::', undefined],
  ['192.0.2.0', '24', undefined],
  ['192.0.2.0/24', '255.255.255.0', undefined],
  ['192.0.2.0', '0.0.0.255', undefined],
  ['192.0.2.0', '', undefined],
])('maskedBlock(%j, %j)', ([address, mask, found]) => {
  expect(show(KIT.maskedBlock(address, mask))).toBe(found)
})

test('every wildcard of eight bits matches what it says, bit by bit', () => {
  for (const shift of [0, 7, 24]) {
    for (let wildcard = 0; wildcard < 256; wildcard++) {
      for (const low of [0, 0b1010_0110, 255]) {
        const ranges = KIT.wildcardRanges(dotted(low << shift), dotted(wildcard << shift)) as readonly Range[]
        const found = KIT.setOfRanges(ranges)
        const count = 2 ** wildcard.toString(2).replaceAll('0', '').length
        expect(found.count, `${low} ${wildcard}`).toBe(BigInt(count))
        // As few ranges as there can be: the ones at the end are one range.
        const runs = /1*$/.exec((wildcard << shift === wildcard ? wildcard : 0).toString(2))?.[0].length ?? 0
        expect(ranges.length, `${low} ${wildcard}`).toBe(count / 2 ** runs)
        for (let value = 0; value < 256; value++) {
          const address = BigInt((value << shift) >>> 0)
          const isIn = ((value ^ low) & ~wildcard & 255) === 0
          const held = ranges.some(({ first, last }) => first <= address && address <= last)
          if (held !== isIn) expect(held, `${low} ${wildcard} ${value}`).toBe(isIn)
        }
      }
    }
  }
})

test.for<[address: string, wildcard: string, found: string[] | undefined]>([
  ['192.0.2.0', '0.0.0.255', ['192.0.2.0-192.0.2.255']],
  ['10.0.0.1', '0.255.0.0', undefined],
  ['192.0.2.0', '255.255.255.255', ['0.0.0.0-255.255.255.255']],
  ['192.0.2.1', '0.0.2.0', ['192.0.0.1-192.0.0.1', '192.0.2.1-192.0.2.1']],
  ['2001:db8::', '::1:0:ffff', ['2001:db8::-2001:db8::ffff', '2001:db8::1:0:0-2001:db8::1:0:ffff']],
  ['192.0.2.0', '::1', undefined],
  ['192.0.2.0', '0.0.0.256', undefined],
  // 65,537 ranges or more are not made, however many bits ask for them.
  ['0.0.0.0', '255.255.0.0', undefined],
  ['0.0.0.0', '255.255.128.0', undefined],
  ['0.0.0.0', '255.255.254.0', undefined],
])('wildcardRanges(%j, %j)', ([address, wildcard, found]) => {
  const ranges = KIT.wildcardRanges(address, wildcard)
  if (address === '10.0.0.1') expect(ranges).toHaveLength(256)
  else if (wildcard === '255.255.0.0') expect(ranges).toHaveLength(65_536)
  else expect(ranges?.map(show).sort()).toEqual(found)
})

test.for<[first: string, last: string, found: string | undefined]>([
  ['192.0.2.1', '192.0.2.9', '192.0.2.1-192.0.2.9'],
  ['192.0.2.1', '192.0.2.1', '192.0.2.1-192.0.2.1'],
  ['192.0.2.2', '192.0.2.1', undefined],
  ['192.0.2.1', '2001:db8::', undefined],
  ['192.0.2.0/24', '192.0.3.0/24', undefined],
  ['', '192.0.2.1', undefined],
])('rangeBetween(%j, %j)', ([first, last, found]) => {
  expect(show(KIT.rangeBetween(first, last))).toBe(found)
})

test('a plain address is one, and nothing else is', () => {
  expect(KIT.addressOf('2001:db8::1')).toEqual(KIT.parsePrefix('2001:db8::1/128'))
  expect(KIT.addressOf('192.0.2.1')).toEqual(KIT.parsePrefix('192.0.2.1/32'))
  for (const text of ['192.0.2.1/32', '', 'host', '1', '192.0.2.1\n']) expect(KIT.addressOf(text), text).toBeUndefined()
})

test('says what is wrong with a prefix', () => {
  const said = (text: string) => {
    const found = KIT.prefixOrReason(text)
    return typeof found === 'string' ? found : formatPrefix(found)
  }
  expect(said('192.0.2.0/24')).toBe('192.0.2.0/24')
  expect(said('192.0.2.1')).toBe('192.0.2.1/32')
  expect(said('192.0.2.1/24')).toBe('"192.0.2.1/24" has host bits set: the prefix is 192.0.2.0/24')
})

const HOSTILE = [
  '',
  '/',
  '//',
  '-',
  '0',
  '::',
  ':::',
  '0/0',
  '١٩٢.0.2.0',
  '192.0.2.0/٢٤',
  '\0',
  '\u0000/0',
  '9'.repeat(10_000),
  `${'f:'.repeat(10_000)}:`,
  '1.1.1.1/999',
  '1.1.1.1/1e1',
  '1.1.1.1/0x8',
  '1.1.1.1/ 8',
  '1.1.1.1/8 ',
  '__proto__',
  'constructor',
]

test('hostile text is no address and throws nothing', () => {
  for (const one of HOSTILE) {
    for (const other of [...HOSTILE, '192.0.2.1']) {
      if (one === '::' && other === '::') continue
      const found = [KIT.rangeBetween(one, other), KIT.maskedBlock(one, other), KIT.wildcardRanges(one, other)]
      expect(found.every((one) => one === undefined)).toBe(true)
    }
    expect(KIT.blockOf(one)).toEqual(
      one === '::' ? { ...KIT.rangeOf(KIT.parsePrefix('::/128')), length: 128, hasHostBits: false } : undefined,
    )
    expect(typeof KIT.prefixOrReason(one)).toBe(one === '::' ? 'object' : 'string')
  }
})

test.for<[ranges: string, want: string]>([
  ['', ''],
  ['10.0.0.0/30 10.0.0.0/31', '10.0.0.0/30'],
  ['10.0.0.0/30 !10.0.0.0/31 10.0.0.1/32', '10.0.0.1/32 10.0.0.2/31'],
  ['10.0.0.1/32 !10.0.0.0/31 10.0.0.0/30', '10.0.0.1/32 10.0.0.2/31'],
  ['!10.0.0.0/30 10.0.0.0/31 !10.0.0.0/32 10.0.0.0/32', '10.0.0.1/32'],
])('of %j, the narrowest range decides about an address', ([ranges, want]) => {
  const all = ranges.split(' ').filter(Boolean)
  const found = all.map((text) => {
    return { range: KIT.blockOf(text.replace('!', '')) as Range, isOut: text.startsWith('!') }
  })
  expect(KIT.byNarrowest(found).texts.join(' ')).toBe(want)
})

test.for<[addresses: string[], remotes: string[] | undefined, want: boolean]>([
  [['10.1.0.0/16'], ['192.0.2.0/24'], true],
  [['10.1.0.0/16', '192.168.0.0/24', 'fd00::/16', '100.64.0.0/10'], ['192.0.2.0/24'], true],
  [['10.1.0.0/16', '192.0.2.0/24'], ['198.51.100.0/24'], false],
  [['10.1.0.0/16'], ['10.1.2.0/24'], false],
  [['10.1.0.0/16'], undefined, false],
  [['8.0.0.0/7'], ['192.0.2.0/24'], false],
  // No address is not a local one.
  [[], ['192.0.2.0/24'], false],
  [['10.1.0.0/16'], [], true],
])('of %j, with the remote addresses %j, all are local: %s', ([addresses, remotes, want]) => {
  const setOf = (texts: string[]) => KIT.setOf(texts.map(KIT.parsePrefix))
  expect(KIT.areLocal(setOf(addresses), remotes && setOf(remotes))).toBe(want)
})
