import { type Prefix, parsePrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { ALSO_SPECIAL, SPECIAL_PURPOSE, type SpecialUseRow } from './special-use-registry.ts'

/** A block that no public service uses: its name and RFC, and its addresses. */
export interface SpecialUse {
  readonly what: string
  readonly set: PrefixSet
}

/**
 * The special-use blocks. IANA's most specific row for an address decides: the address is special unless "Globally Reachable"
 * is true. The sets do not overlap.
 */
export function specialUse(): readonly SpecialUse[] {
  const rows = [...SPECIAL_PURPOSE.filter(({ blocks }) => !isReplaced(blocks)), ...ALSO_SPECIAL].map((row) => ({
    ...row,
    prefixes: row.blocks.map(blockOf),
  }))
  const sets = rows.map(({ prefixes }) => PrefixSet.of(prefixes))
  return rows.flatMap(({ isReachable, name, rfc }, index): SpecialUse[] => {
    const own = sets[index] as PrefixSet
    const within = sets.filter((other) => other !== own && own.contains(other))
    const set = own.subtract(PrefixSet.union(within))
    return isReachable === true ? [] : [{ what: `${name} (${rfc})`, set }]
  })
}

/** All of it as one set. */
export const specialUseSet = (): PrefixSet => PrefixSet.union(specialUse().map(({ set }) => set))

const isReplaced = (blocks: SpecialUseRow['blocks']) => ALSO_SPECIAL.some((row) => row.blocks[0] === blocks[0])

function blockOf(text: string): Prefix {
  // The parser refuses IPv4-mapped addresses, so this row needs a special case.
  if (text === '::ffff:0:0/96') return { family: 'ipv6', address: 0xffffn << 32n, length: 96 }
  return parsePrefix(text)
}
