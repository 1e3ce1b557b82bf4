import type { FoundLocal, LocatedJson, PrefixSet } from 'tagwall/reader'
import { repeated, show } from '../_json/file-scope.ts'
import { kit } from '../_kit/kit.ts'
import { type Scope, TAG } from './scope.ts'

/** An IP group. */
export interface IpGroup {
  readonly name: string
  readonly addresses: PrefixSet
}

/** The source or destination of a network rule. */
export interface Side {
  readonly isAny: boolean
  /** Written into the rule, without those of its groups. */
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
  /** The IP groups that it names, each with its addresses if it is in the file. */
  readonly groups: readonly { readonly name: string; readonly group: IpGroup | undefined }[]
}

/** The scope of one rule or IP group. */
export interface RuleScope extends Scope {
  /** Notes something that makes the rule or group unusable. */
  refuse(line: number, reason: string): void
}

/** Finds the IP group that a reference names; undefined for an unknown form of reference. */
export type FindGroup = (reference: LocatedJson) => Side['groups'][number] | undefined

/** The sources or destinations of a rule: any, addresses, tags, IP groups. */
export function sideOf(end: 'source' | 'destination', rule: LocatedJson, findGroup: FindGroup, scope: RuleScope): Side {
  const { isStrict, spelling, refuse } = scope
  const field = `${end}Addresses`
  const written = textsOf(rule, field, scope)
  const isAny = written.some(({ text }) => text === '*')
  if (isAny && written.length > 1 && isStrict) refuse(rule.line, `has * beside other ${spelling.nameOf(field)}`)
  const tags: string[] = []
  const sets: PrefixSet[] = []
  for (const { item, text } of written) {
    if (text === '*') continue
    const addresses = addressesOf(text, scope)
    if (addresses) sets.push(addresses)
    else if (end === 'destination' && TAG.test(text)) tags.push(text)
    else refuse(item.line, `has ${show(item)} as ${end}, which is not understood`)
  }
  const groups = kit.itemsOf(spelling.fieldOf(rule, `${end}IpGroups`)).flatMap((item) => {
    const found = findGroup(item)
    if (!found) refuse(item.line, `names an IP group as ${end} in an unknown form`)
    return found ?? []
  })
  if (written.length === 0 && groups.length === 0) refuse(rule.line, `has no ${end}`)
  if (isStrict) {
    const names = groups.map(({ name }) => name)
    if (new Set(names).size < names.length) refuse(rule.line, `names an IP group twice as ${end}`)
    if ([isAny || sets.length > 0, tags.length > 0, groups.length > 0].filter(Boolean).length > 1)
      refuse(rule.line, `mixes addresses, tags and IP groups as ${end}`)
  }
  return { isAny, addresses: kit.union(sets), tags, groups }
}

/** The addresses of an end, with those of its groups; undefined if one of these is not in the file. */
export function wholeOf({ isAny, addresses, groups }: Side): PrefixSet | undefined {
  if (isAny) return kit.everything()
  const sets = groups.map(({ group }) => group?.addresses)
  const [only] = sets
  // Proofs skip comparing a set with itself.
  if (addresses.isEmpty && sets.length === 1) return only
  return sets.some((one) => one === undefined) ? undefined : kit.union([addresses, ...(sets as PrefixSet[])])
}

/** The names of IP groups that are local sides: in a proof, those that the file does not define. */
export function objectsOf({ groups }: Side, { isStrict, localObjects }: Scope): string[] {
  if (isStrict) return groups.flatMap(({ name, group }) => (group ? [] : name))
  return groups.flatMap(({ name }) => localObjects.find((one) => kit.isSame(name, one)) ?? [])
}

/**
 * The end as the local side: `local` is `undefined` for the whole local side. The result is undefined if the local side is unknown. `near` has the
 * local addresses, or `*` for any.
 */
export function localOf(
  side: Side,
  near: readonly string[],
  scope: Scope,
): { readonly local: FoundLocal | undefined } | undefined {
  const isOpen = near.includes('*')
  if (side.isAny) return isOpen || !scope.isStrict ? { local: undefined } : undefined
  const objects = objectsOf(side, scope)
  const own = { ...side, groups: side.groups.filter(({ name }) => !objects.some((one) => kit.isSame(name, one))) }
  const addresses = wholeOf(own)
  if (!addresses || side.tags.length > 0) return undefined
  const asked = isOpen ? undefined : kit.setOfTexts(near)
  const isAll = asked && (scope.isStrict ? addresses.equals(asked) : addresses.contains(asked))
  return { local: isAll && objects.length === 0 ? undefined : { addresses, objects } }
}

/** A prefix, an address or a range as one; undefined for anything else. When proving, prefixes only. */
function addressesOf(text: string, { isStrict }: Scope): PrefixSet | undefined {
  if (isStrict) return kit.setOfTexts([text])
  const range = text.includes('-') ? kit.rangeOfText(text.replaceAll(' ', '')) : undefined
  if (range) return kit.setOfRanges([range])
  const prefix = kit.prefixOrReason(text)
  return typeof prefix === 'string' ? undefined : kit.setOf([prefix])
}

/** The addresses of an IP group. */
export function groupAddresses(group: LocatedJson, field: string, scope: RuleScope): PrefixSet {
  const { refuse } = scope
  return kit.union(
    textsOf(group, field, scope).flatMap(({ item, text }) => {
      const addresses = addressesOf(text, scope)
      if (!addresses) refuse(item.line, `has ${show(item)}, which is not an address, range or prefix`)
      else if (!addresses.family('ipv6').isEmpty) refuse(item.line, `has ${text}, and an IP group holds IPv4 only`)
      else return [addresses]
      return []
    }),
  )
}

/** The texts of a list, each with its place; empty for a missing list. In a proof, a duplicate is refused. */
export function textsOf(object: LocatedJson, field: string, { spelling, evaluate, isStrict, refuse }: RuleScope) {
  const list = spelling.fieldOf(object, field)
  if (list && list.kind !== 'list') refuse(list.line, `has ${spelling.nameOf(field)} that are not a list`)
  const found = kit.itemsOf(list).map((item) => ({ item, text: kit.textOf(evaluate(item)) ?? '' }))
  for (const [{ item, text }] of isStrict ? repeated(found, ({ text }) => text) : [])
    refuse(item.line, `has ${text} twice`)
  return found
}
