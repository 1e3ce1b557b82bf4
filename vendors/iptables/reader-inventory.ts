import type { AddressFamily, Item } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { SetStore } from './reader-sets.ts'
import type { Table } from './reader-tables.ts'

/** The chains and sets of a device. A chain comes before the chains that it jumps to, chains before sets, lists before their members. */
export function inventoryOf(tables: readonly Table[], { byName }: SetStore): Item[] {
  const isList = (type: string) => (type === 'list:set' ? 0 : 1)
  const sets = [...byName].sort(([, a], [, b]) => isList(a.type) - isList(b.type))
  return [
    ...tables.flatMap(({ chains, family }) => {
      const own = [...chains.values()].filter(({ policy }) => policy === undefined).map(({ name }) => name)
      const targetsOf = (name: string) =>
        (chains.get(name)?.rules ?? []).flatMap(({ text }) => /(?:^| )-[jg] (\S+)/.exec(text)?.[1] ?? [])
      return kit
        .outerFirst(own, targetsOf)
        .map((name): Item => ({ kind: 'chain', family: family as AddressFamily, name }))
    }),
    ...sets.map(([name, { family }]): Item => ({ kind: 'set', ...(family && { family }), name })),
  ]
}
