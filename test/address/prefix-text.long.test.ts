import { describe, expect, test } from 'vitest'
import * as fast from '../../src/address/prefix.ts'
import { PrefixScanner } from '../../src/address/prefix-text.ts'
import { HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { problemOf, randomOf } from '../notation.ts'
import { publishedTags } from './published-prefixes.ts'
import * as slow from './slow-prefix.ts'

// What reads and writes bytes, against the package ip-address.

const scanner = new PrefixScanner()

/** Whether the scanner takes the whole text, a prefix or a plain address. */
function isTaken(text: string): boolean {
  const bytes = Buffer.from(`${text}\n`)
  return scanner.scan(bytes, 0) === bytes.length - 1
}

/** A prefix as text, or why it is none. */
const outcome = (parse: (text: string) => fast.Prefix, text: string) => {
  let prefix: fast.Prefix | undefined
  const problem = problemOf(() => {
    prefix = parse(text)
  })
  return prefix ? `${prefix.family} ${prefix.address} ${prefix.length}` : problem
}

/** The texts on which the two ways disagree; the scanner must take what is right, and nothing else. */
const disagreements = (texts: Iterable<string>) =>
  [...texts].filter((text) => {
    const [right, rightOrPlain] = [outcome(slow.parsePrefix, text), outcome(slow.parsePrefixOrAddress, text)]
    return (
      outcome(fast.parsePrefix, text) !== right ||
      outcome(fast.parsePrefixOrAddress, text) !== rightOrPlain ||
      isTaken(text) === rightOrPlain.startsWith('Error: ')
    )
  })

/** Every text of `count` parts out of `parts`, joined. */
function* textsOf(parts: readonly string[], count: number, between = ''): Generator<string> {
  for (let number = 0; number < parts.length ** count; number++) {
    const chosen = Array.from(
      { length: count },
      (_, place) => parts[Math.floor(number / parts.length ** place) % parts.length],
    )
    yield chosen.join(between)
  }
}

const NUMBERS = Array.from({ length: 1000 }, (_, value) => String(value)).flatMap((text) => [text, `0${text}`])

describe('reads as ip-address does', () => {
  test('every octet up to 999, with and without a leading zero, in every place', () => {
    const texts = NUMBERS.flatMap((text) =>
      [0, 1, 2, 3].map((place) => [1, 2, 3, 4].with(place, text as never).join('.')),
    )
    expect(disagreements(texts.flatMap((text) => [text, `${text}/32`]))).toEqual([])
  })

  test.for([
    '0.0.0.0',
    '255.255.255.255',
    '10.20.30.64',
    '::',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db8::80:0',
  ])('every length up to 999, with and without a leading zero, of %s', (address) => {
    expect(disagreements(NUMBERS.map((length) => `${address}/${length}`))).toEqual([])
  })

  test.for([1, 2, 3, 4, 5])('every text of %d characters that prefixes are made of', (count) => {
    expect(disagreements(textsOf(['0', '1', 'f', ':', '.', '/'], count))).toEqual([])
  })

  test.for([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('every %d groups, of which some are empty', (count) => {
    expect(disagreements(textsOf(['', '0', 'ab'], count, ':'))).toEqual([])
  })

  test.for([0, 1, 2, 3, 4, 5])('every group of up to four digits and more', (count) => {
    expect(
      disagreements([...textsOf(['0', 'A', 'f'], count)].flatMap((group) => [`${group}::`, `::1:${group}`])),
    ).toEqual([])
  })

  test('every byte in every place', () => {
    const texts = ['10.2.0.0/15', '2001:db8::/32', '::ffff:0:0:0/96', '1.2.3.4'].flatMap((text) =>
      Array.from(text, (_, place) =>
        Array.from(
          { length: 256 },
          (_, code) => text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1),
        ),
      ).flat(),
    )
    expect(disagreements(texts)).toEqual([])
  })

  test.for([1, 2, 3, 4])('seeded texts with an edit or two (seed %d)', (seed) => {
    const random = randomOf(seed)
    const pick = (from: string) => from[random(from.length)] as string
    const texts = Array.from({ length: 5000 }, () => {
      let text = slow.formatPrefix(randomPrefix(random))
      for (let edits = random(3); edits > 0; edits--) {
        const place = random(text.length + 1)
        text = text.slice(0, place) + pick('0123456789abcdef::../ %') + text.slice(place + random(2))
      }
      return text
    })
    expect(disagreements(texts)).toEqual([])
  })

  test.skipIf(!HAS_DOCUMENTS)(
    `every prefix that was published${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
    () => {
      const texts = new Set(publishedTags().flatMap((tags) => [...tags.values()].flat()))
      expect(texts.size).toBeGreaterThan(10_000)
      expect(disagreements(texts)).toEqual([])
      const wrong = [...texts].filter((text) => {
        const prefix = slow.parsePrefix(text)
        return fast.formatPrefix(prefix) !== slow.formatPrefix(prefix)
      })
      expect(wrong).toEqual([])
    },
  )
})

describe('writes as ip-address does', () => {
  const wrongOf = (family: fast.AddressFamily, addresses: Iterable<bigint>) =>
    [...addresses].filter((address) => fast.formatAddress(family, address) !== slow.formatAddress(family, address))

  test('every value of every octet', () => {
    const addresses = [0n, 8n, 16n, 24n].flatMap((shift) =>
      Array.from({ length: 256 }, (_, value) => 0x01020304n ^ (BigInt(value) << shift)),
    )
    expect(wrongOf('ipv4', addresses)).toEqual([])
  })

  test('every value of a group, in the middle and at the end', () => {
    const addresses = [0n, 80n].flatMap((shift) =>
      Array.from({ length: 1 << 12 }, (_, value) => (1n << 127n) | (BigInt(value * 17) << shift)),
    )
    expect(wrongOf('ipv6', addresses)).toEqual([])
  })

  test('every pattern of zero groups among short and long ones', () => {
    const addresses = [...textsOf(['0000', '0001', 'fedc'], 8)].map((text) => BigInt(`0x${text}`))
    expect(wrongOf('ipv6', addresses)).toEqual([])
  })

  test.for([1, 2, 3, 4])('seeded prefixes, of every length (seed %d)', (seed) => {
    const random = randomOf(seed)
    const prefixes = Array.from({ length: 5000 }, () => randomPrefix(random))
    expect(prefixes.filter((prefix) => fast.formatPrefix(prefix) !== slow.formatPrefix(prefix))).toEqual([])
  })
})

function randomPrefix(random: (limit: number) => number): fast.Prefix {
  const family = random(2) ? 'ipv4' : 'ipv6'
  const bits = slow.BITS[family]
  let address = 0n
  // Groups of zeros are as frequent as others, because they are written differently.
  for (let part = 0; part < bits; part += 16) address = (address << 16n) | BigInt(random(2) && random(0x1_0000))
  return slow.prefixAt(family, address, random(bits + 1))
}
