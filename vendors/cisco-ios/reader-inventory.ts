import type { Item, OptionValues } from 'tagwall/reader'
import { groupItems } from '../_cisco/groups.ts'
import type { Configuration } from './reader-config.ts'
import { GUARDS } from './reader-forms.ts'
import { familyOf } from './reader-networks.ts'

/** The entries of our access lists, the groups and their members, in an order in which they can be removed. */
export function inventoryOf({ groups, lists }: Configuration, { outboundAcl, inboundAcl }: OptionValues): Item[] {
  const names = [outboundAcl, inboundAcl].flatMap((name) => [String(name), `${name}-v6`])
  const networks = [...groups.values()].filter(familyOf)
  return [
    ...names.flatMap((name) => {
      const list = lists.get(name)
      // The guard stays as long as its list.
      const entries = list?.entries.filter(({ words }) => words.join(' ') !== GUARDS[list.family]) ?? []
      return entries.map(({ words }): Item => ({ kind: 'rule', family: list?.family, name, id: words.join(' ') }))
    }),
    ...groupItems(networks, 'network', familyOf),
  ]
}
