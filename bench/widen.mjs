// Widening 10,000 seeded prefixes to 1,000: its seconds, and the peak memory of the whole process, by family. Then what the
// optimal cover admits beyond a tag, against two greedy merges, on tags of the newest published document of
// ../shared/service-tags (else of the newest shipped snapshot).
// usage: npm run bench [-- --json]
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BITS, FAMILIES } from '../dist/address/prefix.js'
import { PrefixSet } from '../dist/address/prefix-set.js'
import { cheapestCovers } from '../dist/compile/widen/cheapest-cover.js'
import { constraintsOf } from '../dist/compile/widen/widen.js'
import { parseDocument } from '../dist/document/document.js'
import { listSnapshots, readSnapshot } from '../dist/document/snapshot/stored-snapshots.js'
import { SHORTEST_WIDENED } from '../dist/model/widening.js'
import { SHIPPED } from '../dist/paths.js'
import { greedyCover } from './greedy.mjs'
import { report, row } from './lib/report.mjs'
import { ENV, median } from './lib/rounds.mjs'

const ROUNDS = 5
const [COUNT, BUDGET] = [10_000, 1000]
const TAGS = [
  'AzureActiveDirectory',
  'AzureResourceManager',
  'AzureFrontDoor.FirstParty',
  'MicrosoftContainerRegistry',
  'Sql',
  'Storage.WestEurope',
  'AzureCloud.westeurope',
]
const ANYTHING = { per: 'rule', within: undefined, never: PrefixSet.empty, minPrefixLength: SHORTEST_WIDENED }
const constraintsIn = (family) => constraintsOf(ANYTHING, family, undefined, PrefixSet.empty)

/** The additional addresses in the last cost of a curve, as src/compile/widen/cover-tree.ts packs it. */
const admittedBy = (costs) => BigInt.asUintN(160, costs.at(-1) >> 32n)

if (process.argv[2] === 'widen') {
  widenOnce(process.argv[3])
  process.exit()
}

/** The subject: makes the set, widens it, and prints how long that took and how much memory all of it. */
function widenOnce(family) {
  // mulberry32, so that every run has the same prefixes
  let state = 1
  const random = (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % limit
  }
  // In 64 blocks of a /12 (a /28 in IPv6), as clouds have theirs; from /20 to /28 (/36 to /44).
  const blocks = Array.from({ length: 64 }, () => 0x200 + random(0x5ff))
  const prefixOf = () => {
    const bits = 8 + random(9)
    const value = (BigInt(blocks[random(64)]) << 20n) | (BigInt(random(1 << bits)) << BigInt(20 - bits))
    return family === 'ipv4'
      ? { family, address: value, length: 12 + bits }
      : { family, address: (0x2603n << 112n) | (value << 80n), length: 28 + bits }
  }
  let set = PrefixSet.empty
  for (let seeds = []; set.prefixes.length < COUNT; set = PrefixSet.of(seeds))
    seeds = [...set.prefixes, ...Array.from({ length: COUNT - set.prefixes.length }, prefixOf)]
  const start = performance.now()
  const { costs, coverAt } = cheapestCovers(set, constraintsIn(family), BUDGET)
  const cover = PrefixSet.of(coverAt(BUDGET))
  const seconds = (performance.now() - start) / 1000
  const admitted = admittedBy(costs)
  if (cover.prefixes.length > BUDGET || !cover.contains(set)) throw new Error('this is no cover')
  if (cover.count - set.count !== admitted) throw new Error('the cost is not that of the cover')
  // maxRSS is in kilobytes
  const megabytes = process.resourceUsage().maxRSS / 1000
  console.log(JSON.stringify({ prefixes: set.prefixes.length, seconds, megabytes }))
}

