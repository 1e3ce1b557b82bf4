import type { LocatedJson } from 'tagwall/reader'

/** A field of an object, under its name or, as PowerShell writes it, with a capital first; null counts as not there. */
export function fieldOf(object: LocatedJson | undefined, name: string): LocatedJson | undefined {
  if (object?.kind !== 'object') return undefined
  const value = object.fields.get(name) ?? object.fields.get(`${name.charAt(0).toUpperCase()}${name.slice(1)}`)
  return value?.kind === 'scalar' && value.value === null ? undefined : value
}

/** A value that is a text. */
export function textOf(value: LocatedJson | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** The members of a list; of an object, its values, because newer templates name their resources. */
export function itemsOf(value: LocatedJson | undefined): readonly LocatedJson[] {
  if (value?.kind === 'object') return [...value.fields.values()]
  return value?.kind === 'list' ? value.items : []
}

/** Names and words that Azure does not distinguish. */
export const isSame = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase()
