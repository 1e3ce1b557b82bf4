import type { TagSet } from '../compile/report/holders.ts'
import type { PrefixSet } from '../model/address/prefix-set.ts'
import type { TagDocument } from '../model/service-tag.ts'

/** A document, and what `compile` needs besides it. */
export interface KnownDocument {
  readonly document: TagDocument
  readonly names: readonly string[]
  readonly where: string
  /** As in `ReadDocument`; a snapshot does not know them. */
  readonly nonRegional?: ReadonlyMap<string, PrefixSet>
  /** The addresses of every tag that was published; a snapshot does not know them. */
  readonly everything?: () => PrefixSet
  /** Every tag that was published, with what is sound of it; a snapshot does not know them. */
  readonly everyTag?: () => readonly TagSet[]
}

/** A snapshot that errors call `shown`, as `compile` takes it. */
export function known(document: TagDocument, shown: string): KnownDocument {
  const where = `${shown}, which keeps only the tags that were in use; add it with "tagwall fetch --from FILE" and this policy`
  return { document, names: [...document.tags.keys()], where }
}

/** A snapshot in the form for `compile`. */
export const storedDocument = (document: TagDocument): KnownDocument =>
  known(document, `the snapshot of ${document.published}`)
