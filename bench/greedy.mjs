/**
 * What one would write first: while there are too many prefixes, the two neighbours are merged whose common prefix adds
 * the fewest addresses, or, with `perSaved`, the fewest for each prefix that it saves, which is the best that is known
 * of this kind. `prefixes` are of one family, sorted, without overlap.
 * @param {readonly { family: string, address: bigint, length: number }[]} prefixes
 * @param {{ budget: number, bits: number, minPrefixLength: number, perSaved: boolean, allows?: (prefix: { address: bigint, length: number }) => boolean }} options
 * @returns {{ address: bigint, length: number, held: bigint }[] | undefined} undefined when it gets stuck
 */
export function greedyCover(prefixes, { budget, bits, minPrefixLength, perSaved, allows = () => true }) {
  const sizeOf = (length) => 1n << BigInt(bits - length)
  let cover = prefixes.map(({ address, length }) => ({ address, length, held: sizeOf(length) }))
  /** The merge of the cover's prefixes around `index` and the next. */
  const mergeAt = (index) => {
    const [low, high] = [cover[index], cover[index + 1]]
    const differing = (low.address ^ (high.address | (sizeOf(high.length) - 1n))).toString(2).length
    const [length, size] = [bits - differing, 1n << BigInt(differing)]
    const address = low.address & ~(size - 1n)
    let [from, to] = [index, index + 1]
    while (from > 0 && cover[from - 1].address >= address) from--
    while (to + 1 < cover.length && cover[to + 1].address < address + size) to++
    const parts = cover.slice(from, to + 1)
    const before = parts.reduce((sum, part) => sum + sizeOf(part.length), 0n)
    const held = parts.reduce((sum, part) => sum + part.held, 0n)
    return {
      from,
      to,
      saved: perSaved ? BigInt(to - from) : 1n,
      added: size - before,
      prefix: { address, length, held },
    }
  }
  while (cover.length > budget) {
    let best
    for (let index = 0; index + 1 < cover.length; index++) {
      const merge = mergeAt(index)
      if (merge.prefix.length < minPrefixLength || !allows(merge.prefix)) continue
      if (!best || merge.added * best.saved < best.added * merge.saved) best = merge
    }
    if (!best) return undefined
    cover = [...cover.slice(0, best.from), best.prefix, ...cover.slice(best.to + 1)]
  }
  return cover
}
