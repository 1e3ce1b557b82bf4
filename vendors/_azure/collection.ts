import type { Note, ReadFile } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { removedNames } from './arm.ts'

/** The rules or routes of one resource of the service, each a resource of its own, with notes on everything that could not be read. */
export interface Collection<Item extends { readonly name: string }> {
  items: readonly Item[]
  readonly notes: Note[]
}

/** Puts each item in place of the one of its name, or adds it. Items of one file that share a name stay, because the service refuses them. */
export function* putEach<Item extends { readonly name: string }>(
  items: readonly Item[],
  collection: Collection<Item>,
): Generator<undefined> {
  const before = new Set(collection.items)
  for (const item of items) {
    collection.items = collection.items
      .filter((other) => !before.has(other) || !kit.isSame(other.name, item.name))
      .concat(item)
    yield
  }
}

/** Removes the items that a file names. It may be loaded again, so an item may already be gone; `known` are the names that were ever there. */
export function* removeEach<Item extends { readonly name: string }>(
  file: ReadFile,
  what: 'rules' | 'routes',
  collection: Collection<Item> | undefined,
  known?: ReadonlySet<string>,
): Generator<undefined> {
  const { names, notes } = removedNames(file, what, known)
  collection?.notes.push(...notes)
  for (const name of names) {
    if (collection) collection.items = collection.items.filter((item) => !kit.isSame(name, item.name))
    yield
  }
}
