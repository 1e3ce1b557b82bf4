import type { DocumentLabel } from './delta.ts'
import type { Reach } from './finding.ts'
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

/** What one rule, or one kind of traffic, gains and loses. */
export interface WindowChange {
  readonly name: string
  readonly note: '' | 'new' | 'removed'
  /** Whether the rule denies what it gains. */
  readonly isDeny: boolean
  /** The local side of the rule: prefixes, or names of objects. Empty for any, and for traffic. */
  readonly local: readonly string[]
  readonly gained: Reach
  readonly lost: Reach
}

/** Everything that the runbook of one target says. */
export interface ChangeWindow {
  readonly target: string
  readonly vendor: string
  readonly policy: string
  /** The document where a delta starts; undefined without a delta. */
  readonly before: DocumentLabel | undefined
  readonly after: DocumentLabel
  /** Undefined if the older files cannot be read under the options of now. */
  readonly changes: readonly WindowChange[] | undefined
  /** The proved commands of the delta. */
  readonly commands: number | undefined
  /** Why there is no delta, or no rollback. */
  readonly noDelta: string | undefined
  readonly noRollback: string | undefined
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
}
