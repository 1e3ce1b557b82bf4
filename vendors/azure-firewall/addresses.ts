import type { LocatedJson, PrefixSet, ReaderKit } from 'tagwall/reader'
import type { IpGroup, Resource, Scope } from './resources.ts'
import { fieldOf, itemsOf, textOf } from './values.ts'

/** A prefix, an address or a range as one; undefined for anything else. Strict: as tagwall writes it. */
export function addressesOf(text: string, isStrict: boolean, kit: ReaderKit): PrefixSet | undefined {
  if (isStrict) return kit.setOfTexts([text])
  const [first = '', last] = text.split('-').map((one) => one.trim())
  const range = last === undefined ? undefined : kit.rangeBetween(first, last)
  if (range) return kit.setOfRanges([range])
  const prefix = kit.prefixOrReason(text)
  return typeof prefix === 'string' ? undefined : kit.setOf([prefix])
}

/** The addresses of an IP group, which are IPv4 only. */
export function groupOf({ name, line, fields, textOf }: Resource, scope: Scope, kit: ReaderKit): IpGroup {
  const written = fieldOf(fields, 'ipAddresses')
  const refuse = (at: LocatedJson | undefined, reason: string) => scope.note(at?.line ?? line, name, reason)
  const items = written?.kind === 'list' ? written.items : []
  if (written?.kind !== 'list') refuse(written, 'has no list of ipAddresses')
  else if (items.length === 0 && scope.isStrict) refuse(written, 'is empty, and a rule with an empty group is skipped')
  const seen = new Set<string>()
  const sets = items.flatMap((item) => {
    const text = textOf(item) ?? ''
    const addresses = addressesOf(text, scope.isStrict, kit)
    if (!addresses) refuse(item, `has ${show(item)}, which is no address, range or prefix`)
    else if (!addresses.family('ipv6').isEmpty) refuse(item, `has ${text}, and an IP group holds IPv4 only`)
    if (seen.has(text) && scope.isStrict) refuse(item, `has ${text} twice`)
    seen.add(text)
    return addresses ?? []
  })
  return { name, addresses: kit.union(sets) }
}

/** The name of the IP group that a reference is about; undefined if it is not understood. */
export function referenceOf(item: LocatedJson, { textOf: read }: Resource, isStrict: boolean): string | undefined {
  const text = textOf(item)
  if (isStrict) return /^\[resourceId\('Microsoft\.Network\/ipGroups', '([\w.-]+)'\)\]$/.exec(text ?? '')?.[1]
  return read(item)?.split(/[/ ]/).at(-1)
}

/** A value as a message shows it. */
export function show(value: LocatedJson | undefined): string {
  if (value?.kind === 'scalar') return JSON.stringify(value.value).slice(0, 80)
  return value ? `a value of another kind (${value.kind})` : 'nothing'
}

/** The texts of a list of texts, each with its place; an empty list where it is not there. */
export function textsOf(fields: LocatedJson, field: string, { textOf }: Resource, note: (reason: string) => void) {
  const list = fieldOf(fields, field)
  if (list && list.kind !== 'list') note(`has ${field} that are not a list`)
  return itemsOf(list?.kind === 'list' ? list : undefined).map((item) => ({
    item,
    text: textOf(item) ?? '',
  }))
}
