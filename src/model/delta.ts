import type { Cloud } from './cloud.ts'
import type { PrefixSet } from './prefix-set.ts'

/** What changed in one tag, in addresses. */
export interface TagDelta {
  readonly tag: string
  /** `added`, `removed`: the tag is in one of the two documents only. */
  readonly kind: 'changed' | 'added' | 'removed'
  readonly before: PrefixSet
  readonly after: PrefixSet
  readonly added: PrefixSet
  readonly removed: PrefixSet
}

/** What identifies a document to a reader. */
export interface DocumentLabel {
  readonly cloud: Cloud
  readonly published: string
  readonly changeNumber: number
}

/** What changed between two documents, in addresses; `tags` holds only the tags that changed. */
export interface Delta {
  readonly before: DocumentLabel
  readonly after: DocumentLabel
  readonly tags: readonly TagDelta[]
  readonly unchanged: readonly string[]
}
