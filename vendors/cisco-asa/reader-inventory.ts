import type { Item, OptionValues } from 'tagwall/reader'
import type { Configuration } from './reader-config.ts'

/** The entries of our access lists, the groups and their members, in an order in which they can be removed. */
export function inventoryOf({ groups, lists }: Configuration, { outboundAcl, inboundAcl }: OptionValues): Item[] {
  const networks = [...groups.values()].filter(({ kind }) => kind === 'network')
  return [
    ...[outboundAcl, inboundAcl].flatMap((list) =>
      (lists.get(String(list))?.entries ?? []).map(({ words }): Item => {
        const text = `${list} ${words.join(' ')}`
        return { kind: 'rule', name: text, id: text }
      }),
    ),
    ...networks.map(({ name }): Item => ({ kind: 'group', name })),
    // A full load only adds to a group.
    ...networks.flatMap(({ name: holder, lines }) =>
      [...lines.values()]
        .filter(({ words }) => words[0] === 'network-object')
        .map(({ words }): Item => {
          return {
            kind: 'member',
            name: words.slice(1).join(' '),
            of: { kind: 'group', name: holder, field: 'network-object' },
          }
        }),
    ),
  ]
}
