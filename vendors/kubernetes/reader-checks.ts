import type { LocatedJson, Place, PrefixSet } from 'tagwall/reader'
import { kit } from './kit.ts'
import { fieldNames, type Scope, show } from './reader-values.ts'

/** The manifest and place that a note refers to. */
export interface At {
  readonly name: string
  readonly place: Place
}

/** Notes the fields of an object that are not known. */
export function checkFields(value: LocatedJson | undefined, known: readonly string[], at: At, scope: Scope): void {
  if (value && value.kind !== 'object')
    scope.note(lineOf(value, at), at.name, `has ${show(value)} where an object is expected`)
  for (const name of fieldNames(value)) {
    if (known.includes(name)) continue
    scope.note(lineOf(kit.fieldOf(value, name), at), at.name, `has the field "${name}", which is not understood`)
  }
}

/** The items of a list; a note for another kind of field. */
export function listOf(value: LocatedJson | undefined, name: string, at: At, scope: Scope): readonly LocatedJson[] {
  const list = kit.fieldOf(value, name)
  if (list && list.kind !== 'list')
    scope.note(lineOf(list, at), at.name, `has ${show(list)} as ${name}, which is no list`)
  return kit.itemsOf(list)
}

/** The addresses of a list of CIDRs, without host bits. Invalid entries become notes, and so do duplicates in a proof. */
export function addressesOf(items: readonly LocatedJson[], at: At, scope: Scope): PrefixSet {
  const { isStrict, note } = scope
  const texts = items.map((item) => kit.textOf(item))
  if (isStrict) {
    const seen = new Set<string | undefined>()
    for (const [index, text] of texts.entries()) {
      if (seen.has(text)) note(lineOf(items[index], at), text ?? at.name, 'appears twice in one list')
      seen.add(text)
    }
  }
  const whole = kit.setOfTexts(texts.filter((text) => text !== undefined))
  if (whole && texts.every((text) => text !== undefined)) return whole
  return kit.setOfRanges(
    items.flatMap((item, index) => {
      const block = isStrict ? undefined : kit.blockOf(texts[index] ?? '')
      if (!block) note(lineOf(item, at), at.name, `has ${show(item)}, which is not a CIDR`)
      return block ?? []
    }),
  )
}

export const lineOf = (value: LocatedJson | undefined, { place }: At): Place =>
  value ? { ...place, line: value.line } : place
