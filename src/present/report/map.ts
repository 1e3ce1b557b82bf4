import { formatPrefix, type Prefix } from '../../model/address/prefix.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { RuleChange } from '../../model/report.ts'
import { formatCount, plural } from '../../model/text/numbers.ts'
import { type Html, html } from './html.ts'

// A tile is a /8 with 4 by 4 cells. Each cell is a /12, a million addresses, and 4 units wide. The number is above the tile.
const ORDER = 2
const CELL = 4
const TILE = 2 ** ORDER * CELL
const [COLUMNS, GAP, LABEL] = [10, 3, 6]
const SHIFT = 20n
const CELL_SIZE = 1 << Number(SHIFT)

/** The number of addresses that makes a cell darker. Services hold so little of a cell that its share would be invisible. */
export const LEVELS = [1, CELL_SIZE >> 12, CELL_SIZE >> 6] as const

/** A map of a rule's IPv4 addresses: a tile for each /8 with addresses, its cells along a Hilbert curve. */
export function addressMap({ name, before, after, gained, lost }: RuleChange): Html | undefined {
  const [held, more, less] = [after ?? before ?? PrefixSet.empty, gained, lost].map((set) => set.family('ipv4'))
  if (!held || !more || !less || PrefixSet.union([held, more, less]).isEmpty) return undefined
  const cells = cellsOf(held.subtract(less))
  const [moreCells, lessCells] = [[...cellsOf(more).keys()], [...cellsOf(less).keys()]]
  const blocks = [...new Set([...cells.keys(), ...moreCells, ...lessCells].map((cell) => cell >> 4))].sort(
    (a, b) => a - b,
  )
  const label = `Map of the IPv4 space for ${name}: ${plural(held.prefixCount, 'prefix', 'prefixes')} in ${plural(blocks.length, '/8 block')}, gained ${listOf(more)}, lost ${listOf(less)}`
  const cornerOf = cornersIn(blocks)
  const draw = (shape: (x: number, y: number) => string) => (cell: number) => shape(...cornerOf(cell))
  const width = COLUMNS * (TILE + GAP)
  const height = Math.ceil(blocks.length / COLUMNS) * (TILE + LABEL + GAP)
  return html`<figure class="map">
<svg role="img" viewBox="-1.5 -1.5 ${width} ${height + 1}" aria-label="${label}"><title>${label}</title>
<path class="grid" d="${blocks.map((block) => frame(cornerOf(block << 4))).join('')}"/>
${LEVELS.map((least, level) => {
  const own = [...cells].filter(([, count]) => count >= least && !(count >= (LEVELS[level + 1] ?? Infinity)))
  return html`<path class="held${level}" d="${own.map(([cell]) => draw(square)(cell)).join('')}"/>`
})}
${blocks.map((block) => blockLabel(block, cornerOf(block << 4)))}
<path class="lost" d="${lessCells.map(draw(cross)).join('')}"/>
<path class="gained" d="${moreCells.map(draw(ring)).join('')}"/>
</svg>
<figcaption>${name}: ${formatCount(held.count)} addresses in ${plural(held.prefixCount, 'prefix', 'prefixes')}</figcaption>
</figure>
`
}

const listOf = (set: PrefixSet) => {
  const texts = set.prefixes.slice(0, 8).map(formatPrefix)
  const more = set.prefixCount - texts.length
  return texts.length === 0 ? 'nothing' : `${texts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The number of addresses of `set` in each cell that has any. */
function cellsOf(set: PrefixSet): Map<number, number> {
  const cells = new Map<number, number>()
  for (const { first, last } of set.ranges) {
    for (let cell = first >> SHIFT; cell <= last >> SHIFT; cell++) {
      const [start, end] = [cell << SHIFT, ((cell + 1n) << SHIFT) - 1n]
      const count = Number((last < end ? last : end) - (first > start ? first : start)) + 1
      cells.set(Number(cell), (cells.get(Number(cell)) ?? 0) + count)
    }
  }
  return cells
}

/** The position of one of the 16 cells of a /8 on the curve, in cells from the top left. */
export function placeOf(cell: number): readonly [x: number, y: number] {
  let [x, y] = [0, 0]
  for (let size = 1, rest = cell; size < 2 ** ORDER; size *= 2, rest >>= 2) {
    const right = 1 & (rest >> 1)
    const down = 1 & (rest ^ right)
    if (down === 0) {
      if (right === 1) [x, y] = [size - 1 - x, size - 1 - y]
      ;[x, y] = [y, x]
    }
    x += size * right
    y += size * down
  }
  return [x, y]
}

type Corner = readonly [x: number, y: number]

/** The positions of the cells of these /8 blocks, with one tile per block, in order. */
function cornersIn(blocks: readonly number[]): (cell: number) => Corner {
  const places = new Map(blocks.map((block, index) => [block, index]))
  return (cell) => {
    const index = places.get(cell >> 4) ?? 0
    const [x, y] = placeOf(cell & 15)
    return [
      (index % COLUMNS) * (TILE + GAP) + x * CELL,
      Math.floor(index / COLUMNS) * (TILE + LABEL + GAP) + LABEL + y * CELL,
    ]
  }
}

const square = (x: number, y: number) => `M${x} ${y}h${CELL}v${CELL}h-${CELL}z`
const cross = (x: number, y: number) => `M${x - 0.5} ${y - 0.5}l5 5m0-5l-5 5`
const ring = (x: number, y: number) => `M${x - 0.5} ${y + 2}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z`

const frame = ([x, y]: Corner) => `M${x} ${y}h${TILE}v${TILE}h-${TILE}z`

/** The first octet of a /8, shown above its tile. */
const blockLabel = (block: number, [x, y]: Corner): Html => html`<text x="${x}" y="${y - 1.2}">${block}</text>`

/** The prefix of a cell, for the legend. */
export const CELL_LENGTH: Prefix['length'] = 32 - Number(SHIFT)
