import { FAMILIES } from '../address/family.ts'
import { everything, type PrefixSet } from '../address/prefix-set.ts'

/** True for more than half of a family: such a rule was written for any address. */
export const isNearlyAny = (set: PrefixSet): boolean =>
  FAMILIES.some((family) => set.family(family).count * 2n > everything(family).count)
