import type { LocatedJson, Place, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Scope, show } from './reader-values.ts'

/** The manifest and place that a note refers to. */
export interface At {
  readonly name: string
  readonly place: Place
}

/** Notes the fields of an object that are not known. */
export function checkFields(value: LocatedJson | undefined, known: readonly string[], at: At, scope: Scope): void {
  for (const { line, reason } of value ? kit.fieldFaults(value, { optional: known, mayBeNull: true }) : [])
    scope.note({ ...at.place, line }, at.name, reason)
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
