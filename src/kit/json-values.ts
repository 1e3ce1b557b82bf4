import type { LocatedJson } from '../model/located.ts'

/** A field of an object. */
export function fieldOf(value: LocatedJson | undefined, name: string): LocatedJson | undefined {
  return value?.kind === 'object' ? value.fields.get(name) : undefined
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
