import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES } from '../../address/prefix.ts'
import { everything, type PrefixSet } from '../../address/prefix-set.ts'
import type { LocalReach } from '../../model/change.ts'
import { listText } from '../../text/numbers.ts'

const MOST_LOCALS = 3

/**
 * The local side of a piece, as short as possible: `10.20.0.0/16`, `all but 10.20.0.0/16`, `nodes in 10.20.0.0/16`; empty for any. `mark`
 * makes a name or a prefix what it is in a text, such as code.
 */
export function localText(local: LocalReach | undefined, mark: (name: string) => string = (name) => name): string {
  if (!local) return ''
  const { objects, except } = local
  const addresses = local.addresses ?? local.within
  const list = (names: readonly string[]) => listText(names.map(mark), MOST_LOCALS)
  const others = addresses && othersOf(addresses)
  const isShorter = addresses && others && others.texts.length < addresses.texts.length
  const [inside, outside] = isShorter ? [undefined, others.texts] : [addresses?.texts, []]
  const without = [...outside, ...except]
  if (objects.length > 0) {
    const where = inside ? ` in ${list(inside)}` : ''
    return `${list(objects)}${where}${without.length > 0 ? ` outside ${list(without)}` : ''}`
  }
  if (inside) return `${list(inside)}${except.length > 0 ? ` but not ${list(except)}` : ''}`
  const [family, ...more] = addresses ? familiesOf(addresses) : FAMILIES
  return `all ${family && more.length === 0 ? `${FAMILY_NAMES[family]} ` : ''}but ${list(without)}`
}

const familiesOf = (set: PrefixSet) => FAMILIES.filter((family) => !set.family(family).isEmpty)

/** The other addresses of the families that a set has. */
function othersOf(set: PrefixSet): PrefixSet {
  const others = everything().subtract(set)
  const [family, ...more] = familiesOf(set)
  return family && more.length === 0 ? others.family(family) : others
}
