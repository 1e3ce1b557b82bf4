import type { Note, ReadFile } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { removedNames } from './arm.ts'

/** What the service holds of one resource: its rules or routes, each a resource of its own, and what could not be read. */
export interface Held<Item extends { readonly name: string }> {
  items: readonly Item[]
  readonly notes: Note[]
}

/** Each item takes the place of the one of its name, or is new. Items of one file that share a name stay: the service refuses them. */
export function* putEach<Item extends { readonly name: string }>(
  items: readonly Item[],
  held: Held<Item>,
): Generator<undefined> {
  const before = new Set(held.items)
  for (const item of items) {
    held.items = held.items.filter((other) => !before.has(other) || !kit.isSame(other.name, item.name)).concat(item)
    yield
  }
}

/** Removes the items that a file names. It may be loaded again, so an item may already be gone; `known` are the names that were ever there. */
export function* removeEach<Item extends { readonly name: string }>(
  file: ReadFile,
  what: 'rules' | 'routes',
  held: Held<Item> | undefined,
  known?: ReadonlySet<string>,
): Generator<undefined> {
  const { names, notes } = removedNames(file, what, known)
  held?.notes.push(...notes)
  for (const name of names) {
    if (held) held.items = held.items.filter((item) => !kit.isSame(name, item.name))
    yield
  }
}
