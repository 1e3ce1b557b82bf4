import type { Item, OptionValues } from 'tagwall/reader'
import type { Configuration } from './reader-config.ts'
import { GUARDS } from './reader-forms.ts'

/** The entries of our access lists, the groups and their members, in an order in which they can be removed. */
export function inventoryOf({ groups, lists }: Configuration, { outboundAcl, inboundAcl }: OptionValues): Item[] {
  const names = [outboundAcl, inboundAcl].flatMap((name) => [String(name), `${name}-v6`])
  const networks = [...groups.values()].filter(({ kind }) => kind === 'network' || kind === 'v6-network')
  return [
    ...names.flatMap((name) => {
      const list = lists.get(name)
      // The guard stays as long as its list.
      const entries = list?.entries.filter(({ words }) => words.join(' ') !== GUARDS[list.family]) ?? []
      return entries.map(({ words }): Item => ({ kind: 'rule', family: list?.family, name, id: words.join(' ') }))
    }),
    ...networks.map(({ name, kind }): Item => ({ kind: 'group', family: kind === 'network' ? 'ipv4' : 'ipv6', name })),
    // A full load only adds to a group.
    ...networks.flatMap(({ name: holder, kind, lines }) =>
      [...lines.values()]
        .filter(({ words }) => words[0] !== 'description')
        .map(
          ({ words }): Item => ({
            ...{ kind: 'member', family: kind === 'network' ? 'ipv4' : 'ipv6', name: words.join(' ') },
            of: { kind: 'group', name: holder, field: 'network' },
          }),
        ),
    ),
  ]
}
