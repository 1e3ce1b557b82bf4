import type { PrefixSet } from '../address/prefix-set.ts'
import type { Action, Direction, ProtocolPorts } from '../model/traffic.ts'
import type { AuditFinding } from './finding.ts'

/** The traffic of an accepted finding; absent if it is about none. */
export interface AcceptedTraffic {
  readonly direction?: Direction | undefined
  readonly traffic?: ProtocolPorts | undefined
}

/**
 * An accepted finding, by content and not by line number, so lines may move. It also accepts smaller findings, with less
 * traffic or fewer addresses.
 */
export interface Accepted extends AcceptedTraffic {
  readonly finding: AuditFinding['kind']
  readonly rule?: string | undefined
  /** The missing or stale addresses; otherwise the prefixes of the rule, as the device has them. */
  readonly addresses?: PrefixSet | undefined
  /** The local addresses of a missing or wider finding, if it names any. */
  readonly local?: PrefixSet | undefined
  /** The objects with local addresses of a wider finding. */
  readonly localObjects?: readonly string[] | undefined
  readonly action?: Action | undefined
  readonly tags?: readonly string[] | undefined
  /** Only for a note. */
  readonly text?: string | undefined
  readonly reason?: string | undefined
}

/** The findings that audits of one policy accept. */
export interface Baseline {
  readonly policy: string
  readonly accepted: readonly Accepted[]
}
