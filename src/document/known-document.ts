import type { PrefixSet } from '../address/prefix-set.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { TagSet } from './holders.ts'

/** A document, and what `compile` needs besides it. */
export interface KnownDocument {
  readonly document: TagDocument
  readonly names: readonly string[]
  readonly where: string
  /** As in `ReadDocument`; unknown for a snapshot. */
  readonly nonRegional?: ReadonlyMap<string, PrefixSet>
  /** The addresses of every published tag; unknown for a snapshot. */
  readonly everything?: () => PrefixSet
  /** Every published tag with its valid prefixes; unknown for a snapshot. */
  readonly everyTag?: () => readonly TagSet[]
}

/** A snapshot in the form for `compile`; errors name it `shown`. */
export function storedDocument(document: TagDocument, shown = `the snapshot of ${document.published}`): KnownDocument {
  const where = `${shown}, which keeps only the tags that were in use; run "tagwall update" to get it (without a network: --from FILE)`
  return { document, names: [...document.tags.keys()], where }
}
