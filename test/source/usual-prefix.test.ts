import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/model/prefix.ts'
import { usualPrefix } from '../../src/source/usual-prefix.ts'
import { randomFrom } from '../random.ts'

const USUAL = new RegExp(`^${usualPrefix()}$`)
const isTaken = (text: string) => USUAL.test(`"${text}"`)

function isPrefix(text: string): boolean {
  try {
    parsePrefix(text)
    return true
  } catch {
    return false
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

test.each(['v.0.0.0', '10.v.0.0', '10.20.v.0', '10.20.30.v', '255.255.255.v', '0.0.0.v', 'v.v.v.v'])(
  'takes %s, with every octet and length from /8, where it is a prefix, and nothing else',
  (form) => {
    const texts = numbers(300).flatMap((octet) =>
      numbers(40).map((length) => `${form.replaceAll('v', String(octet))}/${length}`),
    )
    const wrong = texts.filter((text) => isTaken(text) !== (isPrefix(text) && Number(text.split('/')[1]) >= 8))
    expect(wrong).toEqual([])
  },
)

// Each bit alone, and all bits from one on.
const GROUPS = [
  ...new Set(numbers(16).flatMap((bit) => [1 << bit, (0xffff << bit) & 0xffff, 0x1000 | (1 << bit)])),
  0,
].map((group) => group.toString(16))

test.each([
  'G',
  '2603:G',
  '2603:1000:G',
  '2603:1000:4:G',
  '2603:0:0:G',
  '2603:1:2:3:G',
  '0:0:0:G',
  '::G',
  '1::2:3:4:G',
])('takes nothing but prefixes of IPv6 that begin with %s', (form) => {
  const ends = ['::', '', '::1', '::0', '::8000', '::5:8000', '::ffff:8000', '::1:2:3', ':1:2:3:4', ':1:2:3:4:5:6:7']
  const texts = GROUPS.flatMap((group) =>
    ends.flatMap((end) => numbers(140).map((length) => `${form.replace('G', group)}${end}/${length}`)),
  )
  expect(texts.filter((text) => isTaken(text) && !isPrefix(text))).toEqual([])
})

test.each(['2603:1000:4:5::G', '2603:1000::G', '2603::1:G', '2603:1000:4::1:G'])(
  'takes %s with any group and length from /113 where it is a prefix',
  (form) => {
    const texts = GROUPS.filter((group) => group.length === 4).flatMap((group) =>
      numbers(16).map((length) => `${form.replace('G', group)}/${113 + length}`),
    )
    expect(texts.filter((text) => isTaken(text) !== isPrefix(text))).toEqual([])
  },
)

test.each(['2603:1000:4:G::', '2603:1000:G::', '2603:G::', 'G::'])(
  'takes %s with any group, and any length that the groups leave, where it is a prefix',
  (form) => {
    const texts = GROUPS.filter((group) => group.length === 4).flatMap((group) =>
      numbers(129).map((length) => `${form.replace('G', group)}/${length}`),
    )
    const bits = 16 * (form.split(':').length - 2)
    const isUsual = (text: string) => {
      const length = Number(text.split('/')[1])
      return isPrefix(text) && length >= Math.max(32, bits - 15)
    }
    expect(texts.filter((text) => isTaken(text) !== isUsual(text))).toEqual([])
  },
)

// What other programs take for a prefix (256.0.0.0/8 for 0.0.0.0/8, for one), and what only looks like one.
test.each([
  ['256.0.0.0/8'],
  ['10.0.0/8'],
  [' 10.0.0.0/8'],
  ['10.0.0.0/8 '],
  ['10.0.0.0/33'],
  ['10.0.0.0/'],
  ['10.0.0.0/-1'],
  ['10.0.0.0/08'],
  ['010.0.0.0/8'],
  ['0x0a.0.0.0/8'],
  ['10.0.0.1/31'],
  ['10.0.0.0'],
  ['1:2:3:4:5:6:7:8:9/32'],
  ['1::2::3/64'],
  ['2001:db8:::/32'],
  ['2001:db8::/129'],
  ['2001:db8::1/64'],
  ['2001:db8::1'],
  ['2001:db8::%eth0/64'],
  ['::ffff:1.2.3.4/128'],
  ['::ffff:102:304/128'],
  ['0::ffff:102:304/128'],
  ['12345::/48'],
  [''],
])('does not take %j', (text) => {
  expect(isPrefix(text)).toBe(false)
  expect(isTaken(text)).toBe(false)
})

test('takes nothing but prefixes, whatever becomes of one', () => {
  const next = randomFrom(6)
  const random = (below: number) => Math.floor(next() * below)
  const samples = [
    '20.190.128.0/18',
    '4.145.74.52/30',
    '10.0.0.128/25',
    '2603:1006:2000::/48',
    '2603:1030:210::780/122',
  ]
  const signs = '0123456789abcdefg:./"% A'
  const wrong: string[] = []
  let taken = 0
  for (let round = 0; round < 100_000; round++) {
    let text = samples[random(samples.length)] as string
    for (let count = 1 + random(3); count > 0; count--) {
      const at = random(text.length + 1)
      text = text.slice(0, at) + signs[random(signs.length)] + text.slice(at + random(3))
    }
    if (isTaken(text)) taken++
    if (isTaken(text) && !isPrefix(text)) wrong.push(text)
  }
  expect(wrong).toEqual([])
  expect(taken).toBeGreaterThan(5_000)
})
