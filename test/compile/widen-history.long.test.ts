import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
// @ts-expect-error: a script of the benchmarks, without types
import { greedyCover } from '../../bench/greedy.mjs'
import { BITS, FAMILIES, formatPrefix, type Prefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { compile } from '../../src/compile/compile.ts'
import { type Compiled, curveOf, partOf, widen, widenSeries } from '../../src/compile/widen/widen.ts'
import { parseDocument } from '../../src/document/document.ts'
import { listSnapshots, readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
import type { Ruleset } from '../../src/model/ruleset.ts'
import { SHORTEST_WIDENED, type Widening } from '../../src/model/widening.ts'
import { SHIPPED } from '../../src/paths.ts'
import { DOCUMENTS, HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { policyOf } from '../notation.ts'
import { someOf } from '../thorough.ts'
import { unpackCost } from './cover-universe.ts'

// Widening over real data: the shipped history for what changes from week to week, and the newest published document
// for what it costs.

const POLICY = policyOf(`150 AAD: AzureActiveDirectory outbound tcp 443
  151 ARM: AzureResourceManager outbound tcp 443
  152 Front: AzureFrontDoor.FirstParty both tcp 443
  153 MCR: MicrosoftContainerRegistry outbound tcp 443`)

const ANYTHING = { within: undefined, never: PrefixSet.empty, minPrefixLength: SHORTEST_WIDENED }

const STAGES = listSnapshots(SHIPPED.snapshots, 'public').map(({ path }): Compiled => {
  const document = readSnapshot(path, 'public')
  return { ruleset: compile(POLICY, { document, names: [], where: '' }).ruleset, document }
})

const coverOf = ({ sets }: Ruleset, name: string): readonly Prefix[] =>
  sets.find((set) => set.name === name)?.prefixes.prefixes ?? []

/** How many prefixes of `after` are not in `before`. */
function newIn(after: readonly Prefix[], before: readonly Prefix[]): number {
  const known = new Set(before.map(formatPrefix))
  return after.filter((prefix) => !known.has(formatPrefix(prefix))).length
}

const WIDENINGS: readonly (readonly [string, Widening])[] = [
  ['half of each rule', { ...ANYTHING, per: 'rule', maxPrefixes: { ipv4: 100, ipv6: 80 } }],
  ['40 a rule', { ...ANYTHING, per: 'rule', maxPrefixes: { ipv4: 40, ipv6: 40 } }],
  ['200 a target', { ...ANYTHING, per: 'target', maxPrefixes: { ipv4: 200, ipv6: 100 } }],
]

describe.for(someOf(WIDENINGS, 2))('over the shipped history, %s', ([, widening]) => {
  const options = { target: 'edge', family: undefined, widening }
  const series = widenSeries(STAGES, options)
  const names = POLICY.rules.map(({ name }) => name)

  test('each cover is as cheap as one without a past, and no less stable', () => {
    let [changed, without] = [0, 0]
    for (const [index, { ruleset, findings }] of series.entries()) {
      expect(findings).toEqual([])
      const before = series[index - 1]?.ruleset
      const alone = widen(STAGES[index] as Compiled, options).ruleset
      const costs = (ruleset: Ruleset) =>
        FAMILIES.map((family) => {
          const prices = ruleset.sets.flatMap(({ widened }) => widened?.prices ?? [])
          return prices.filter((price) => price.family === family).reduce((sum, { extra }) => sum + extra, 0n)
        })
      expect(costs(ruleset)).toEqual(costs(alone))
      if (!before) continue
      for (const name of names) {
        changed += newIn(coverOf(ruleset, name), coverOf(before, name))
        without += newIn(coverOf(alone, name), coverOf(before, name))
      }
    }
    expect(changed).toBeLessThanOrEqual(without)
  })

  test('a set that did not change keeps its cover', () => {
    let kept = 0
    for (const [index, { ruleset }] of series.entries()) {
      const before = series[index - 1]
      const [was, is] = [STAGES[index - 1], STAGES[index] as Compiled]
      if (!before || !was) continue
      const same = names.filter((name) =>
        is.ruleset.sets
          .find((set) => set.name === name)
          ?.prefixes.equals(was.ruleset.sets.find((set) => set.name === name)?.prefixes ?? PrefixSet.empty),
      )
      // A budget that is divided moves with any of the sets.
      const counted = widening.per === 'rule' || same.length === names.length ? same : []
      for (const name of counted) {
        expect(coverOf(ruleset, name).map(formatPrefix)).toEqual(coverOf(before.ruleset, name).map(formatPrefix))
        kept++
      }
    }
    expect(kept).toBeGreaterThan(widening.per === 'rule' ? 10 : 0)
  })

  test('is the same when every cover is computed, and none taken over', () => {
    let previous: Ruleset | undefined
    for (const [index, stage] of STAGES.entries()) {
      const cover = new Map(previous?.sets.map(({ name, prefixes }) => [name, prefixes]))
      previous = widen(stage, options, cover).ruleset
      for (const name of names)
        expect(coverOf(series[index]?.ruleset as Ruleset, name)).toEqual(coverOf(previous, name))
    }
  })
})

const TAGS = [
  'AzureActiveDirectory',
  'AzureResourceManager',
  'AzureFrontDoor.FirstParty',
  'MicrosoftContainerRegistry',
  'Storage.WestEurope',
  'AzureCloud.westeurope',
]

const newest =
  HAS_DOCUMENTS && existsSync(DOCUMENTS)
    ? readdirSync(DOCUMENTS)
        .filter((file) => /_Public_\d+\.json$/.test(file))
        .sort()
        .at(-1)
    : undefined

test.skipIf(!newest).for(TAGS)(
  `admits no more of %s than a greedy merge does${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  (tag) => {
    const source = { bytes: readFileSync(join(DOCUMENTS, newest as string)), name: 'x', published: '2025-11-10' }
    const set = parseDocument(source, 'public', [tag]).document.tags.get(tag)?.prefixes ?? PrefixSet.empty
    let compared = 0
    for (const family of FAMILIES) {
      const own = set.family(family)
      if (own.isEmpty) continue
      const all = partOf({ prefixes: set }, family, ANYTHING, undefined)
      const forbidden = all.limits['special-use'].subtract(own)
      const curve = curveOf(all, own.prefixes.length)
      for (const part of [1.25, 2, 3, 5, 8, 13]) {
        const budget = Math.floor(own.prefixes.length / part)
        if (budget < Math.max(1, curve.least)) continue
        const { admitted } = unpackCost(curve.costs[budget - curve.least] as bigint)
        const cover = PrefixSet.of(curve.coverAt(budget))
        expect(cover.contains(own) && cover.prefixes.length <= budget && cover.count - own.count === admitted).toBe(
          true,
        )
        expect(cover.subtract(own).overlaps(all.limits['special-use'])).toBe(false)
        for (const perSaved of [false, true]) {
          const greedy: Prefix[] | undefined = greedyCover(own.prefixes, {
            budget,
            bits: BITS[family],
            minPrefixLength: all.limits.minPrefixLength,
            perSaved,
            allows: (prefix: Prefix) => !forbidden.overlaps(PrefixSet.of([{ ...prefix, family }])),
          })
          if (!greedy) continue
          const covered = PrefixSet.of(greedy.map((prefix) => ({ ...prefix, family })))
          expect(covered.contains(own)).toBe(true)
          expect(admitted).toBeLessThanOrEqual(covered.count - own.count)
          compared++
        }
      }
    }
    expect(compared).toBeGreaterThan(4)
  },
)
