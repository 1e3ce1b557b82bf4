import type { Delta, DocumentLabel } from './delta.ts'
import type { Leftovers } from './item.ts'
import type { RulePrice } from './widening.ts'

/** The counts of a proof, for the summary. */
export interface Proof {
  /** Rules read back; 0 for files that hold only addresses. */
  readonly rules: number
  /** Prefixes compared, rule by rule. */
  readonly prefixes: number
  /** Tags compared by name. */
  readonly tags: number
  /** For a delta: the commands, each followed by a comparison. */
  readonly commands?: number
}

/** The role of a file: all rules of its target, commands, a list of items to remove by hand, or how to load it all. */
export type FileRole = 'full' | 'delta' | 'rollback' | 'cleanup' | 'manual' | 'runbook'

/** A file of a target, and its outcome. */
export interface FileResult {
  readonly target: string
  readonly role: FileRole
  readonly vendor: string
  /** Relative to the working directory, for people. */
  readonly path: string
  readonly lines: number
  /** Undefined if the vendor has no reader, or for a person. */
  readonly proof?: Proof | undefined
  /** True if the file is new, or has another text in place. */
  readonly isChanged: boolean
  /** True if the text in place differs in its line ends only, which are those of Windows. A run puts them right. */
  readonly hasWindowsLines?: boolean
  /** For a file that puts right what the full files leave. */
  readonly cleanup?: Remains
  /** For a list of items to remove by hand: when to remove them. */
  readonly manual?: { readonly items: number; readonly when: string }
}

/** The differences of a device after a full load over the older files from one with the full files alone. */
export interface Remains {
  readonly left: Leftovers
  /** True if it allows more than the policy. */
  readonly isAllowing: boolean
  /** True if it denies what the policy allows. */
  readonly isDenying: boolean
  /** True if its options were others, so it may decide where the newer rules do not. */
  readonly isElsewhere?: boolean | undefined
}

/** The price of one rule of a widened target, in one family. */
export interface TargetPrice extends RulePrice {
  readonly target: string
}

/** The result of `fetch`. */
export interface FetchResult {
  readonly path: string
  /** `unchanged`: no tag in use changed. `extended`: another policy's snapshot of that date got more tags. `repaired`: it replaced a damaged snapshot. */
  readonly outcome: 'stored' | 'replaced' | 'extended' | 'repaired' | 'unchanged'
  /** The document that was read. */
  readonly seen: DocumentLabel & { readonly isUndated?: boolean | undefined }
  /** Snapshots dated by their download, which this one replaces. */
  readonly superseded: readonly string[]
  readonly delta: Delta | undefined
  readonly isDryRun: boolean
}
