import { FAMILIES } from '../../address/prefix.ts'
import type { FittedSet, Group } from '../../model/fitted.ts'
import { lazy } from '../../model/lazy.ts'
import { tagSummary } from '../../model/naming.ts'
import type { Word } from '../../model/vendor.ts'
import { type PrefixViewer, prefixViewsOf } from './prefix-view.ts'

/** The vendor's vocabulary. */
export type Words = (word: Word) => string

export type SetView = ReturnType<typeof viewOfSet>

/** A set with its prefixes, together and by family, and the groups that hold it. */
export function viewOfSet({ name, set, groups }: FittedSet, prefixView: PrefixViewer, words: Words) {
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
    families: FAMILIES.filter((family) => !set.prefixes.family(family).isEmpty).map((family) => ({
      family,
      word: words(family),
      isIpv4: family === 'ipv4',
      isIpv6: family === 'ipv6',
      get prefixes() {
        return prefixes().filter(({ isIpv4 }) => isIpv4 === (family === 'ipv4'))
      },
    })),
    groups: groups.map((group) => viewOfGroup(group, prefixView)),
  }
}

function viewOfGroup({ name, family, members, chunks }: Group, prefixView: PrefixViewer) {
  return {
    name,
    isIpv4: family === 'ipv4',
    isIpv6: family === 'ipv6',
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
export function groupDefinitions({ name, isIpv4, isIpv6, members, chunks }: ReturnType<typeof viewOfGroup>) {
  type Named = readonly { readonly name: string }[]
  const define = (name: string, objects: Named, groups: Named = []) => ({
    name,
    isIpv4,
    isIpv6,
    members: [
      ...objects.map(({ name }) => ({ name, isGroup: false })),
      ...groups.map(({ name }) => ({ name, isGroup: true })),
    ],
  })
  return [...chunks.map((chunk) => define(chunk.name, chunk.members)), define(name, members, chunks)]
}
