import { resolve } from 'node:path'
import type { History, KnownDocument } from '../document/history.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { SHIPPED } from '../paths.ts'
import type { AnyDocument } from './values.ts'

/** The document in the form for the compiler; errors name its source. */
export function knownOf(given: AnyDocument): KnownDocument {
  if ('document' in given)
    return {
      document: given.document,
      names: given.names,
      where: given.document.source,
      nonRegional: given.nonRegional,
    }
  return { document: given, names: [...given.tags.keys()], where: `the snapshot of ${given.published}` }
}

/** A history that holds documents instead of reading files. */
export function historyOf(older: readonly AnyDocument[]): History {
  const documents = older.map((one) => knownOf(one).document).sort((a, b) => (a.published < b.published ? -1 : 1))
  const byPath = new Map(documents.map((document, index) => [String(index), document]))
  return {
    files: documents.map(({ published }, index) => ({ path: String(index), published })),
    directory: '',
    read: ({ path }) => byPath.get(path) as TagDocument,
    isShipped: false,
    isGiven: true,
  }
}

/** The folders to find vendors in: the shipped ones, then those of the program, which win. */
export const vendorFoldersOf = (own: readonly string[] = []): string[] => [
  SHIPPED.vendors,
  ...own.map((folder) => resolve(folder)),
]
