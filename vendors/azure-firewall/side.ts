import type { FoundLocal, LocatedJson, PrefixSet, ReaderKit } from 'tagwall/reader'
import { addressesOf, referenceOf, show, textsOf } from './addresses.ts'
import type { IpGroup, Resource, Scope } from './resources.ts'
import { fieldOf, isSame, itemsOf } from './values.ts'

/** One end of a rule. */
export interface Side {
  readonly isAny: boolean
  readonly texts: readonly string[]
  /** Written into the rule, without those of its groups. */
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
  readonly groups: readonly { readonly name: string; readonly held: IpGroup | undefined; readonly line: number }[]
}

const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** What stands at one end of a rule: any, addresses, tags, IP groups. */
export function sideOf(
  end: 'source' | 'destination',
  fields: LocatedJson,
  resource: Resource,
  groups: ReadonlyMap<string, IpGroup>,
  { isStrict }: Scope,
  kit: ReaderKit,
  refuse: (line: number, reason: string) => void,
): Side {
  const written = textsOf(fields, `${end}Addresses`, resource, (reason) => refuse(fields.line, reason))
  const isAny = written.some(({ text }) => text === '*')
  if (isAny && written.length > 1 && isStrict) refuse(fields.line, `has * beside other ${end}Addresses`)
  const tags: string[] = []
  const sets: PrefixSet[] = []
  const seen = new Set<string>()
  for (const { item, text } of written) {
    if (seen.has(text) && isStrict) refuse(item.line, `has ${text} twice as ${end}`)
    seen.add(text)
    if (text === '*') continue
    const addresses = addressesOf(text, isStrict, kit)
    if (addresses) sets.push(addresses)
    else if (end === 'destination' && TAG.test(text)) tags.push(text)
    else refuse(item.line, `has ${show(item)} as ${end}, which is not understood`)
  }
  const references = itemsOf(fieldOf(fields, `${end}IpGroups`)).flatMap((item) => {
    const name = referenceOf(item, resource, isStrict)
    if (name === undefined) refuse(item.line, `names an IP group as ${end} that is not understood`)
    else if (seen.has(name) && isStrict) refuse(item.line, `has ${name} twice as ${end}`)
    seen.add(name ?? '')
    return name === undefined ? [] : [{ name, held: groups.get(name.toLowerCase()), line: item.line }]
  })
  if (written.length === 0 && references.length === 0) refuse(fields.line, `has no ${end}`)
  if (isStrict && [isAny || sets.length > 0, tags.length > 0, references.length > 0].filter(Boolean).length > 1)
    refuse(fields.line, `mixes addresses, tags and IP groups as ${end}`)
  return { isAny, texts: written.map(({ text }) => text), addresses: kit.union(sets), tags, groups: references }
}

/** The addresses of an end, with those of its groups; undefined if one of these is not in the file. */
export function wholeOf({ isAny, addresses, groups }: Side, kit: ReaderKit): PrefixSet | undefined {
  if (isAny) return kit.everything()
  const held = groups.map((group) => group.held?.addresses)
  const [only] = held
  // The very set, so that it is not compared again while it stays the same.
  if (addresses.isEmpty && held.length === 1) return only
  return held.some((one) => one === undefined) ? undefined : kit.union([addresses, ...(held as PrefixSet[])])
}

/** The names of IP groups that stand for local sides: when proving, those that the file does not make. */
export function objectsOf({ groups }: Side, { isStrict, localObjects }: Scope): string[] {
  if (isStrict) return groups.flatMap(({ name, held }) => (held ? [] : name))
  return groups.flatMap(({ name }) => localObjects.find((one) => isSame(name, one)) ?? [])
}

/**
 * The end as the local side; `undefined` as `local`: all of it. Nothing if it cannot be told.
 */
export function localOf(
  side: Side,
  scope: Scope,
  kit: ReaderKit,
): { readonly local: FoundLocal | undefined } | undefined {
  const near = scope.options.nearSide as readonly string[]
  const isOpen = near.includes('*')
  if (side.isAny) return isOpen || !scope.isStrict ? { local: undefined } : undefined
  const objects = objectsOf(side, scope)
  const own = { ...side, groups: side.groups.filter(({ name }) => !objects.some((one) => isSame(name, one))) }
  const addresses = wholeOf(own, kit)
  if (!addresses || side.tags.length > 0) return undefined
  const asked = isOpen ? undefined : kit.setOfTexts([...near])
  const isAll = asked && (scope.isStrict ? addresses.equals(asked) : addresses.contains(asked))
  if (isAll && objects.length === 0) return { local: undefined }
  return { local: { addresses, objects } }
}
