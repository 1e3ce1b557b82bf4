import { type AddressFamily, BITS, FAMILIES, type Prefix, prefixAt } from '../model/prefix.ts'

/** Some prefixes of a set: those that lie in `block`. */
export interface Chunk {
  readonly block: Prefix
  readonly prefixes: readonly Prefix[]
}

/**
 * `prefixes` in chunks of at most `most`, cut by address space and not by position: a block that holds too many is
 * halved. So one prefix more or less touches one chunk (or cuts one chunk in two), never all that come after it.
 */
export function chunksOf(prefixes: readonly Prefix[], most: number): Chunk[] {
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

function isIn({ family, address, length }: Prefix, block: Prefix): boolean {
  return length >= block.length && prefixAt(family, address, block.length).address === block.address
}
