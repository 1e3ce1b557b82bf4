import type { AddressFamily, Prefix } from '../../address/prefix.ts'
import { familiesOf } from '../../address/prefix-set.ts'
import type { FittedSet, Group } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import { tagSummary } from '../../model/naming.ts'
import type { Direction } from '../../model/traffic.ts'
import type { Word } from '../../model/vendor-words.ts'
import { ofFamily, type PrefixViewer, prefixViewsOf } from './prefix-view.ts'

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
  return viewWith({
    name,
    id: set.id,
    tags: set.tags,
    tagList: set.tags.join(', '),
    /** Always short, for descriptions with a limit. */
    tagSummary: tagSummary(set),
    prefixes,
    families: familiesOf(set.prefixes).map((family) =>
      viewWith({ ...familyFields(family, words), prefixes: lazy(() => ofFamily(prefixes(), family)) }),
    ),
    groups: groups.map((group) => viewOfGroup(group, prefixView)),
  })
}

function viewOfGroup({ name, family, members, chunks }: Group, prefixView: PrefixViewer) {
  const viewsOf = (own: readonly Prefix[]) => () => own.map((prefix) => prefixView(prefix))
  return viewWith({
    name,
    ...familyFlags(family),
    /** Its own members; `chunks` hold the others. */
    members: viewsOf(members),
    chunks: chunks.map(({ name, members }) => viewWith({ name, members: viewsOf(members) })),
  })
}

/** A group with the names of its members, which may be groups. */
export const groupDefinition = ({ name, family, members, chunks }: Group, prefixView: PrefixViewer) =>
  viewWith({
    name,
    ...familyFlags(family),
    /** Named when a template asks for them: most groups of a delta stay as they are. */
    members: () => [
      ...members.map((prefix) => ({ name: prefixView(prefix).name, isGroup: false })),
      ...chunks.map((chunk) => ({ name: chunk.name, isGroup: true })),
    ],
  })

/**
 * The sets with addresses of a family, each with those and with the name of the set before it: for devices that have an object for
 * each family of a set.
 */
export function setsByFamily(sets: readonly SetView[], family: AddressFamily) {
  const held = sets.flatMap(({ name, families }) =>
    families.filter((one) => one.family === family).map((own) => ({ name, own })),
  )
  return held.map(({ name, own }, index) => withFields({ name, previous: held[index - 1]?.name ?? '' }, own))
}

/** The fields of a view. A function stands for a field that is computed when a template reads it. */
export function viewWith<Fields extends object>(fields: Fields) {
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'function') Object.defineProperty(fields, name, { get: value as () => unknown })
  return fields as { readonly [Name in keyof Fields]: Fields[Name] extends () => infer Value ? Value : Fields[Name] }
}

/** An object with the fields of all. Those that are computed when they are read stay so. */
export function withFields<One extends object, Two extends object, Three extends object = object>(
  one: One,
  two: Two,
  three?: Three,
): One & Two & Three {
  const all = {}
  for (const own of [one, two, three ?? {}]) Object.defineProperties(all, Object.getOwnPropertyDescriptors(own))
  return all as One & Two & Three
}
