import { expect, test } from 'vitest'
import { formatFactor, formatPrice, formatShare, type Price, sumOfPrices } from '../../src/model/widening.ts'

const PRICE: Price = {
  family: 'ipv4',
  before: 640,
  after: 300,
  addresses: 1000n,
  extra: 3500n,
  inside: { tag: 'AzureCloud', extra: 2730n },
}

test.for<[price: Partial<Price>, want: string]>([
  [{}, '640 -> 300 IPv4 prefixes, 3,500 addresses more (4.5 x), 78% of them in AzureCloud'],
  [{ inside: undefined }, '640 -> 300 IPv4 prefixes, 3,500 addresses more (4.5 x)'],
  [{ family: 'ipv6', extra: 1n, inside: undefined }, '640 -> 300 IPv6 prefixes, 1 address more (1.00 x)'],
  [{ extra: 0n }, '300 IPv4 prefixes, no address more'],
  [{ extra: 0n, after: 1, family: 'ipv6' }, '1 IPv6 prefix, no address more'],
])('the price %o is %j', ([price, want]) => {
  expect(formatPrice({ ...PRICE, ...price })).toBe(want)
})

test.for([
  [100n, 0n, '1.00 x'],
  [100n, 5n, '1.05 x'],
  [1000n, 999n, '1.99 x'],
  [100n, 100n, '2.0 x'],
  [100n, 259n, '3.5 x'],
  [100n, 9_899n, '99.9 x'],
  [100n, 9_900n, '100 x'],
  [1n, 1_234_566n, '1,234,567 x'],
] as const)('%d addresses and %d more are %s', ([addresses, extra, want]) => {
  expect(formatFactor(addresses, extra)).toBe(want)
})

test.for([
  [0n, 7n, '0%'],
  [1n, 101n, '<1%'],
  [1n, 100n, '1%'],
  [199n, 200n, '99%'],
  [7n, 7n, '100%'],
] as const)('%d of %d is %s', ([part, whole, want]) => {
  expect(formatShare(part, whole)).toBe(want)
})

test('prices add up', () => {
  const other: Price = { ...PRICE, before: 10, after: 5, addresses: 1n, extra: 2n, inside: undefined }
  expect(sumOfPrices([PRICE])).toEqual(PRICE)
  expect(sumOfPrices([PRICE, other])).toEqual({
    family: 'ipv4',
    before: 650,
    after: 305,
    addresses: 1001n,
    extra: 3502n,
    inside: { tag: 'AzureCloud', extra: 2730n },
  })
  expect(sumOfPrices([PRICE, PRICE]).inside).toEqual({ tag: 'AzureCloud', extra: 5460n })
  expect(sumOfPrices([other, PRICE]).inside).toBeUndefined()
})
