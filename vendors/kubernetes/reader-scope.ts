import type { LocatedJson, OptionValues, Place, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** The namespaces that an audit may look at. */
export interface Namespaces {
  /** Those whose pods the rules cover; undefined: all pods. */
  readonly asked: readonly string[] | undefined
  /** Those that selectors name; undefined once one selects pods of namespaces that it does not name. */
  named: Set<string> | undefined
}

/** The context that all files of the reader share. */
export interface Scope {
  readonly options: OptionValues
  readonly isStrict: boolean
  readonly namespaces: Namespaces
  note(place: Place, text: string, reason: string): void
}

/** A part of a manifest, for notes about its values. */
export class Spot {
  readonly isStrict: boolean

  constructor(
    readonly scope: Scope,
    readonly name: string,
    readonly place: Place,
  ) {
    this.isStrict = scope.isStrict
  }

  /** The part where `value` begins. */
  at(value: LocatedJson | undefined): Spot {
    return value ? new Spot(this.scope, this.name, { ...this.place, line: value.line }) : this
  }

  note(reason: string, value?: LocatedJson | undefined, text = this.name): void {
    this.scope.note(this.at(value).place, text, reason)
  }

  /** Notes the fields of an object that are not known. */
  onlyFields(value: LocatedJson | undefined, known: readonly string[]): void {
    for (const { line, reason } of value ? kit.fieldFaults(value, { optional: known, mayBeNull: true }) : [])
      this.scope.note({ ...this.place, line }, this.name, reason)
  }

  /** The items of a list; a note for another kind of field. */
  list(value: LocatedJson | undefined, name: string): readonly LocatedJson[] {
    const list = kit.fieldOf(value, name)
    if (list && list.kind !== 'list') this.note(`has ${show(list)} as ${name}, which is no list`, list)
    return kit.itemsOf(list)
  }

  /** The addresses of a list of CIDRs, without host bits. Invalid entries become notes, and so do duplicates in a proof. */
  addresses(items: readonly LocatedJson[]): PrefixSet {
    const texts = items.map((item) => kit.textOf(item))
    const seen = new Set<string | undefined>()
    for (const [index, text] of this.isStrict ? texts.entries() : []) {
      if (seen.has(text)) this.note('appears twice in one list', items[index], text)
      seen.add(text)
    }
    const whole = kit.setOfTexts(texts.filter((text) => text !== undefined))
    if (whole && !texts.includes(undefined)) return whole
    return kit.setOfRanges(
      items.flatMap((item, index) => {
        const block = this.isStrict ? undefined : kit.blockOf(texts[index] ?? '')
        if (!block) this.note(`has ${show(item)}, which is not a CIDR`, item)
        return block ?? []
      }),
    )
  }

  /** The addresses of a list in a field. */
  addressesIn(value: LocatedJson | undefined, name: string): PrefixSet {
    return this.addresses(this.list(value, name))
  }
}

/** The names of the fields that an object has. */
export function fieldNames(value: LocatedJson | undefined): readonly string[] {
  return value?.kind === 'object' ? [...value.fields.keys()].filter((name) => kit.fieldOf(value, name)) : []
}

/** True if a field exists and is not empty. */
export function isGiven(value: LocatedJson | undefined, name: string): boolean {
  const found = kit.fieldOf(value, name)
  if (found?.kind === 'list') return found.items.length > 0
  return found !== undefined && !(found.kind === 'object' && found.fields.size === 0) && !isFalse(found)
}

const isFalse = (value: LocatedJson) => value.kind === 'scalar' && value.value === false

/** Texts by name, such as labels. */
export function textsOf(value: LocatedJson | undefined): ReadonlyMap<string, string> {
  const fields = value?.kind === 'object' ? [...value.fields] : []
  return new Map(
    fields.flatMap(([name, one]): [string, string][] =>
      one.kind === 'scalar' && typeof one.value === 'string' ? [[name, one.value]] : [],
    ),
  )
}

/** True if a value equals `wanted`, ignoring the order of fields. */
export function isSame(value: LocatedJson | undefined, wanted: unknown): boolean {
  return JSON.stringify(plainOf(value)) === JSON.stringify(sorted(wanted))
}

/** A value as a message shows it. */
export const show = (value: LocatedJson | undefined) => (value ? JSON.stringify(plainOf(value)) : 'nothing')

function plainOf(value: LocatedJson | undefined): unknown {
  if (value === undefined) return undefined
  if (value.kind === 'list') return value.items.map(plainOf)
  if (value.kind === 'scalar') return value.value
  return sorted(Object.fromEntries(Array.from(value.fields, ([name, one]) => [name, plainOf(one)])))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, one]): [string, unknown] => [name, sorted(one)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
