import type { Delta, DocumentLabel } from './delta.ts'
import type { Finding } from './finding.ts'
import type { Ruleset } from './ruleset.ts'
import type { RulePrice } from './widening.ts'

/** What a proof compared, for the summary. */
export interface Proof {
  /** Rules that were read back; 0 for a form that holds addresses and no rules. */
  readonly rules: number
  /** Prefixes that were compared, rule by rule. */
  readonly prefixes: number
  /** Tags that were compared by name. */
  readonly tags: number
  /** Commands after each of which the rules were compared, where a delta was proved. */
  readonly commands?: number
}

/** A file that a target makes, and what became of it. */
export interface FileResult {
  readonly target: string
  readonly vendor: string
  /** As a person in the working directory would write it. */
  readonly path: string
  readonly lines: number
  /** What was compared when the target's files were read back; undefined when its vendor has no reader. */
  readonly proof: Proof | undefined
  readonly isChanged: boolean
  /** Of a file that holds the commands from one snapshot to another; `isEmpty` when there is nothing to command. */
  readonly delta?: { readonly way: 'delta' | 'rollback'; readonly isEmpty: boolean }
}

/** What one rule of a widened target pays, in one family. */
export interface TargetPrice extends RulePrice {
  readonly target: string
}

/** What `build` did, or would do. */
export interface BuildResult {
  /** Path of the snapshot, or name of the document, that was compiled. */
  readonly source: string
  readonly ruleset: Ruleset
  readonly files: readonly FileResult[]
  /** Of the targets that are widened. */
  readonly prices: readonly TargetPrice[]
  readonly findings: readonly Finding[]
  /** Against the snapshot before, or the one that was asked for; undefined when there is none. */
  readonly delta: Delta | undefined
  /** The delta is from the snapshot that was asked for, or back to it; absent where it is from the one before. */
  readonly span?: 'since' | 'rollback'
  /** Files of an earlier run that would no longer go with these. */
  readonly removed?: readonly string[]
  readonly isDryRun: boolean
}

/** What became of the snapshot of a document that was fetched. */
export interface FetchResult {
  readonly path: string
  /**
   * `unchanged`: no tag in use changed. `extended`: the snapshot of that date, which another policy stored, has more tags now.
   * `repaired`: what was there was damaged.
   */
  readonly outcome: 'stored' | 'replaced' | 'extended' | 'repaired' | 'unchanged'
  /** The document that was looked at. */
  readonly seen: DocumentLabel & { readonly isUndated?: boolean | undefined }
  /** Snapshots that were dated by their retrieval, and whose place this one takes. */
  readonly superseded: readonly string[]
  readonly delta: Delta | undefined
  readonly isDryRun: boolean
}
