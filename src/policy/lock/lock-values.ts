import type { PrefixSet } from '../../address/prefix-set.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import type { Rule, Target } from '../../model/policy.ts'

/** The rules and the document that files are made of. Several targets may share one state. */
export interface State {
  readonly document: LockedDocument
  /** After `include`, in the order of the policy. Targets may have states of their own, so rules of some targets only fit in. */
  readonly rules: readonly Rule[]
}

/** A document, identified by the addresses of the tags in use: files are re-issued under the same date and number. */
export interface LockedDocument extends DocumentLabel {
  /** SHA-256 of the tags that the rules use, as `tagsHash` has it. */
  readonly tags: string
}

/** The files of one target, and their inputs. */
export interface LockedTarget {
  /** With its options, its local side and its widening. */
  readonly target: Target
  /** The key of its state. */
  readonly state: string
  /** The prefixes of each rule of a widened target: the next cover starts from them. */
  readonly cover: ReadonlyMap<string, PrefixSet>
  /** SHA-256 by path, relative to the working directory: full files, deltas, rollbacks, cleanups and runbooks. */
  readonly files: ReadonlyMap<string, string>
}

/** The inputs of the files in place, by target. Devices may hold something else: building is not loading. */
export interface Lock {
  /** The file of the policy, relative to the working directory, or the name of a built-in policy. */
  readonly policy: string
  /** By key. A state that a target names may be missing after a merge of two branches. */
  readonly states: ReadonlyMap<string, State>
  readonly targets: ReadonlyMap<string, LockedTarget>
}
