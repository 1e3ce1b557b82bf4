import { type AddressFamily, BITS, FAMILIES, type Prefix, prefixAt } from '../../model/address/prefix.ts'

/** Some prefixes of a set: those that lie in `block`. */
export interface Chunk {
  readonly block: Prefix
  readonly prefixes: readonly Prefix[]
}

/** What a group holds: prefixes of its own, and chunks, which are groups in it. */
export interface Split {
  readonly members: readonly Prefix[]
  readonly chunks: readonly Chunk[]
}

/**
 * `prefixes` as the content of one group that may have `most` members. Where they do not fit, address space is cut into
 * small blocks: the lowest ones stay in the group itself, as many as there is room for, and each of the others is a chunk.
 * So one prefix more or less touches one block, and may move another one over the border; a set that outgrows its group
 * sheds a block, and the rest stays where it is.
 */
export function splitGroup(prefixes: readonly Prefix[], most: number): Split {
  if (prefixes.length <= most) return { members: prefixes, chunks: [] }
  const blocks = fewBlocks(prefixes, Math.min(most, Math.max(SMALL, Math.floor(most / 16))), most)
  let entries = blocks.length
  const border = blocks.findIndex((block) => {
    entries += block.prefixes.length - 1
    return entries > most
  })
  // A chunk of one prefix would take the place that the prefix itself takes.
  const isInGroup = ({ prefixes }: Chunk, index: number) => index < border || prefixes.length === 1
  return {
    members: blocks.filter(isInGroup).flatMap(({ prefixes }) => prefixes),
    chunks: blocks.filter((block, index) => !isInGroup(block, index)),
  }
}

/** Smaller blocks would be many groups for few commands less. */
const SMALL = 64

/** Blocks of at most `size` prefixes, or of twice as many, and so on, where there would be more than `most` blocks. */
function fewBlocks(prefixes: readonly Prefix[], size: number, most: number): Chunk[] {
  const blocks = blocksOf(prefixes, size)
  return blocks.length > most && size < most ? fewBlocks(prefixes, Math.min(most, 2 * size), most) : blocks
}

/**
 * `prefixes` in blocks of at most `most`, cut by address space and not by position: a block that holds too many is
 * halved. So one prefix more or less touches one block (or cuts one in two), never all that come after it.
 */
export function blocksOf(prefixes: readonly Prefix[], most: number): Chunk[] {
  return FAMILIES.flatMap((family) => {
    const members = prefixes.filter((prefix) => prefix.family === family)
    return halve({ family, address: 0n, length: 0 }, members, most)
  })
}

function halve(block: Prefix, prefixes: readonly Prefix[], most: number): Chunk[] {
  if (prefixes.length === 0) return []
  // Prefixes of one set do not overlap, so a block with more than one of them holds each in one of its halves.
  if (prefixes.length <= Math.max(1, most)) return [{ block, prefixes }]
  const [low, high] = halvesOf(block)
  return [low, high].flatMap((half) =>
    halve(
      half,
      prefixes.filter((prefix) => isIn(prefix, half)),
      most,
    ),
  )
}

function halvesOf({ family, address, length }: Prefix): [Prefix, Prefix] {
  const half = length + 1
  return [
    { family, address, length: half },
    { family, address: address | (1n << BigInt(BITS[family as AddressFamily] - half)), length: half },
  ]
}

function isIn({ family, address }: Prefix, block: Prefix): boolean {
  return prefixAt(family, address, block.length).address === block.address
}
