import type { AddressFamily, Item } from 'tagwall/reader'
import type { SetStore } from './reader-sets.ts'
import type { Table } from './reader-tables.ts'

/** The chains and sets of a device. A chain goes before those that it jumps to, chains before sets, lists before what they list. */
export function inventoryOf(tables: readonly Table[], { byName }: SetStore): Item[] {
  const isList = (type: string) => (type === 'list:set' ? 0 : 1)
  const sets = [...byName].sort(([, a], [, b]) => isList(a.type) - isList(b.type))
  return [
    ...tables.flatMap(({ chains, family }) => {
      const own = [...chains.values()].filter(({ policy }) => policy === undefined).map(({ name }) => name)
      return inOrder(own, chains).map((name): Item => ({ kind: 'chain', family: family as AddressFamily, name }))
    }),
    ...sets.map(([name, { family }]): Item => ({ kind: 'set', ...(family && { family }), name })),
  ]
}

/** Depth first, so that a chain comes behind every one that jumps to it. */
function inOrder(names: readonly string[], chains: Table['chains']): string[] {
  const done = new Set<string>()
  const visit = (name: string) => {
    if (done.has(name)) return
    done.add(name)
    for (const { text } of chains.get(name)?.rules ?? []) {
      const [, target = ''] = /(?:^| )-[jg] (\S+)/.exec(text) ?? []
      if (names.includes(target)) visit(target)
    }
    order.push(name)
  }
  const order: string[] = []
  for (const name of names) visit(name)
  return order.reverse()
}
