import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import {
  curvesText,
  mergedText,
  pricesText,
  shareText,
  wideningDeltaText,
} from '../../src/compile/widen/widening-text.ts'
import type { WideningDelta } from '../../src/model/delta.ts'
import type { TargetPrice } from '../../src/model/result.ts'
import type { Price, RuleCurve } from '../../src/model/widening.ts'
import { expectOutcomes } from '../golden-page.ts'
import { setOf } from '../notation.ts'

const priceOf = (more: Partial<Price> = {}): Price => ({
  family: 'ipv4',
  before: 4,
  after: 2,
  addresses: 1000n,
  extra: 500n,
  inside: undefined,
  ...more,
})

const LABEL = { policy: 'edge.yaml', cloud: 'public', published: '2025-11-10', changeNumber: 376 } as const

const PRICES: Readonly<Record<string, TargetPrice[]>> = {
  'nothing without prices': [],
  'a line for each rule and family': [
    { target: 'edge', rule: 'Web', price: priceOf(), inSomeTag: undefined },
    { target: 'branch', rule: 'Database', price: priceOf({ family: 'ipv6', extra: 0n, after: 4 }), inSomeTag: 0n },
  ],
  'a line for a target at several sites, where the price is the same': [
    ...['berlin', 'paris'].map((site) => ({
      target: `edge@${site}`,
      rule: 'Web',
      price: priceOf(),
      inSomeTag: 250n,
    })),
    { target: 'edge@rome', rule: 'Web', price: priceOf({ after: 1, extra: 900n }), inSomeTag: 250n },
    { target: 'edge@rome', rule: 'Db', price: priceOf({ after: 1, extra: 900n }), inSomeTag: 250n },
  ],
}

test('prices', async () => {
  await expectOutcomes('widening-prices.txt', PRICES, pricesText)
})

test.for<[extra: bigint, inSomeTag: bigint | undefined, want: string]>([
  [500n, undefined, ''],
  [0n, 0n, ''],
  [500n, 0n, ", 0% of them Microsoft's (in some tag of the document)"],
])('of %d addresses more, %s in some tag: %s', ([extra, inSomeTag, want]) => {
  expect(shareText(priceOf({ extra }), inSomeTag)).toBe(want)
})

const deltaOf = (target: string, rule: string, more: Partial<WideningDelta> = {}): WideningDelta => ({
  target,
  rule,
  published: { added: setOf(''), removed: setOf('') },
  widening: { added: setOf(''), removed: setOf('') },
  kept: setOf(''),
  known: setOf(''),
  before: [],
  after: [priceOf()],
  ...more,
})

const hosts = (count: number) => setOf(Array.from({ length: count }, (_, index) => `192.0.2.${2 * index}`).join(' '))

const CHANGES: Readonly<Record<string, WideningDelta[]>> = {
  'nothing without widened targets': [],
  'what changed by publication and by widening': [
    deltaOf('edge', 'Web', {
      published: { added: setOf('20.0.7.0/24'), removed: setOf('20.0.0.0/24') },
      widening: { added: setOf('20.0.4.0/23'), removed: setOf('20.0.1.0/24') },
      kept: setOf('20.0.2.0/24'),
      known: setOf('20.0.3.0/24'),
      after: [priceOf(), priceOf({ family: 'ipv6' })],
    }),
  ],
  'the first five prefixes, and the number of the others': [
    deltaOf('edge', 'Web', { kept: hosts(7), known: hosts(5) }),
  ],
  'a target at several sites once, for each rule': [
    deltaOf('edge@berlin', 'Web'),
    deltaOf('edge@berlin', 'Db'),
    deltaOf('edge@paris', 'Web'),
  ],
}

test('what a change tells', async () => {
  const color = (style: string, text: string) => `<${style}>${text}</${style}>`
  await expectOutcomes('widening-changes.txt', CHANGES, (deltas) => wideningDeltaText(deltas, color))
})

const curveOf = (more: Partial<RuleCurve>): RuleCurve => ({
  rule: 'Web',
  family: 'ipv4',
  before: 4,
  addresses: 1000n,
  least: 1,
  binding: [],
  points: [],
  ...more,
})

const point = (after: number, extra: bigint, inside?: bigint, inSomeTag?: bigint) => ({
  rule: 'Web',
  price: priceOf({ after, extra, inside: inside === undefined ? undefined : { tag: 'AzureCloud', extra: inside } }),
  inSomeTag,
})

const CURVES: Readonly<Record<string, RuleCurve[]>> = {
  'more addresses, in all and as a bar of the largest': [
    curveOf({ points: [point(4, 0n), point(2, 400n), point(1, 1200n)] }),
  ],
  'the share in a tag, and in any tag': [curveOf({ points: [point(4, 0n, 0n, 0n), point(1, 600n, 300n, 450n)] })],
  'a bar for the smallest price, and one if fewer prefixes cost less': [
    curveOf({ points: [point(3, 1n), point(2, 3000n), point(1, 2900n)] }),
  ],
  'the minimum, and why': [
    curveOf({ before: 1, addresses: 1n, points: [point(1, 0n)] }),
    curveOf({ family: 'ipv6', least: 2, binding: ['never', 'minPrefixLength'], points: [point(2, 0n)] }),
  ],
}

test('curves', async () => {
  await expectOutcomes('widening-curves.txt', CURVES, (curves) => curvesText(LABEL, curves))
})

test('merges are listed below the price of their rule', () => {
  const merge = (cidr: string, replaced: number, extra: bigint) => ({ prefix: parsePrefix(cidr), replaced, extra })
  const rules = [
    { merges: [merge('20.0.0.0/22', 2, 512n), merge('20.0.128.0/31', 1, 1n)], inSomeTag: 250n },
    { merges: [], inSomeTag: undefined },
  ].map((more) => ({ target: '', rule: 'Web', price: priceOf(), ...more }))
  expect(mergedText(LABEL, rules)).toBe(`policy edge.yaml on Public 2025-11-10 (change number 376)

Web: 4 -> 2 IPv4 prefixes, 500 addresses more (1.50 x), 50% of them Microsoft's (in some tag of the document)
  20.0.0.0/22    for 2 prefixes  512 addresses more
  20.0.128.0/31  for 1 prefix    1 address more

Web: 4 -> 2 IPv4 prefixes, 500 addresses more (1.50 x)
`)
})
