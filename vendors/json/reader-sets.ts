import type { AddressFamily, LocatedJson, Prefix, PrefixSet } from 'tagwall/reader'
import type { FileScope } from '../_json/file-scope.ts'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { checkFields, nameOf, tagsOf } from './reader-fields.ts'

export interface AddressSet {
  readonly part: string
  readonly line: number
  readonly tags: string
  readonly addresses: PrefixSet
}

export function setsOf(root: LocatedJson, scope: FileScope): Map<string, AddressSet> {
  const sets = new Map<string, AddressSet>()
  for (const set of kit.itemsOf(kit.fieldOf(root, 'sets'))) {
    const name = nameOf(set, scope)
    checkFields(set, 'set', name, scope)
    if (sets.has(name)) scope.note(set.line, name, 'is a set that is defined twice')
    const addresses = addressesOf(kit.fieldOf(set, 'prefixes'), name, scope)
    if (addresses.isEmpty) scope.note(set.line, name, 'is a set without addresses')
    sets.set(name, { part: scope.part, line: set.line, tags: tagsOf(set, name, scope), addresses })
  }
  return sets
}

function addressesOf(families: LocatedJson | undefined, name: string, scope: FileScope): PrefixSet {
  if (families) checkFields(families, 'prefixes', name, scope)
  const seen = new Set<string | undefined>()
  const prefixes = FAMILIES.flatMap((family) =>
    kit.itemsOf(kit.fieldOf(families, family)).flatMap((item) => {
      if (seen.has(kit.textOf(item))) scope.note(item.line, name, `has ${kit.textOf(item)} twice`)
      seen.add(kit.textOf(item))
      return prefixOf(item, family, name, scope)
    }),
  )
  return kit.setOf(prefixes)
}

function prefixOf(item: LocatedJson, family: AddressFamily | undefined, name: string, { note }: FileScope): Prefix[] {
  try {
    const prefix = kit.parsePrefix(kit.textOf(item) ?? '')
    if (family === undefined || prefix.family === family) return [prefix]
    note(item.line, name, `has ${kit.textOf(item)} among its ${family} addresses`)
  } catch (error) {
    note(item.line, name, (error as Error).message)
  }
  return []
}

export function listedIn(list: LocatedJson | undefined, name: string, scope: FileScope): PrefixSet {
  return kit.setOf(kit.itemsOf(list).flatMap((item) => prefixOf(item, undefined, name, scope)))
}
