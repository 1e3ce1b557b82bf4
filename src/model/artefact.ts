import type { AddressFamily } from '../address/family.ts'
import type { Condition } from './option.ts'

/** The common fields of full files, deltas and cleanups. */
export interface VendorFile {
  /** Its name in `--part`. */
  readonly part: string
  /** A template in the vendor's folder. */
  readonly template: string
  readonly when: Condition
  /** The file holds this family only. */
  readonly family?: AddressFamily | undefined
  /** Added to the target's `out`; `{set}` stands for the address set's name. */
  readonly suffix: string
  /** A regular expression of the lines that begin an object, for the limit `objectBytes`. Without it, the file is one object. */
  readonly object?: string | undefined
  /** A regular expression of the lines that begin an entry of a request, for the limit `requestEntries`. */
  readonly entry?: string | undefined
}

/** One file that a vendor makes. */
export interface Artefact extends VendorFile {
  /** One file for each address set, instead of one for all. */
  readonly each?: 'set' | undefined
  /** Split a file that exceeds the limit `bytes` or `requestEntries` into numbered parts, in loading order. */
  readonly parts: boolean
}

/** Changes that a vendor's commands may be unable to express. */
export const DELTA_TASKS = ['addRules', 'reshapeRules', 'regroupRules', 'removeRules'] as const
export type DeltaTask = (typeof DELTA_TASKS)[number]

/** One file of a delta. */
export interface DeltaArtefact extends VendorFile {
  /** As that of a full file. */
  readonly each?: 'set' | undefined
  /** Changes without a command, which prevent a delta. */
  readonly cannot: readonly DeltaTask[]
  /** True if its template goes through the view's `steps`, so one file can lead over other rulesets. */
  readonly steps: boolean
  /** True if an empty file is not written. */
  readonly optional: boolean
  /** Replaces the target's extension: `rules/edge.tf` and `.sh` make `rules/edge.delta.sh`. */
  readonly extension?: string | undefined
}
