import type {
  AnyDocument,
  Audited,
  AuditOptions,
  Build,
  BuildChange,
  BuildOptions,
  DeviceText,
} from './library/values.ts'
import type { Policy } from './model/policy.ts'

/**
 * The public API of tagwall: names below only change with a major version; everything else is internal. docs/library.md groups them
 * by stage. Functions depend only on their arguments, except `build` and `audit`, which read vendors. What cannot be used throws a
 * `UserError` with one sentence, or `UserErrors` with several; findings that forbid a result are a `Refusal`. `parsePrefix` and
 * `parsePrefixOrAddress` throw an `Error`, and the doors of `PrefixSet` a `RangeError`.
 */

export type { Audit, AuditFinding } from './audit/values.ts'
export * from './core.ts'
export type {
  AnyDocument,
  Audited,
  AuditOptions,
  Build,
  BuildChange,
  BuildOptions,
  DeviceText,
  TargetBuild,
  TargetCommands,
  TargetFile,
} from './library/values.ts'
export type { Use } from './model/capacity.ts'
export type { Piece, TargetChange } from './model/change.ts'
export type { Proof } from './model/result.ts'

/**
 * The files of the policy's targets for a document, each read back and compared with the rules, as "tagwall build" does; nothing is written.
 * Throws `UserErrors` for a policy, a target or a vendor that cannot be used, and `Refusal` if a rule has no addresses, a target no room, or a
 * file no proof.
 */
export async function build(policy: Policy, document: AnyDocument, options: BuildOptions = {}): Promise<Build> {
  const library = await import('./library/build.ts')
  return library.build(policy, document, options)
}

/**
 * The change from one build to another, in traffic, and for each target the proved commands that lead there and back. Targets are the same if
 * their names are. Throws `UserError` for a value that `build` did not return.
 */
export async function change(before: Build, after: Build): Promise<BuildChange> {
  const library = await import('./library/change.ts')
  return library.change(before, after)
}

/**
 * Compares the configuration that a device printed with the policy, as "tagwall audit" does. Throws `UserError` for a text that is no
 * configuration of the target's vendor, and `Refusal` for a policy that cannot be compiled.
 */
export async function audit(texts: readonly DeviceText[], policy: Policy, options: AuditOptions): Promise<Audited> {
  const library = await import('./library/audit.ts')
  return library.audit(texts, policy, options)
}
