import type { LocatedJson, OptionValues, Place } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** The context that all files of the reader share. */
export interface Scope {
  readonly options: OptionValues
  readonly isStrict: boolean
  /** The namespaces whose pods the rules cover; undefined: all pods. */
  readonly asked: readonly string[] | undefined
  note(place: Place, text: string, reason: string): void
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
