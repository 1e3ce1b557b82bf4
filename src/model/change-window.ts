import type { Piece } from './change.ts'
import type { DocumentLabel } from './delta.ts'
import type { RunbookStep } from './runbook.ts'

/** Files to load in this order, in groups that are loaded the same way. */
export interface LoadGroup {
  readonly paths: readonly string[]
  /** Undefined if the vendor does not say how. */
  readonly step: RunbookStep | undefined
}

/** An older full file, which version control has. */
export interface OlderFile {
  readonly path: string
  readonly sha256: string
}

/** The contents of one target's runbook. */
export interface ChangeWindow {
  readonly target: string
  readonly vendor: string
  readonly policy: string
  /** The document of the older rules; undefined if only the older files are known. */
  readonly before: DocumentLabel | undefined
  readonly after: DocumentLabel
  /** True if only the document changed, so today's policy and the older snapshot give the older rules. */
  readonly isPolicySame: boolean
  /** Undefined if nothing reads the older files. */
  readonly pieces: readonly Piece[] | undefined
  /** The proved commands of the delta. */
  readonly commands: number | undefined
  /** The reason why there is no delta, or no rollback. */
  readonly noDelta: string | undefined
  readonly noRollback: string | undefined
  /** Why the device refuses the full files over the older ones. */
  readonly refused: string | undefined
  readonly prepare: readonly RunbookStep[]
  readonly delta: readonly LoadGroup[]
  readonly full: readonly LoadGroup[]
  readonly cleanup: readonly LoadGroup[]
  readonly print: readonly RunbookStep[]
  /** The audits after the change, and after its rollback. */
  readonly audits: readonly string[]
  readonly auditsBack: readonly string[]
  readonly confirm: readonly RunbookStep[]
  readonly abort: readonly RunbookStep[]
  readonly rollback: readonly LoadGroup[]
  /** Without a rollback: the older full files, how to load them, and what they leave on the device. */
  readonly older: readonly OlderFile[]
  readonly olderLoads: readonly LoadGroup[]
  readonly stays: readonly string[]
  /** The file that lists them; undefined if nothing stays. */
  readonly manual: string | undefined
}
