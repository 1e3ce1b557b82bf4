import type { PrefixSet } from './address/prefix-set.ts'
import type { ProtocolPorts } from './audit.ts'
import type { AuditFinding } from './audit-finding.ts'
import type { Action, Direction } from './traffic.ts'

/**
 * A finding that somebody has accepted: what it is about, and not where it stands, so that lines may move. It accepts what
 * is no larger, in traffic and in addresses.
 */
export interface Accepted {
  readonly finding: AuditFinding['kind']
  readonly rule?: string | undefined
  readonly direction?: Direction | undefined
  readonly traffic?: ProtocolPorts | undefined
  /** What is missing or stale; else the prefixes of the rule, as the device has them. */
  readonly addresses?: PrefixSet | undefined
  readonly action?: Action | undefined
  readonly tags?: readonly string[] | undefined
  /** Of a note. */
  readonly text?: string | undefined
  readonly reason?: string | undefined
}

/** The findings that an audit of one policy passes over. */
export interface Baseline {
  readonly policy: string
  readonly accepted: readonly Accepted[]
}
