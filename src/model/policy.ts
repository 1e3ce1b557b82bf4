import type { AddressFamily, Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Cloud } from './cloud.ts'
import type { GuardLimits } from './guard.ts'
import type { LimitName } from './limits.ts'
import { contentsText } from './naming.ts'
import type { Scope } from './site.ts'
import {
  type Action,
  type Direction,
  formatPorts,
  type PolicyDirection,
  type PortRange,
  type Protocol,
} from './traffic.ts'
import type { Widening } from './widening.ts'

/** Objects on the device, by name: one for both families, or `object6` for IPv6 where objects have one family. */
export interface LocalObject {
  readonly object: string
  readonly object6?: string | undefined
}

/** The local side as a policy has it: addresses, or an object that exists on the device. */
export type PolicyLocal = { readonly prefixes: PrefixSet } | LocalObject

/** The terms of a rule besides its name and its ends; the concrete rules of a policy's rule say the same. */
export interface RuleTerms extends Scope {
  readonly action: Action
  readonly protocol: Protocol
  /** Sorted, without overlap; empty for a protocol without ports. */
  readonly ports: readonly PortRange[]
  readonly priority: number
}

export const termsOf = ({ action, protocol, ports, priority, targets, sites }: RuleTerms): RuleTerms => {
  return { action, protocol, ports, priority, targets, sites }
}

/** One rule of a policy. `at` is its place for people: file, line and column. */
export interface Rule extends RuleTerms {
  readonly at: string
  readonly name: string
  /** Selectors: `Sql`, or `Sql.*` for every tag below it. Empty if the rule only has its own prefixes. */
  readonly tags: readonly string[]
  /** The rule's own prefixes, in addition to the tags. */
  readonly prefixes: readonly Prefix[]
  /** The rule's exceptions from these: selectors of tags, and prefixes. */
  readonly except: { readonly tags: readonly string[]; readonly prefixes: readonly Prefix[] }
  readonly direction: PolicyDirection
  /** The rule's own local side; undefined: that of the target or the policy. */
  readonly local?: PolicyLocal | undefined
  /** The clouds in which the rule is skipped if the document lacks its tags. */
  readonly optionalIn: readonly Cloud[]
  readonly notes: RuleNotes
}

/** The notes of people about a rule; empty without notes. */
export interface RuleNotes {
  /** Written to the device, if it has a field for it. */
  readonly description: string
  /** For the report only. */
  readonly ticket: string
  readonly owner: string
}

/** A test of the compiled rules, checked on every build. */
export interface PolicyTest extends Scope {
  readonly at: string
  readonly expect: Action
  readonly remote: Prefix
  readonly direction: Direction
  readonly protocol: Exclude<Protocol, 'any'>
  /** Undefined for a protocol without ports. */
  readonly port?: number | undefined
}

/** A vendor plus where its files go. */
export interface Target {
  readonly at: string
  /** The name; of a policy with sites, the name and the site: `edge@berlin`. */
  readonly name: string
  readonly vendor: string
  /** Path of the file, or its stem if the vendor makes several. */
  readonly out: string
  readonly options: Readonly<Record<string, unknown>>
  readonly family?: AddressFamily | undefined
  /** A model of the vendor, whose limits apply. */
  readonly model?: string | undefined
  /** Limits that replace those of the vendor and the model. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>
  /** The share of a limit, in per cent, from which on its use is a finding; undefined: never. */
  readonly capacity?: number | undefined
  /** The local side of rules that say none themselves; undefined: any. */
  readonly local?: PolicyLocal | undefined
  /** Undefined: exactly the addresses of the tags. */
  readonly widen?: Widening | undefined
}

/** The differences of a site. Its targets have its name: `edge@berlin`. */
export interface PolicySite {
  readonly at: string
  readonly name: string
  /** The values of `{lan}` and the like in its targets. */
  readonly vars: Readonly<Record<string, string>>
  /** The local side of rules and targets there that say none themselves. */
  readonly local?: PolicyLocal | undefined
}

/** Vendor-neutral intent, written by people. */
export interface Policy {
  readonly name: string
  /** The full path of its file; absent for a built-in policy. */
  readonly file?: string
  readonly cloud: Cloud
  /** True if neither its file nor the command names the cloud. */
  readonly isCloudAssumed?: boolean
  readonly rules: readonly Rule[]
  readonly tests: readonly PolicyTest[]
  /** The targets; of a policy with sites, one per site. */
  readonly targets: readonly Target[]
  /** Absent without sites. */
  readonly sites?: readonly PolicySite[]
  /** The local side of rules and targets that say none themselves; undefined: any. */
  readonly local?: PolicyLocal | undefined
  /** The largest change of a tag before a document is refused. */
  readonly guards: GuardLimits
  /** The endpoints that `doctor` checks: the name of a shipped table, or a file. */
  readonly endpoints?: string | undefined
  /** The paths of the other files that the policy was read from. */
  readonly parts?: readonly string[]
}

/** `10.20.0.0/16, 2001:db8:20::/48`, or `the object k8s-nodes`. */
export function localText(local: PolicyLocal): string {
  if ('prefixes' in local) return local.prefixes.texts.join(', ')
  return `the object ${local.object}${local.object6 === undefined ? '' : `, ${local.object6} for IPv6`}`
}

/** The traffic of a rule, in a table: `tcp 443,8000-8080`, or `deny any`. */
export function ruleTraffic({ action, protocol, ports }: Pick<Rule, 'action' | 'protocol' | 'ports'>): string {
  return [action === 'deny' ? 'deny' : '', protocol, ports.map(formatPorts).join(',')].filter(Boolean).join(' ')
}

/** The contents of a policy's rule, in a table: `Storage, 2 own prefixes, with exceptions`. */
export function holdsText({ tags, prefixes, except }: Rule): string {
  const own = prefixes.length > 0 ? { prefixCount: prefixes.length } : undefined
  const cutsTags = except.tags.length > 0 || except.prefixes.length > 0
  return contentsText({ tags, own, except: { cutsTags } }, tags.length)
}
