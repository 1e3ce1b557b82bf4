import { expect, test } from 'vitest'
import { parsePrefix } from '../../src/address/prefix.ts'
import { curveJson, mergedJson, targetPriceJson, wideningDeltaJson } from '../../src/compile/widen/json.ts'
import { deltaJson, fetchJson } from '../../src/document/json.ts'
import { policyRuleJson } from '../../src/listing/listing.ts'
import type { WideningDelta } from '../../src/model/delta.ts'
import { formatJson, proofJson, setJson } from '../../src/model/json.ts'
import type { Rule } from '../../src/model/policy.ts'
import type { FetchResult, TargetPrice } from '../../src/model/result.ts'
import type { Price, RuleCurve } from '../../src/model/widening.ts'
import { setOf } from '../notation.ts'

/** The shapes of docs/json.md, field by field. */

const label = (published: string) => ({ cloud: 'public', published, changeNumber: 1 }) as const
const labels = { before: label('2025-11-03'), after: label('2025-11-10') }
const nothing = { ipv4: { prefixes: [], addresses: '0' }, ipv6: { prefixes: [], addresses: '0' } }
const eight = { ipv4: { prefixes: ['10.0.0.0/29'], addresses: '8' }, ipv6: { prefixes: [], addresses: '0' } }
const huge = { ...nothing, ipv6: { prefixes: ['2001:db8::/32'], addresses: '79228162514264337593543950336' } }

test('has two spaces and a line end', () => {
  expect(formatJson({ a: [1] })).toBe('{\n  "formatVersion": 1,\n  "a": [\n    1\n  ]\n}\n')
})

test('writes counts of addresses as strings, because they exceed the range of numbers', () => {
  expect(setJson(setOf('192.0.2.0/24 2001:db8::/32'))).toEqual({
    ipv4: { prefixes: ['192.0.2.0/24'], addresses: '256' },
    ipv6: { prefixes: ['2001:db8::/32'], addresses: '79228162514264337593543950336' },
  })
  expect(setJson(setOf('192.0.2.1 192.0.2.3 192.0.2.5 2001:db8::/32'), 1)).toEqual({
    ipv4: { prefixes: ['192.0.2.1/32'], more: 2, addresses: '3' },
    ipv6: huge.ipv6,
  })
})

test('a proof of a delta counts its commands too', () => {
  const proof = { rules: 1, prefixes: 2, tags: 3 }
  const counts = { ruleCount: 1, prefixCount: 2, tagCount: 3 }
  expect([proofJson(proof), proofJson({ ...proof, commands: 0 })]).toEqual([counts, { ...counts, commandCount: 0 }])
})

test('the difference of two documents', () => {
  const sides = { before: setOf(''), after: setOf(''), added: setOf('10.0.0.0/29'), removed: setOf('2001:db8::/32') }
  const tags = [
    { tag: 'A', kind: 'changed', ...sides },
    { tag: 'B', kind: 'added', ...sides, leftOutBy: ['Rule'] },
  ] as const
  const changed = { added: eight, removed: huge }
  expect(deltaJson({ ...labels, tags, unchanged: ['C'] })).toEqual({
    ...labels,
    changes: [
      { tag: 'A', kind: 'changed', ...changed },
      { tag: 'B', kind: 'added', leftOutBy: ['Rule'], ...changed },
    ],
    ...{ unchanged: ['C'], uncompared: [] },
  })
  expect(deltaJson({ ...labels, tags: [], unchanged: [], uncompared: ['D'] }).uncompared).toEqual(['D'])
})

test('a fetch, with and without a difference', () => {
  const facts = { path: 'a.json', outcome: 'stored', superseded: ['b.json'] } as const
  const fetched: FetchResult = {
    ...facts,
    seen: { ...labels.after, isUndated: true },
    delta: undefined,
    isDryRun: true,
  }
  expect(fetchJson(fetched)).toEqual({ ...facts, seen: labels.after, dryRun: true, delta: null })
  const delta = { ...labels, tags: [], unchanged: [] }
  expect(fetchJson({ ...fetched, delta }).delta).toEqual(deltaJson(delta))
})

