import type { LocatedJson, Notes, Place, PrefixSet, ReaderContext } from 'tagwall/reader'
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
  readonly context: ReaderContext
  readonly namespaces: Namespaces
  readonly notes: Notes
}

/** A value of a manifest, and the place for notes about it. A missing field has no value, and the place of the object around it. */
export class Spot {
  readonly isStrict: boolean

  constructor(
    readonly scope: Scope,
    /** The name of the manifest. */
    readonly name: string,
    readonly place: Place,
    readonly value: LocatedJson | undefined,
  ) {
    this.isStrict = scope.context.purpose === 'prove'
  }

  /** A field of it. */
  at(field: string): Spot {
    return this.within(kit.fieldOf(this.value, field))
  }

  /** The items of a list; none of anything else. */
  get items(): readonly Spot[] {
    return kit.itemsOf(this.value).map((item) => this.within(item))
  }

  /** The items of the list in a field; a note for another kind of field. */
  list(field: string): readonly Spot[] {
    const list = this.at(field)
    if (list.value && list.value.kind !== 'list') list.note(`has ${list.shown} as ${field}, which is no list`)
    return list.items
  }

  /** The addresses of the list of CIDRs in a field. */
  addresses(field: string): PrefixSet {
    return addressesOf(this.list(field))
  }

  get text(): string | undefined {
    return kit.textOf(this.value)
  }

  get number(): number | undefined {
    return kit.numberOf(this.value)
  }

  /** A text, number or flag as text; empty for anything else. */
  get scalar(): string {
    return this.value?.kind === 'scalar' ? `${this.value.value}` : ''
  }

  /** The value as a message shows it. */
  get shown(): string {
    return this.value ? JSON.stringify(plainOf(this.value)) : 'nothing'
  }

  /** True if it equals `wanted`, ignoring the order of fields. */
  is(wanted: unknown): boolean {
    return JSON.stringify(plainOf(this.value)) === JSON.stringify(sorted(wanted))
  }

  /** True if a field exists and is not empty. */
  isGiven(field: string): boolean {
    return !isEmpty(kit.fieldOf(this.value, field))
  }

  note(reason: string, text = this.name): undefined {
    this.scope.notes.add(this.place, text, reason)
  }

  /** Notes the fields that are not known; in an audit, `others` are known too. */
  onlyFields(known: readonly string[], others: readonly string[] = []): void {
    if (!this.value) return
    const optional = this.isStrict ? known : [...known, ...others]
    for (const { line, reason } of kit.fieldFaults(this.value, { optional, mayBeNull: true }))
      this.scope.notes.add({ ...this.place, line }, this.name, reason)
  }

  /** Another value of the same manifest at the same place. */
  about(value: LocatedJson | undefined): Spot {
    return new Spot(this.scope, this.name, this.place, value)
  }

  private within(value: LocatedJson | undefined): Spot {
    const { place } = this
    return new Spot(this.scope, this.name, value ? { ...place, line: value.line } : place, value)
  }
}

/** The addresses of CIDRs, without host bits. Invalid entries become notes, and so do duplicates in a proof. */
export function addressesOf(items: readonly Spot[]): PrefixSet {
  const seen = new Set<string | undefined>()
  for (const item of items) {
    const { text } = item
    if (item.isStrict && seen.has(text)) item.note('appears twice in one list', text)
    seen.add(text)
  }
  const texts = items.map(({ text }) => text).filter((text) => text !== undefined)
  const whole = texts.length === items.length ? kit.setOfTexts(texts) : undefined
  if (whole) return whole
  return kit.setOfRanges(
    items.flatMap((item) => {
      const block = item.isStrict ? undefined : kit.blockOf(item.text ?? '')
      if (!block) item.note(`has ${item.shown}, which is not a CIDR`)
      return block ?? []
    }),
  )
}

/** The names of the fields that an object has. */
export function fieldNames(value: LocatedJson | undefined): readonly string[] {
  return value?.kind === 'object' ? [...value.fields.keys()].filter((name) => kit.fieldOf(value, name)) : []
}

function isEmpty(value: LocatedJson | undefined): boolean {
  if (value?.kind === 'list') return value.items.length === 0
  return value === undefined || (value.kind === 'object' ? value.fields.size === 0 : value.value === false)
}

/** Texts by name, such as labels. */
export function textsOf(value: LocatedJson | undefined): ReadonlyMap<string, string> {
  const fields = value?.kind === 'object' ? [...value.fields] : []
  return new Map(
    fields.flatMap(([name, one]): [string, string][] => {
      const text = kit.textOf(one)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

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
