import type { Item, ReaderKit } from 'tagwall/reader'
import { RULEBASES, type Section, type Tree } from './reader-tree.ts'

const KINDS: readonly (readonly [section: Section, kind: Item['kind'], members?: string])[] = [
  ...RULEBASES.map((rulebase) => [rulebase, 'rule'] as const),
  ['address-group', 'group', 'static'],
  ['address', 'object'],
  ['service-group', 'service', 'members'],
  ['service', 'service'],
]

/** What a scope holds by name: rules before groups, outer groups before inner ones, objects last. */
export function inventoryOf(tree: Tree, scope: string, kit: ReaderKit): Item[] {
  return KINDS.flatMap(([section, kind, members]) => {
    const entries = tree.section(scope, section)
    const membersOf = (name: string) => entries?.get(name)?.fields.get(members ?? '') ?? []
    const names = [...(entries?.keys() ?? [])]
    const ordered = members ? kit.outerFirst(names, (name) => membersOf(name).map(({ text }) => text)) : names
    return ordered.map((name): Item => ({ kind, name }))
  })
}
