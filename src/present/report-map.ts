import { formatCount, plural } from '../model/numbers.ts'
import { formatPrefix, type Prefix } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { RuleChange } from '../model/report.ts'
import { type Html, html } from './html.ts'

// A cell is a /12, which is a million addresses: 64 by 64 of them, of 4 units each, and 16 by 16 blocks of a /8.
const ORDER = 6
const CELL = 4
const SIDE = 2 ** ORDER * CELL
const SHIFT = 32n - 2n * BigInt(ORDER)
const CELL_SIZE = 1 << Number(SHIFT)

/** How much of a cell is held: some, more, most. Two hundredths of a per cent are the usual. */
const LEVELS = [1, CELL_SIZE >> 12, CELL_SIZE >> 6] as const

/** Where in the IPv4 space a rule's addresses are, along a Hilbert curve: what is near in numbers is near in the picture. */
export function addressMap({ name, before, after, gained, lost }: RuleChange): Html | undefined {
  const [held, more, less] = [after ?? before ?? PrefixSet.empty, gained, lost].map((set) => set.family('ipv4'))
  if (!held || !more || !less || PrefixSet.union([held, more, less]).isEmpty) return undefined
  const cells = cellsOf(held.subtract(less))
  const [moreCells, lessCells] = [[...cellsOf(more).keys()], [...cellsOf(less).keys()]]
  const blocks = [...new Set([...cells.keys(), ...moreCells, ...lessCells].map((cell) => cell >> 4))].sort(
    (a, b) => a - b,
  )
  const label = `Map of the IPv4 space for ${name}: ${plural(held.prefixCount, 'prefix', 'prefixes')} in ${plural(blocks.length, '/8 block')}, gained ${listOf(more)}, lost ${listOf(less)}`
  return html`<figure class="map">
<svg role="img" viewBox="-0.5 -0.5 ${SIDE + 1} ${SIDE + 1}" aria-label="${label}"><title>${label}</title>
<path class="grid" d="${GRID}"/>
${LEVELS.map((least, level) => {
  const own = [...cells].filter(([, count]) => count >= least && !(count >= (LEVELS[level + 1] ?? Infinity)))
  return html`<path class="held${level}" d="${own.map(([cell]) => square(cell)).join('')}"/>`
})}
${blocks.map(blockLabel)}
<path class="lost" d="${lessCells.map(cross).join('')}"/>
<path class="gained" d="${moreCells.map(ring).join('')}"/>
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

/** How many addresses of `set` each cell has, for those that have any. */
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

/** The place of a cell on the curve, from the left and the top, in cells. */
function placeOf(cell: number): readonly [x: number, y: number] {
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

const cornerOf = (cell: number) => placeOf(cell).map((place) => place * CELL) as [number, number]

const square = (cell: number) => `M${cornerOf(cell).join(' ')}h${CELL}v${CELL}h-${CELL}z`

function cross(cell: number): string {
  const [x, y] = cornerOf(cell)
  return `M${x - 0.5} ${y - 0.5}l5 5m0-5l-5 5`
}

function ring(cell: number): string {
  const [x, y] = cornerOf(cell)
  return `M${x - 0.5} ${y + 2}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0-5 0z`
}

/** The first number of the addresses in a /8, in its corner. */
function blockLabel(block: number): Html {
  const corners = Array.from({ length: 16 }, (_, index) => cornerOf(block * 16 + index))
  const [x, y] = [0, 1].map((axis) => Math.min(...corners.map((corner) => corner[axis] as number))) as [number, number]
  return html`<text x="${x + 1}" y="${y + 4.6}">${block}</text>`
}

const GRID = Array.from({ length: 17 }, (_, index) => `M${index * 16} 0v${SIDE}M0 ${index * 16}h${SIDE}`).join('')

/** The prefix of a cell, as the legend names its size. */
export const CELL_LENGTH: Prefix['length'] = 32 - Number(SHIFT)
