import type { AddressFamily, Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { Holder } from '../../document/holders.ts'
import type { Finding } from '../../finding/finding.ts'
import type { LimitUse } from '../../model/capacity.ts'
import type { Change } from '../../model/change.ts'
import type { DocumentLabel, WideningDelta } from '../../model/delta.ts'
import type { GuardName } from '../../model/guard.ts'
import type { Rule, RuleNotes } from '../../model/policy.ts'
import type { TargetPrice } from '../../model/result.ts'

/** The facts of a change that its run knows. */
export interface RunFacts {
  readonly change: Change
  /** How much of each limit the targets use for the newer document; in a report, of those that they may reach. */
  readonly capacity: readonly LimitUse[]
  readonly findings: readonly Finding[]
  /** Warnings that an earlier run has said, which are only counted. */
  readonly standing: readonly Finding[]
  /** A newer document that changes no rule, and so is not the one of the files; undefined if there is none. */
  readonly checked?: DocumentLabel | undefined
  /** The date of the last document that a check found to change nothing; undefined if nothing recorded it. */
  readonly quiet?: string | undefined
}

/** The facts of a change for a reviewer, with those that follow from its two documents. */
export interface Report extends RunFacts {
  readonly policy: string
  readonly targets: readonly DeviceChange[]
  readonly widened: readonly WideningDelta[]
  readonly prices: readonly TargetPrice[]
  /** Undefined if there is nothing to compare with. */
  readonly before: DocumentLabel | undefined
  readonly after: DocumentLabel
  /** The file name or URL of the newer document, and its hash. */
  readonly source: string
  readonly sha256: string
  readonly rules: readonly RuleChange[]
  /** The changed tags, used or not. */
  readonly tags: readonly TagChange[]
  /** Which of the two documents are published ones, with all tags known. */
  readonly known: { readonly before: boolean; readonly after: boolean }
  /** The Mondays that this change covers; several if weeks were skipped. */
  readonly weeks: readonly string[]
  /** The dates of the snapshots between the two documents. */
  readonly between: readonly string[]
  readonly arrivals: readonly Arrival[]
  /** Accepted documents up to the newer one that guards would have refused. */
  readonly accepted: readonly { readonly published: string; readonly guards: readonly GuardName[] }[]
  readonly history: readonly RuleHistory[]
  /** Every held and every lost prefix of the rules' tags, by tag. */
  readonly prefixes: readonly HeldPrefix[]
}

/** The addresses of one rule on both sides; undefined where the rule is missing. */
export interface RuleChange {
  readonly name: string
  /** `outbound tcp 443`, or `outbound deny any`; two entries for a rule of both directions. */
  readonly flows: readonly string[]
  /** The same on the older side. */
  readonly flowsBefore: readonly string[]
  /** True if a target has it with another local side than before. */
  readonly hasOtherLocal: boolean
  /**
   * True if a target holds other addresses of the rule, or the rule decides about traffic that opens or closes, also because another rule changed.
   */
  readonly isAffected: boolean
  /** True if a piece of the change names it. */
  readonly isTold: boolean
  readonly isDeny: boolean
  readonly tags: readonly string[]
  readonly before: PrefixSet | undefined
  readonly after: PrefixSet | undefined
  readonly gained: PrefixSet
  readonly lost: PrefixSet
  /** The policy's own prefixes in it: of the newer side, if that has the rule. */
  readonly own: PrefixSet | undefined
  /** The exceptions of the policy, and the comments on the rule. */
  readonly except: Rule['except'] | undefined
  readonly notes: RuleNotes | undefined
}

/** The gained and lost prefixes of one tag. */
export interface TagChange {
  readonly tag: string
  readonly kind: 'changed' | 'added' | 'removed'
  /** The names of the rules that use the tag. */
  readonly rules: readonly string[]
  readonly added: readonly ChangedPrefix[]
  readonly removed: readonly ChangedPrefix[]
}

export interface ChangedPrefix {
  readonly prefix: Prefix
  /** In Microsoft's short form, sorted; undefined if the document is a snapshot. */
  readonly regions: readonly string[] | undefined
  /** Other tags without a region that hold it in the newer document. Undefined if that is a snapshot. */
  readonly holders: readonly Holder[] | undefined
}

/** Additions, by the first known document that holds them. */
export interface Arrival {
  readonly count: number
  readonly published: string
  /** The Monday of the first document that can have had them; earlier if documents in between are unknown. */
  readonly earliest: string
}

/** The changes in the files of one target, and on its device. */
export interface DeviceChange {
  readonly target: string
  readonly vendor: string
  readonly files: readonly FileChange[]
  /** The changes on its device, as a text; empty if nobody knows. */
  readonly device: string
  /** Deltas, rollbacks, cleanups and runbooks. */
  readonly beside: readonly {
    readonly kind: 'delta' | 'rollback' | 'cleanup' | 'manual' | 'runbook'
    readonly path: string
  }[]
}

export interface FileChange {
  readonly path: string
  /** Lines; undefined if one side does not have the file. */
  readonly before: number | undefined
  readonly after: number | undefined
  readonly added: number
  readonly removed: number
}

/** The documents of half a year; the report shows what each of them changed. */
export const MOST_DOCUMENTS = 26

/** The addresses that the tags of a rule gained and lost with each document, oldest first. */
export interface RuleHistory {
  readonly rule: string
  readonly tags: readonly string[]
  /** Those that files hold of the rule, before or after the change. */
  readonly families: readonly AddressFamily[]
  readonly points: readonly HistoryPoint[]
}

/** `changes` is undefined if this document, or the one before it, is known without a tag of the rule. */
export interface HistoryPoint {
  readonly published: string
  readonly changes: Readonly<Record<AddressFamily, { readonly gained: bigint; readonly lost: bigint }>> | undefined
}

export interface HeldPrefix {
  readonly tag: string
  readonly prefix: Prefix
  readonly state: 'held' | 'gained' | 'lost'
  readonly regions: readonly string[] | undefined
  /** The first known document since which the tag holds all of it. */
  readonly since: string
  /** That is the oldest known document, so the prefix may be older. */
  readonly isOldest: boolean
}
