import type { AddressFamily } from '../address/prefix.ts'
import type { Audit, AuditFinding } from '../audit/values.ts'
import type { ReadDocument } from '../document/document.ts'
import type { Finding } from '../finding/finding.ts'
import type { Use } from '../model/capacity.ts'
import type { Change, TargetChange } from '../model/change.ts'
import type { DocumentLabel } from '../model/delta.ts'
import type { Policy } from '../model/policy.ts'
import type { Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { TagDocument } from '../model/service-tag.ts'

// The values that the library takes and returns, without what makes them.

/** A document as `parseDocument` reads it, or a snapshot, which has only the tags that it was stored for. */
export type AnyDocument = ReadDocument | TagDocument

/** Everything that a build depends on, besides its policy and its document. */
export interface BuildOptions {
  /** Names of targets; all of them without any. */
  readonly targets?: readonly string[]
  /** Folders with vendors of your own. */
  readonly vendors?: readonly string[]
  /** The build whose files devices have: the prefixes of widened rules stay as close to it as they can. */
  readonly before?: Build
  /** True if a vendor without a reader is an error; otherwise it is a warning, and its files have no proof. */
  readonly requireProof?: boolean
}

/** A file, not written. */
export interface TargetFile {
  /** Where the policy puts it. */
  readonly path: string
  readonly text: string
}

/** A target with its full files. */
export interface TargetBuild {
  readonly target: string
  readonly vendor: string
  readonly files: readonly TargetFile[]
  /** The compared counts; undefined for a vendor without a reader. */
  readonly proof: Proof | undefined
  /** The rules that the files hold. */
  readonly ruleset: Ruleset
  /** How much of each limit they use. */
  readonly uses: readonly Use[]
}

/** The files of a policy for one document. */
export interface Build {
  readonly policy: Policy
  readonly document: DocumentLabel
  readonly targets: readonly TargetBuild[]
  /** Warnings. */
  readonly findings: readonly Finding[]
}

/** The change of one target, and the proved commands that lead from its older files to its newer ones. */
export interface TargetCommands extends TargetChange {
  /** None if its devices need no commands, or there are none that are proved: then the full files are the way. */
  readonly delta: readonly TargetFile[]
  /** The commands that lead back. */
  readonly rollback: readonly TargetFile[]
  /** The commands to load after the newer full files, if these were loaded over the older ones. */
  readonly cleanup: readonly TargetFile[]
}

/** From one build to another. */
export interface BuildChange extends Omit<Change, 'since' | 'doubts'> {
  readonly targets: readonly TargetCommands[]
  /** Warnings, such as the reason why a target has no commands. */
  readonly findings: readonly Finding[]
}

/** A text that a device printed. */
export interface DeviceText {
  /** Its name in findings. */
  readonly name: string
  readonly text: string
}

/** Inputs of an audit besides the texts and the policy. */
export interface AuditOptions {
  /** The document to compare with. */
  readonly document: AnyDocument
  /** The target whose device it is; needless if the policy has only one. */
  readonly target?: string
  /** Older documents: addresses of theirs that are left on the device are stale. */
  readonly older?: readonly AnyDocument[]
  /** Folders with vendors of your own. */
  readonly vendors?: readonly string[]
  /** Only this family. */
  readonly family?: AddressFamily
  /** Only this part of the configuration: values by key of the vendor's manifest. */
  readonly narrow?: Readonly<Record<string, string>>
  /** True if rules outside the policy are findings too. */
  readonly isStrict?: boolean
}

/** An audit, and its findings in one list. */
export interface Audited extends Audit {
  readonly findings: readonly AuditFinding[]
}
