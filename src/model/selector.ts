import { byCodeUnit } from '../text/order.ts'

/** The form of a tag's name: the characters that Microsoft uses, and no others (source: every document since 2019). */
export const TAG_NAME = /^[A-Za-z0-9][A-Za-z0-9.]{0,79}$/

/** The form of a selector: a tag's name, or `Sql.*`. */
export const SELECTOR = /^[A-Za-z0-9][A-Za-z0-9.]*(?:\.\*)?$/

/**
 * The names that `selector` chooses, in code-unit order. `Sql` is that tag, whatever its case; `Sql.*` is every tag below
 * it. A dot does not always mean a region: `AzureFrontDoor.*` includes `AzureFrontDoor.FirstParty`.
 */
export function select(names: Iterable<string>, selector: string): string[] {
  const wanted = selector.toLowerCase()
  // Keep the dot: `Sql.*` must not match `SqlManagement`, nor `Sql` itself.
  const isChosen = wanted.endsWith('.*')
    ? (name: string) => name.toLowerCase().startsWith(wanted.slice(0, -1))
    : (name: string) => name.toLowerCase() === wanted
  return Array.from(names).filter(isChosen).sort(byCodeUnit)
}
