import type { TagOptions } from '../document/open-tags.ts'
import { UserError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'

/** A list to print: as a value for JSON, as a table, and the names alone. */
export interface Listing {
  readonly json: object
  readonly text: string
  readonly names: readonly string[]
}

export interface ListOptions extends TagOptions {
  readonly names?: boolean
}

/** All of `items`, or the one with that name. Throws a `UserError` if there is none: `lacks`, such as `policy a.yaml has no rule`, with the nearest name. */
export function only<One extends { readonly name: string }>(
  items: readonly One[],
  name: string | undefined,
  lacks: string,
): readonly One[] {
  if (name === undefined) return items
  const chosen = items.filter((one) => one.name === name)
  if (chosen.length > 0) return chosen
  const names = items.map((one) => one.name)
  throw new UserError(`${lacks} "${name}"${didYouMean(name, names)}`)
}
