import type { PrefixSet } from '../address/prefix-set.ts'
import type { Cloud } from './cloud.ts'
import type { GuardName } from './guard.ts'

/** A named group of addresses, as Microsoft publishes it. */
export interface ServiceTag {
  readonly name: string
  /** Null if the document has none. */
  readonly changeNumber: number | null
  /** Lower case, in Microsoft's own short form; empty for a global tag. */
  readonly region: string
  readonly systemService: string
  /** Sorted; empty if the document has none. */
  readonly networkFeatures: readonly string[]
  readonly prefixes: PrefixSet
}

/** One published state of one cloud, reduced to the tags in use and checked. */
export interface TagDocument {
  readonly cloud: Cloud
  /** YYYY-MM-DD: the date in the published file's name, or the day of retrieval. */
  readonly published: string
  /** Does not identify a document. A lower number matters only together with lost addresses. */
  readonly changeNumber: number
  /** The file name or URL that it came from. */
  readonly source: string
  /** SHA-256 of the source bytes, in hex. */
  readonly sha256: string
  /** The server's identifiers of this content, for conditional requests. */
  readonly etag?: string
  readonly lastModified?: string
  /** The accepted guards that would have refused it; absent if there are none. */
  readonly accepted?: readonly GuardName[] | undefined
  /** The selectors of the reduction, besides the names of its tags; undefined if the document is not reduced. */
  readonly asked?: readonly string[] | undefined
  /** The document has no date, so `published` is the day of retrieval. */
  readonly isUndated?: boolean | undefined
  /** By canonical name, in code-unit order. */
  readonly tags: ReadonlyMap<string, ServiceTag>
}
