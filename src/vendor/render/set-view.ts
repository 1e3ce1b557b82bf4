import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import { familiesOf } from '../../address/prefix-set.ts'
import type { FittedSet, Group } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import { tagSummary } from '../../model/naming.ts'
import type { Direction } from '../../model/traffic.ts'
import type { Word } from '../../model/vendor-words.ts'
import { type PrefixViewer, prefixViewsOf } from './prefix-view.ts'

/** The vendor's vocabulary. */
export type WordOf = (word: Word) => string

/** The flags by which templates choose. */
export const familyFlags = (family: AddressFamily | undefined) => ({
  isIpv4: family === 'ipv4',
  isIpv6: family === 'ipv6',
})
export const familyFields = (family: AddressFamily, words: WordOf) => {
  return { family, word: words(family), ...familyFlags(family) }
}
export const directionFields = (direction: Direction, words: WordOf) => {
  return { direction: words(direction), isOutbound: direction === 'outbound', isInbound: direction === 'inbound' }
}

export type SetView = ReturnType<typeof viewOfSet>

/** A set with its prefixes, together and by family, and the groups that hold it. */
export function viewOfSet({ name, set, groups }: FittedSet, prefixView: PrefixViewer, words: WordOf) {
  const prefixes = lazy(() => prefixViewsOf(set.prefixes, prefixView))
  return {
    name,
    id: set.id,
    tags: set.tags,
    tagList: set.tags.join(', '),
    /** Always short, for descriptions with a limit. */
    tagSummary: tagSummary(set),
    get prefixes() {
      return prefixes()
    },
    families: familiesOf(set.prefixes).map((family) => {
      const own = lazy(() => prefixes().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4')))
      return {
        ...familyFields(family, words),
        get prefixes() {
          return own()
        },
      }
    }),
    groups: groups.map((group) => viewOfGroup(group, prefixView)),
  }
}

function viewOfGroup({ name, family, members, chunks }: Group, prefixView: PrefixViewer) {
  return {
    name,
    ...familyFlags(family),
    /** Its own members; `chunks` hold the others. */
    get members() {
      return members.map((prefix) => prefixView(prefix))
    },
    chunks: chunks.map(({ name, members }) => ({
      name,
      get members() {
        return members.map((prefix) => prefixView(prefix))
      },
    })),
  }
}

/** A group and its nested groups, each with the names of its members. */
export function groupDefinitions(group: ReturnType<typeof viewOfGroup>) {
  type Named = readonly { readonly name: string }[]
  const { isIpv4, isIpv6, chunks } = group
  const define = (holder: { readonly name: string; readonly members: Named }, groups: Named = []) => ({
    name: holder.name,
    isIpv4,
    isIpv6,
    /** Named when a template asks for them: most groups of a delta stay as they are. */
    get members() {
      return [
        ...holder.members.map(({ name }) => ({ name, isGroup: false })),
        ...groups.map(({ name }) => ({ name, isGroup: true })),
      ]
    },
  })
  return [...chunks.map((chunk) => define(chunk)), define(group, chunks)]
}

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
      return withFields({ name, previous: all[index - 1]?.name ?? '' }, own)
    }),
  )
}

/** An object with the fields of all. Getters stay getters, so prefixes are computed only if a template uses them. */
export function withFields<One extends object, Two extends object, Three extends object = object>(
  one: One,
  two: Two,
  three?: Three,
): One & Two & Three {
  const all = {}
  for (const own of [one, two, three ?? {}])
    for (const name of Object.keys(own))
      Object.defineProperty(all, name, Object.getOwnPropertyDescriptor(own, name) as PropertyDescriptor)
  return all as One & Two & Three
}
