import type { Item, OptionValues } from 'tagwall/reader'
import { groupItems } from '../_cisco/groups.ts'
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
    ...groupItems(networks, 'network-object'),
  ]
}