test.for<[local: Rule['local'], targets: readonly string[] | undefined, want: object]>([
  [undefined, undefined, { local: null, targets: null }],
  [
    { prefixes: setOf('10.0.0.0/8') },
    ['edge'],
    { local: { prefixes: ['10.0.0.0/8'], objects: [] }, targets: ['edge'] },
  ],
  [{ object: 'nodes' }, [], { local: { prefixes: [], objects: ['nodes'] }, targets: [] }],
  [
    { object: 'nodes', object6: 'six' },
    undefined,
    { local: { prefixes: [], objects: ['nodes', 'six'] }, targets: null },
  ],
])('a rule of a policy %#', ([local, targets, want]) => {
  const prefixes = [parsePrefix('192.0.2.0/24')]
  const rule = { at: 'tagwall.yaml:3:5', name: 'Web', tags: ['Sql'], priority: 150, prefixes, local, targets }
  const except = { tags: ['Sql.WestEurope'], prefixes: [parsePrefix('192.0.2.1/32')] }
  expect(policyRuleJson({ ...rule, except } as unknown as Rule)).toEqual({
    ...{ name: 'Web', tags: ['Sql'], priority: 150, prefixes: ['192.0.2.0/24'] },
    except: { tags: ['Sql.WestEurope'], prefixes: ['192.0.2.1/32'] },
    sites: null,
    ...want,
  })
})

const price: Price = { family: 'ipv4', before: 9, after: 3, addresses: 64n, extra: 16n, inside: undefined }
const inside = { ...price, inside: { tag: 'AzureCloud', extra: 5n } }
const money = { prefixesBefore: 9, prefixesAfter: 3, addresses: '64', extra: '16' }
const within = { tag: 'AzureCloud', extra: '5' }
const priced: TargetPrice = { target: 'edge', rule: 'Web', price, inSomeTag: undefined }

test('the price of a rule, with and without a preferred tag', () => {
  const known = { target: 'edge', rule: 'Web', family: 'ipv4', ...money }
  expect(targetPriceJson(priced)).toEqual({ ...known, within: null, inSomeTag: null })
  expect(targetPriceJson({ ...priced, price: inside, inSomeTag: 0n })).toEqual({ ...known, within, inSomeTag: '0' })
})

test('the merges of a rule', () => {
  const merges = [{ prefix: parsePrefix('10.0.0.0/8'), replaced: 2, extra: 7n }]
  const { target: _, ...rest } = targetPriceJson(priced)
  expect(mergedJson({ ...priced, merges })).toEqual({
    ...rest,
    merges: [{ prefix: '10.0.0.0/8', replaced: 2, extra: '7' }],
  })
})

test('the curve of a rule', () => {
  const points = [
    { rule: 'Web', price, inSomeTag: undefined },
    { rule: 'Web', price: inside, inSomeTag: 0n },
  ]
  const curve: RuleCurve = { rule: 'Web', family: 'ipv4', before: 9, addresses: 64n, least: 1, binding: [], points }
  expect(curveJson(curve)).toEqual({
    ...{ rule: 'Web', family: 'ipv4', prefixCount: 9, addresses: '64', least: 1 },
    curve: [
      { prefixCount: 3, extra: '16', within: null, inSomeTag: null },
      { prefixCount: 3, extra: '16', within, inSomeTag: '0' },
    ],
  })
})

test('the change of a widened rule, by cause', () => {
  const change: WideningDelta = {
    ...{ target: 'edge', rule: 'Web' },
    published: { added: setOf('10.0.0.0/29'), removed: setOf('') },
    widening: { added: setOf(''), removed: setOf('2001:db8::/32') },
    ...{ kept: setOf('10.0.0.0/29'), known: setOf(''), before: [price], after: [inside] },
  }
  const family = { family: 'ipv4', ...money }
  expect(wideningDeltaJson(change)).toEqual({
    ...{ target: 'edge', rule: 'Web' },
    withinTags: { added: eight, removed: nothing },
    outsideTags: { added: nothing, removed: huge },
    ...{ stillAllowed: eight, allowedBefore: nothing },
    pricesBefore: [{ ...family, within: null }],
    pricesAfter: [{ ...family, within }],
  })
})
