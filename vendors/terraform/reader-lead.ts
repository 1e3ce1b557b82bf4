import type { AddressList, Prefix, PrefixSet } from 'tagwall/reader'
import type { Scope, Where } from './reader-scope.ts'

/** What a route leads, and whether to the next hop that the options name. */
export interface Route extends Where {
  readonly name: string
  readonly isOurs: boolean
  readonly to: Prefix | { readonly tag: string }
}

/** A tag has no wider prefixes: a wider route takes nothing from it. */
const SHORTEST = { ipv4: 8, ipv6: 16 }

/**
 * The addresses and tags that routes lead to the next hop of the options: the longest prefix decides. What lies within a tag is not
 * in the file, so a route elsewhere that may be longer is a note about its own addresses.
 */
export function ledBy(routes: readonly Route[], scope: Scope): Omit<AddressList, 'part'> {
  const { kit } = scope
  refuseTwice(routes, scope)
  const tags = routes.flatMap(({ isOurs, to }) => (isOurs && 'tag' in to ? [to.tag] : []))
  for (const route of routes) {
    const { to } = route
    if (route.isOurs) continue
    if ('tag' in to) noteElsewhere(route, { addresses: kit.empty, tags: [to.tag] }, scope)
    else if (tags.length > 0 && to.length >= SHORTEST[to.family])
      noteElsewhere(route, { addresses: kit.setOf([to]), tags: [] }, scope)
  }
  return { addresses: longestFirst(routes, scope), tags }
}

function noteElsewhere(route: Route, remote: { addresses: PrefixSet; tags: string[] }, { kit, note }: Scope): void {
  const about = [{ direction: 'outbound', protocol: 'any', ports: kit.everyPort, remote } as const]
  note(route, route.name, 'leads to another next hop, and may be the longer prefix', { about })
}

/** Longer prefixes come later, and take what they have from the shorter ones. */
function longestFirst(routes: readonly Route[], { kit }: Scope): PrefixSet {
  const prefixes = routes.flatMap(({ isOurs, to }) => ('tag' in to ? [] : [{ isOurs, to }]))
  const lengths = [...new Set(prefixes.map(({ to }) => to.length))].sort((a, b) => a - b)
  return lengths.reduce((held, length) => {
    const ofLength = prefixes.filter(({ to }) => to.length === length)
    const [ours, others] = [true, false].map((isOurs) =>
      kit.setOf(ofLength.filter((route) => route.isOurs === isOurs).map(({ to }) => to)),
    ) as [PrefixSet, PrefixSet]
    return held.union(ours).subtract(others)
  }, kit.empty)
}

function refuseTwice(routes: readonly Route[], { kit, note }: Scope): void {
  const prefixes = new Map<string, string>()
  const names = new Set<string>()
  for (const route of routes) {
    const { to, name } = route
    const key = 'tag' in to ? to.tag.toLowerCase() : `${to.family} ${kit.rangeOf(to).first}/${to.length}`
    const other = prefixes.get(key)
    if (other !== undefined) note(route, name, `has the same address_prefix as ${other}, which the service refuses`)
    if (names.has(name.toLowerCase())) note(route, name, 'has the name of another route, which the service refuses')
    prefixes.set(key, name)
    names.add(name.toLowerCase())
  }
}
