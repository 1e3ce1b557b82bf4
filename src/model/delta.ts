import type { PrefixSet } from '../address/prefix-set.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { CLOUDS, type Cloud } from './cloud.ts'
import type { Price } from './widening.ts'

/** The changed addresses of one tag. */
export interface TagDelta {
  readonly tag: string
  /** `added`, `removed`: only one of the two documents has the tag. */
  readonly kind: 'changed' | 'added' | 'removed'
  readonly before: PrefixSet
  readonly after: PrefixSet
  readonly added: PrefixSet
  readonly removed: PrefixSet
  /** The rules that except the tag, and so lose the addresses that it gains. Absent if there are none. */
  readonly leftOutBy?: readonly string[]
}

/** Identifies a document to a reader. */
export interface DocumentLabel {
  readonly cloud: Cloud
  /** YYYY-MM-DD: the date in the published file's name, or the day of retrieval. */
  readonly published: string
  /** Does not identify a document. A lower number matters only together with lost addresses. */
  readonly changeNumber: number
}

/** The changed addresses between two documents; `tags` holds only changed tags. */
export interface Delta {
  readonly before: DocumentLabel
  readonly after: DocumentLabel
  readonly tags: readonly TagDelta[]
  readonly unchanged: readonly string[]
  /** Tags of the newer document that the older one was not made for; absent if there are none. */
  readonly uncompared?: readonly string[]
}

/** The addresses that one rule of a widened target gained and lost, by cause. */
export interface WideningDelta {
  readonly target: string
  readonly rule: string
  /** Changes within the tags. */
  readonly published: { readonly added: PrefixSet; readonly removed: PrefixSet }
  /** Changes outside the tags. */
  readonly widening: { readonly added: PrefixSet; readonly removed: PrefixSet }
  /** Addresses that left the tags, but are still allowed by widening. */
  readonly kept: PrefixSet
  /** Addresses that are new in the tags, but were already allowed by widening. */
  readonly known: PrefixSet
  /** By family. */
  readonly before: readonly Price[]
  readonly after: readonly Price[]
}

/** The newest of documents. */
export const newestOf = <Dated extends { readonly published: string }>(
  documents: readonly Dated[],
): Dated | undefined => documents.toSorted((a, b) => byCodeUnit(a.published, b.published)).at(-1)

/** The label of a document in every output. */
export function formatLabel({ cloud, published, changeNumber }: DocumentLabel): string {
  return `${CLOUDS[cloud]} ${published} (change number ${changeNumber})`
}

/** The label of a document alone. */
export const labelOf = ({ cloud, published, changeNumber }: DocumentLabel): DocumentLabel => ({
  cloud,
  published,
  changeNumber,
})
