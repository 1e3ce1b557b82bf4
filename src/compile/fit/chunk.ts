import { firstIndex } from '../../address/binary-search.ts'
import { BITS, type Prefix } from '../../address/prefix.ts'

/** The prefixes of a set that lie in `block`. */
export interface Chunk {
  readonly block: Prefix
  readonly prefixes: readonly Prefix[]
}

/** The content of a group: its own prefixes, and chunks, which become nested groups. */
export interface Split {
  readonly members: readonly Prefix[]
  readonly chunks: readonly Chunk[]
}

/**
 * `prefixes` as the content of one group with at most `most` members. If there are too many, address space is cut into
 * small blocks: the lowest blocks stay in the group, as many as fit, and each of the others becomes a chunk. So one added
 * or removed prefix touches one block, and moves at most one other block in or out of the group.
 */
export function splitGroup(prefixes: readonly Prefix[], most: number): Split {
  if (prefixes.length <= most) return { members: prefixes, chunks: [] }
  const blocks = fewBlocks(prefixes, Math.min(most, Math.max(SMALL, Math.floor(most / 16))), most)
  let entries = blocks.length
  const border = blocks.findIndex((block) => {
    entries += block.prefixes.length - 1
    return entries > most
  })
  // A chunk of one prefix saves nothing.
  const isInGroup = ({ prefixes }: Chunk, index: number) => index < border || prefixes.length === 1
  return {
    members: blocks.filter(isInGroup).flatMap(({ prefixes }) => prefixes),
    chunks: blocks.filter((block, index) => !isInGroup(block, index)),
  }
}

/** Smaller blocks would mean many more groups for slightly shorter deltas. */
const SMALL = 64

/** Blocks of at most `size` prefixes; the size doubles until there are at most `most` blocks. */
function fewBlocks(prefixes: readonly Prefix[], size: number, most: number): Chunk[] {
  const blocks = blocksOf(prefixes, size)
  return blocks.length > most && size < most ? fewBlocks(prefixes, Math.min(most, 2 * size), most) : blocks
}

/**
 * `prefixes`, in order, in blocks of at most `most`. Blocks are cut by address, not by position: a block with too many prefixes
 * is halved. So one added prefix touches or splits one block, never all the following ones.
 */
export function blocksOf(prefixes: readonly Prefix[], most: number): Chunk[] {
  const border = firstIndex(0, prefixes.length, (index) => prefixes[index]?.family === 'ipv6')
  return [
    ...halve({ family: 'ipv4', address: 0n, length: 0 }, prefixes.slice(0, border), most),
    ...halve({ family: 'ipv6', address: 0n, length: 0 }, prefixes.slice(border), most),
  ]
}

function halve({ family, address, length }: Prefix, prefixes: readonly Prefix[], most: number): Chunk[] {
  if (prefixes.length === 0) return []
  // Prefixes of a set do not overlap, so each of several prefixes lies in one half of the block.
  if (prefixes.length <= Math.max(1, most)) return [{ block: { family, address, length }, prefixes }]
  const half = length + 1
  const middle = address | (1n << BigInt(BITS[family] - half))
  const border = firstIndex(0, prefixes.length, (index) => (prefixes[index] as Prefix).address >= middle)
  return [
    ...halve({ family, address, length: half }, prefixes.slice(0, border), most),
    ...halve({ family, address: middle, length: half }, prefixes.slice(border), most),
  ]
}
