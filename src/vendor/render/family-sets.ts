import { FAMILIES } from '../../address/prefix.ts'

/** A set in the view, with its addresses by family. */
interface SetOfFamilies {
  readonly name: string
  readonly families: readonly { readonly family: string; readonly isRemoved?: boolean }[]
}

/**
 * The sets with addresses of each family, each with those and with the name of the set before it: for devices that have an
 * object for each family of a set.
 */
export function setsByFamily<Set extends SetOfFamilies>(sets: readonly Set[]) {
  const withFamily = (family: (typeof FAMILIES)[number]) =>
    sets.flatMap(({ name, families }) => {
      const own = families.find((one) => one.family === family && one.isRemoved !== true)
      return own ? [{ name, own: own as Set['families'][number] }] : []
    })
  return FAMILIES.map((family) =>
    withFamily(family).map(({ name, own }, index, all) => {
      const previous = all[index - 1]?.name ?? ''
      // Getters stay getters, so prefixes are only computed if a template uses them.
      return Object.defineProperties({ name, previous }, Object.getOwnPropertyDescriptors(own)) as typeof own & {
        readonly name: string
        readonly previous: string
      }
    }),
  )
}
