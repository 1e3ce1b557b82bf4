import type { AddressFamily, Prefix } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { DocumentLabel, WideningDelta } from './delta.ts'
import type { Finding } from './finding.ts'
import type { GuardName } from './guard.ts'
import type { TargetPrice } from './result.ts'

/** What a reviewer needs to know of a change, computed once; how it looks is up to `present`. */
export interface Report {
  readonly policy: string
  /** Undefined where there is nothing to compare with. */
  readonly before: DocumentLabel | undefined
  readonly after: DocumentLabel
  /** The file name or URL of the newer document, and the hash of its bytes. */
  readonly source: string
  readonly sha256: string
  readonly totals: ReportTotals
  readonly rules: readonly RuleChange[]
  /** The tags that changed, also those that no rule uses. */
  readonly tags: readonly TagChange[]
  /** Which of the two documents were published ones, whose regional and other tags are known. */
  readonly known: { readonly before: boolean; readonly after: boolean }
  /** The Mondays whose documents this change is about; more than one where weeks were skipped. */
  readonly weeks: readonly string[]
  /** The dates of the snapshots between the two documents. */
  readonly between: readonly string[]
  readonly arrivals: readonly Arrival[]
  readonly targets: readonly TargetChange[]
  readonly widened: readonly WideningDelta[]
  readonly prices: readonly TargetPrice[]
  readonly findings: readonly Finding[]
  /** Documents on the way, the newer one among them, that guards would have refused. */
  readonly accepted: readonly { readonly published: string; readonly guards: readonly GuardName[] }[]
  readonly history: readonly TagHistory[]
  /** Every prefix of the tags of the rules, and those that were lost; by tag. */
  readonly prefixes: readonly HeldPrefix[]
}

export interface ReportTotals {
  /** Prefixes, tag by tag. */
  readonly added: number
  readonly removed: number
  readonly changedTags: number
  readonly unchangedTags: number
}

/** What one rule of the policy allows on either side; undefined where it has no such rule. */
export interface RuleChange {
  readonly name: string
  /** `outbound tcp 443`; two for a rule of both directions. */
  readonly flows: readonly string[]
  readonly tags: readonly string[]
  readonly before: PrefixSet | undefined
  readonly after: PrefixSet | undefined
  readonly gained: PrefixSet
  readonly lost: PrefixSet
}

/** What one tag gained and lost, prefix by prefix. */
export interface TagChange {
  readonly tag: string
  readonly kind: 'changed' | 'added' | 'removed'
  /** The rules that use it, by name. */
  readonly rules: readonly string[]
  readonly added: readonly ChangedPrefix[]
  readonly removed: readonly ChangedPrefix[]
}

export interface ChangedPrefix {
  readonly prefix: Prefix
  /** In Microsoft's short form, sorted; undefined where the document that would know was not a published one. */
  readonly regions: readonly string[] | undefined
  /** Other tags without a region that hold it: of what was removed, in the newer document. Undefined as above. */
  readonly holders: readonly Holder[] | undefined
}

/** A tag that holds all of a prefix, or some of it. */
export interface Holder {
  readonly tag: string
  readonly region: string
  readonly isWhole: boolean
}

/** Additions that came with one document: the first one, of those at hand, that holds them. */
export interface Arrival {
  readonly count: number
  readonly published: string
  /** The Monday of the first document that can have had them: of an earlier week, where documents in between are not at hand. */
  readonly earliest: string
}

/** What changes in the files of one target, between what the older document makes and what the newer one makes. */
export interface TargetChange {
  readonly target: string
  readonly vendor: string
  readonly files: readonly FileChange[]
  /** What a prefix is on the device: an object with a name, a prefix, or (where it resolves tags itself) nothing. */
  readonly unit: 'objects' | 'prefixes' | 'tags'
  readonly prefixes: Counts
  readonly groups: Counts
  readonly rules: Counts
  /** Files with the commands that lead from the older to the newer rules, and how many those are, where they are proved. */
  readonly deltas: readonly string[]
  readonly commands: number | undefined
  /** Why nothing can be said. */
  readonly problem: Finding | undefined
}

export interface FileChange {
  readonly path: string
  /** Lines; undefined where one side has no such file. */
  readonly before: number | undefined
  readonly after: number | undefined
  readonly added: number
  readonly removed: number
}

export interface Counts {
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** How many addresses and prefixes a tag had, document by document, oldest first. */
export interface TagHistory {
  readonly tag: string
  readonly points: readonly HistoryPoint[]
}

/** `sizes` is undefined where the document lacks the tag. */
export interface HistoryPoint {
  readonly published: string
  readonly sizes: Readonly<Record<AddressFamily, { readonly prefixes: number; readonly addresses: bigint }>> | undefined
}

export interface HeldPrefix {
  readonly tag: string
  readonly prefix: Prefix
  readonly state: 'held' | 'gained' | 'lost'
  readonly regions: readonly string[] | undefined
  /** The first document, of those at hand, from which on the tag holds all of it. */
  readonly since: string
  /** No older document is at hand, so it may be older than that. */
  readonly isOldest: boolean
}
