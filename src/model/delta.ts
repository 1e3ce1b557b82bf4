import type { PrefixSet } from './address/prefix-set.ts'
import type { Cloud } from './cloud.ts'
import type { Price } from './widening.ts'

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
  /** Tags of the newer document that the older one was never asked for; absent where there are none. */
  readonly uncompared?: readonly string[]
}

/** What one rule of a widened target gained and lost, in addresses that its files allow, apart by why. */
export interface WideningDelta {
  readonly target: string
  readonly rule: string
  /** In what the tags hold. */
  readonly published: { readonly added: PrefixSet; readonly removed: PrefixSet }
  /** In what the tags do not hold. */
  readonly widening: { readonly added: PrefixSet; readonly removed: PrefixSet }
  /** What the tags no longer hold, and widening still allows. */
  readonly kept: PrefixSet
  /** What the tags hold now, and widening allowed before. */
  readonly known: PrefixSet
  /** By family. */
  readonly before: readonly Price[]
  readonly after: readonly Price[]
}