const self = fileURLToPath(import.meta.url)
const large = FAMILIES.map((family) => {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const { status, stdout } = spawnSync(process.execPath, [self, 'widen', family], { env: ENV, encoding: 'utf8' })
    if (status !== 0) throw new Error(`exit code ${status}`)
    return JSON.parse(stdout)
  })
  return {
    case: `${rounds[0].prefixes} ${family} prefixes to ${BUDGET}`,
    seconds: median(rounds.map(({ seconds }) => seconds)),
    megabytes: Math.max(...rounds.map(({ megabytes }) => megabytes)),
  }
})

const { document, tags, name } = newest()
const rows = tags.flatMap((tag) =>
  FAMILIES.flatMap((family) => {
    const set = document.tags.get(tag).prefixes.family(family)
    const constraints = constraintsIn(family)
    const forbidden = constraints.never.subtract(set)
    const allows = (prefix) => !forbidden.overlaps(PrefixSet.of([{ family, ...prefix }]))
    return [2, 4, 8].flatMap((part) => {
      const budget = Math.floor(set.prefixes.length / part)
      if (budget < 2) return []
      const curve = cheapestCovers(set, constraints, budget)
      if (curve.least > budget) return []
      const admitted = admittedBy(curve.costs)
      const options = { budget, bits: BITS[family], minPrefixLength: constraints.minPrefixLength, allows }
      const [simple, careful] = [false, true].map((perSaved) => {
        const cover = greedyCover(set.prefixes, { ...options, perSaved })
        const extra = cover && PrefixSet.of(cover.map((prefix) => ({ family, ...prefix }))).subtract(set).count
        if (extra !== undefined && extra < admitted) throw new Error(`${tag}: greedy is better`)
        return extra === undefined ? undefined : Number((extra * 1000n) / admitted) / 1000
      })
      return [{ tag, family, prefixes: set.prefixes.length, budget, optimal: admitted, simple, careful }]
    })
  }),
)

/** A document with the tags of the table, as many as there are. */
function newest() {
  const folder = fileURLToPath(new URL('../../shared/service-tags/', import.meta.url))
  const file = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /_Public_\d+\.json$/.test(file))
        .sort()
        .at(-1)
    : undefined
  if (file) {
    const source = { bytes: readFileSync(join(folder, file)), name: file, published: '2025-01-01' }
    const { document } = parseDocument(source, 'public', TAGS)
    return { document, name: file, tags: TAGS.filter((tag) => document.tags.has(tag)) }
  }
  const { path, published } = listSnapshots(SHIPPED.snapshots, 'public').at(-1)
  const document = readSnapshot(path, 'public')
  return { document, name: `the snapshot of ${published}`, tags: [...document.tags.keys()] }
}

report({
  title: 'widening',
  rows: large.flatMap(({ case: what, seconds, megabytes }) => [
    row(`widening ${what}`, 'seconds', 3, 1, seconds),
    row('the same, peak memory', 'MB', 300, 300, megabytes),
  ]),
  document: name,
  tags: rows.map((row) => ({
    ...row,
    optimal: String(row.optimal),
    simple: row.simple ?? null,
    careful: row.careful ?? null,
  })),
  text: comparison(),
})

function comparison() {
  const count = (value) => {
    const digits = String(value)
    if (digits.length > 15) return `${digits[0]}.${digits.slice(1, 3)}e${digits.length - 1}`
    return digits.replace(/\B(?=(\d{3})+$)/g, ',')
  }
  const times = (ratio) => (ratio === undefined ? 'stuck' : `${ratio.toFixed(3)} x`).padStart(9)
  const lines = rows.map(({ tag, family, prefixes, budget, optimal, simple, careful }) => {
    const sizes = [tag.padEnd(27), family, `${prefixes} -> ${budget}`.padStart(11), count(optimal).padStart(13)]
    return [...sizes, times(simple), times(careful)].join('  ')
  })
  return [
    `addresses beyond the tag, ${name}: optimal; times as many of a greedy merge that takes`,
    'the fewest addresses at each step; the same for each prefix that it saves',
    ...lines,
    '',
  ].join('\n')
}
