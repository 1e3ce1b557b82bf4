import type { AddressFamily, Item } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { nameOf } from './reader-sides.ts'
import type { Tree } from './reader-tree.ts'

const KINDS: readonly (readonly [table: string, kind: Item['kind'], family?: AddressFamily])[] = [
  ['firewall addrgrp', 'group', 'ipv4'],
  ['firewall addrgrp6', 'group', 'ipv6'],
  ['firewall address', 'object', 'ipv4'],
  ['firewall address6', 'object', 'ipv6'],
  ['firewall service group', 'service'],
  ['firewall service custom', 'service'],
]

/** The named items of a VDOM: policies before groups, outer groups before inner ones, objects last. */
export function inventoryOf(tree: Tree, vdom: string): Item[] {
  const { tables } = tree.scope(vdom)
  const policies = tree.policiesOf(tree.scope(vdom))
  return [
    ...policies.map((entry): Item => ({ kind: 'rule', name: nameOf(entry), id: entry.name })),
    ...KINDS.flatMap(([table, kind, family]) => {
      const entries = tables.get(table)
      const all = [...(entries?.keys() ?? [])]
      const membersOf = (name: string) => (entries?.get(name)?.fields.get('member') ?? []).map(({ text }) => text)
      const names = kind === 'object' ? all.reverse() : kit.outerFirst(all, membersOf)
      return names.map((name): Item => ({ kind, ...(family && { family }), name }))
    }),
  ]
}
