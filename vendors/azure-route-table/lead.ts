import type { AddressList, Prefix, PrefixSet, ReaderKit } from 'tagwall/reader'
import type { Route } from './route.ts'
import type { Scope } from './scope.ts'

/** The shortest prefixes that a tag may have: a wider route of another next hop takes nothing from it. */
const SHORTEST = { ipv4: 8, ipv6: 16 }

/**
 * The addresses and tags that routes lead to the next hop of the options: the longest prefix decides. The prefixes of a tag are not
 * known here, so a route elsewhere that may be longer is a note about its own addresses.
 */
export function ledBy(routes: readonly Route[], scope: Scope, kit: ReaderKit): Omit<AddressList, 'part'> {
  refuseTwice(routes, scope, kit)
  const prefixes = routes.flatMap((route) => ('tag' in route.to ? [] : [{ ...route, to: route.to }]))
  const ownTags = routes.flatMap(({ isOurs, to }) => (isOurs && 'tag' in to ? [to.tag] : []))
  for (const { isOurs, to, name, line } of routes) {
    if (isOurs) continue
    if ('tag' in to) elsewhere(line, name, { addresses: kit.empty, tags: [to.tag] })
    else if (ownTags.length > 0 && to.length >= SHORTEST[to.family])
      elsewhere(line, name, { addresses: kit.setOf([to]), tags: [] })
  }
  return { addresses: longestFirst(prefixes, kit), tags: ownTags }

  function elsewhere(line: number, name: string, remote: { addresses: PrefixSet; tags: string[] }): void {
    const about = [{ direction: 'outbound', protocol: 'any', ports: kit.everyPort, remote } as const]
    scope.note(line, name, 'leads to another next hop, and may be the longer prefix', about)
  }
}

/** Longer prefixes come later, and take what they have from the shorter ones. */
function longestFirst(routes: readonly { isOurs: boolean; to: Prefix }[], kit: ReaderKit): PrefixSet {
  const lengths = [...new Set(routes.map(({ to }) => to.length))].sort((a, b) => a - b)
  return lengths.reduce((held, length) => {
    const [ours, others] = [true, false].map((isOurs) =>
      kit.setOf(routes.filter((route) => route.isOurs === isOurs && route.to.length === length).map(({ to }) => to)),
    ) as [PrefixSet, PrefixSet]
    return held.union(ours).subtract(others)
  }, kit.empty)
}

function refuseTwice(routes: readonly Route[], scope: Scope, kit: ReaderKit): void {
  const seen = new Map<string, string>()
  for (const { to, name, line } of routes) {
    const key = 'tag' in to ? to.tag.toLowerCase() : `${to.family} ${kit.rangeOf(to).first}/${to.length}`
    const other = seen.get(key)
    if (other !== undefined && other !== name)
      scope.note(line, name, `has the same addressPrefix as ${other}, which the service refuses`)
    seen.set(key, name)
  }
  const names = new Set<string>()
  for (const { name, line } of scope.isStrict ? routes : []) {
    if (names.has(name.toLowerCase())) scope.note(line, name, 'has the same name as another route')
    names.add(name.toLowerCase())
  }
}
