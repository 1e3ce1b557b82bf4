import type { PrefixSet } from '../address/prefix-set.ts'
import type { DocumentLabel } from './delta.ts'
import type { FieldChange, Item } from './item.ts'
import type { OptionValue } from './option.ts'
import type { Direction, ProtocolPorts } from './traffic.ts'

/** Why traffic changes: because of what Microsoft published, or of what people wrote. Unknown if only the older files are known. */
export type Cause = 'document' | 'policy' | 'unknown'

/** A part of the local side: `addresses` (undefined: any), or those in `within` that one of `objects` on the device holds; less those of `except`. */
export interface LocalReach {
  readonly addresses: PrefixSet | undefined
  readonly objects: readonly string[]
  readonly within: PrefixSet | undefined
  readonly except: readonly string[]
}

/** The remote side of a piece. Texts name `tags` and count `beside`. */
export interface RemoteReach {
  /** All addresses; those of tags that the device resolves itself are as the two documents of the change have them. */
  readonly addresses: PrefixSet
  /** Tags that the device resolves itself, if all their addresses are in it, or if no document has them. */
  readonly tags: readonly string[]
  /** The addresses that none of `tags` holds. */
  readonly beside: PrefixSet
  /** The tags that the device resolves `beside` from; empty if the rule has some of these addresses as prefixes. */
  readonly partOf: readonly string[]
}

/** Traffic that a change opens or closes: one direction, some protocols and ports, a local and a remote side. */
export interface Piece {
  readonly opens: boolean
  /** True if it opens and nothing was open before at these ports of this protocol, in this direction, for this local side. */
  readonly isNew: boolean
  readonly cause: Cause
  /** The rules that decide before and after the change; undefined: none does. */
  readonly from: string | undefined
  readonly to: string | undefined
  /** Undefined, with `traffic`, for a list of addresses, which says neither. */
  readonly direction: Direction | undefined
  readonly traffic: ProtocolPorts | undefined
  /** The name of the list. */
  readonly list: string | undefined
  /** Undefined: any local address. */
  readonly local: LocalReach | undefined
  readonly remote: RemoteReach
}

/** The source of the older side of a change. */
export type BeforeKind =
  /** The lock: rules, document and files. */
  | 'lock'
  /** `--since` a document: the current rules on it. */
  | 'document'
  /** The files in place, because the lock does not know them. */
  | 'files'
  /** There are files, and nothing reads them. */
  | 'unknown'
  /** There is nothing. */
  | 'none'

/** An option of a target with another value than before, or its `vendor`, `model`, `family` or one of its limits, such as `limits.rules`. */
export interface OptionChange {
  readonly name: string
  /** Undefined where it is not set. */
  readonly before: OptionValue | undefined
  readonly after: OptionValue | undefined
}

/** An item that differs: as it is afterwards, or as it was if it is removed. */
export interface ItemChange {
  readonly item: Item
  /** A changed rule may also be moved: then there are two of these. */
  readonly change: 'added' | 'removed' | 'changed' | 'moved'
  /** Those that differ; an added or removed item has all of them on one side. */
  readonly fields: readonly FieldChange[]
}

/** The change of what one target allows, and of what its devices hold. */
export interface TargetChange {
  readonly target: string
  readonly vendor: string
  /** `bytes`: the same traffic in other bytes. `gone`: the policy no longer has the target; devices keep its rules. */
  readonly kind: 'new' | 'gone' | 'traffic' | 'bytes' | 'same'
  readonly before: BeforeKind
  /** Zones and interfaces, for example, are no part of its traffic. */
  readonly options: readonly OptionChange[]
  /**
   * The items that differ, rules first: of its device, or of its rules if nothing models the device. Undefined if one side is not known. None of a
   * target that is new, gone or the same.
   */
  readonly items: readonly ItemChange[] | undefined
  /** True if only the document changed: the older policy makes the newer rules from the newer document. */
  readonly isPolicySame: boolean
  /** Its files in place that tagwall did not write so, by their paths. */
  readonly edited: readonly string[]
  /** Its commands and runbook in place, if the full files are right and the lock is not theirs, as after a rebase with one side's lock. */
  readonly unfit: readonly string[]
  /** True if its devices resolve tags themselves, before or after the change. */
  readonly isByTag: boolean
  /** None of a target that is new or gone. */
  readonly pieces: readonly Piece[]
  /** The names of lists in files of their own that it no longer writes; devices that fetch them keep them. */
  readonly droppedLists: readonly string[]
}

/** A snapshot that a run reads and that Microsoft need not have published. */
export interface SnapshotDoubt {
  readonly published: string
  /** True if its date is more than two weeks from now. */
  readonly isAhead: boolean
  /** How it differs from the snapshot of its date in the commit that the run compares with; `same` without a commit. */
  readonly inBranch: 'same' | 'changed' | 'new'
}

/** From the rules that were to the rules that are, computed once a run: every text about a change comes from it. */
export interface Change {
  /** The name of the older side, for people: `the lock`, `git:main`. */
  readonly since: string
  /** The document of the older side; undefined if it is not known, or differs between targets. */
  readonly before: DocumentLabel | undefined
  readonly after: DocumentLabel
  readonly doubts?: readonly SnapshotDoubt[]
  readonly targets: readonly TargetChange[]
}
