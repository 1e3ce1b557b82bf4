import type { LocatedJson } from './located-values.ts'

/** A field of an object. Null counts as absent, because programs print null for unset fields. */
export function fieldOf(value: LocatedJson | undefined, name: string): LocatedJson | undefined {
  const found = value?.kind === 'object' ? value.fields.get(name) : undefined
  return found?.kind === 'scalar' && found.value === null ? undefined : found
}

/** The items of a list; none of anything else. */
export function itemsOf(value: LocatedJson | undefined): readonly LocatedJson[] {
  return value?.kind === 'list' ? value.items : []
}

/** A value that is a text. */
export function textOf(value: LocatedJson | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** A value that is a number. */
export function numberOf(value: LocatedJson | undefined): number | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
}
