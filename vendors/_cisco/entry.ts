import type { EntryService, EntrySide, ListEntry, ReaderContext, Words } from 'tagwall/reader'
import type { Entry } from './groups.ts'
import { kit } from './kit.ts'

export const ANY: EntrySide = { addresses: undefined, object: undefined, faults: [] }

/** One side of an entry, with a flag if the entry covers only some of it. */
export type Side = EntrySide & { readonly isPart?: boolean }

/** The parsed parts of an access-list entry. */
export interface ReadEntry {
  readonly verb: 'permit' | 'deny'
  readonly services: readonly EntryService[]
  readonly source: Side
  readonly destination: Side
  readonly isPart: boolean
  readonly faults: readonly string[]
}

/**
 * An entry for the kit. Unread `words` are not understood. `isGroup` is true for the name of a group of addresses.
 */
export function listEntry(
  { verb, services, source, destination, isPart, faults }: ReadEntry,
  words: Words,
  { missing }: Entry,
  { purpose }: ReaderContext,
  isGroup: (name: string) => boolean,
): ListEntry {
  const early = purpose === 'prove' ? missing.filter(isGroup) : []
  const rest = words.rest()
  return {
    action: verb === 'permit' ? 'allow' : 'deny',
    ...{ services, source, destination },
    isPart: isPart || source.isPart === true || destination.isPart === true || rest.length > 0,
    faults: [
      ...early.map((name) => `names ${name}, which is only defined after it`),
      ...[...faults, ...source.faults, ...destination.faults],
      ...(rest.length > 0 ? [`has "${kit.inShort(rest.join(' '))}", which is not understood`] : []),
    ],
  }
}
