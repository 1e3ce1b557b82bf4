import type { AddressFamily, Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { DocumentLabel } from '../model/delta.ts'
import type { Note, Place } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Action, Direction, Flow, ProtocolPorts } from '../model/traffic.ts'

/** The policy that a device is compared with. */
export interface AuditExpectation {
  /** The policy against the newest document. */
  readonly ruleset: Ruleset
  /** The policy compiled against older documents, oldest first; their remaining addresses are stale. */
  readonly older: readonly Ruleset[]
  /** The names of the policy's rules on the device. */
  readonly ownNames: readonly string[]
  /** The addresses of a tag that a device resolves itself; undefined for a name that the document lacks. */
  readonly tagPrefixes: (name: string) => PrefixSet | undefined
  /** True if each object on the device has addresses of one family only. */
  readonly areObjectsApart?: boolean
  /** The only family to compare; both without one. */
  readonly family?: AddressFamily | undefined
  /** The files of a target that has one for each address set. */
  readonly setFiles?: readonly SetFile[]
}

/** The file that a target has for one address set: its name, and the end of the name, which does not depend on the target's `out`. */
export interface SetFile {
  readonly set: string
  readonly name: string
  readonly suffix: string
}

/** A field of findings about a list of addresses, which has no traffic. */
interface OfList {
  /** True for the list of a rule that denies. */
  readonly isDenial?: boolean
}

/** Addresses that the policy allows and the device may refuse, or that the list of a denial lacks. */
export interface Missing extends OfList {
  readonly rule: string
  /** Undefined for a list, which has neither direction nor ports. */
  readonly flow: Flow | undefined
  /** The local addresses of the finding, if not the whole local side of the rule. */
  readonly local?: PrefixSet | undefined
  readonly addresses: PrefixSet
}

/** A rule of the device, or several of one name that do the same, each for some of the addresses. */
export interface AtRule {
  readonly rule: string
  /** The first of `places`. */
  readonly place: Place
  readonly places: readonly Place[]
}

/** Addresses outside the policy that one rule allows on traffic of the policy, or that a list has. */
export interface Excess extends AtRule, OfList {
  readonly flow: Flow | undefined
  /** Local addresses beyond those of the policy, if that is what the rule allows too much. */
  readonly local?: PrefixSet | undefined
  /** Objects on the device with such local addresses, by name. */
  readonly localObjects?: readonly string[] | undefined
  readonly addresses: PrefixSet
  /** The prefixes of the rule that hold `addresses`. */
  readonly objects: readonly Prefix[]
}

/** Traffic outside the policy that one rule allows for addresses of the policy. */
export interface Opening extends AtRule {
  readonly direction: Direction
  readonly traffic: ProtocolPorts
  /** The addresses of the policy. */
  readonly addresses: PrefixSet
  /** The prefixes of the rule that hold `addresses`. */
  readonly objects: readonly Prefix[]
}

/** A rule, or a member of one, without any address of the policy. */
export interface Outside extends AtRule {
  readonly direction: Direction
  readonly traffic: ProtocolPorts
  /** The fewest prefixes with the allowed addresses. */
  readonly prefixes: readonly Prefix[]
}

/** A rule with service tags whose addresses are unknown here. */
export interface Unresolved {
  readonly rule: string
  readonly place: Place
  readonly direction: Direction
  readonly action: Action
  readonly tags: readonly string[]
}

/** The comparison of a configuration with a policy. */
export interface Audit {
  readonly ruleset: Ruleset
  /** Only this family was compared; undefined for both. */
  readonly family: AddressFamily | undefined
  /** The compared forms: rules, or lists of addresses. */
  readonly forms: readonly ('rules' | 'lists')[]
  readonly missing: readonly Missing[]
  /** Left over from rules of the policy, or from older snapshots of its tags. */
  readonly stale: readonly Excess[]
  /** Rules with addresses of the policy and others. */
  readonly wider: readonly Excess[]
  /** Rules that allow other traffic for addresses of the policy. */
  readonly opened: readonly Opening[]
  /** Rules for other addresses: findings only if the audit is strict. */
  readonly outside: readonly Outside[]
  readonly unresolved: readonly Unresolved[]
  /** Lines that were not understood and may allow or deny traffic. */
  readonly notes: readonly Note[]
  /** Lines that were not understood but cannot allow anything. */
  readonly harmless: readonly Note[]
  /** The newest snapshot that the device matches exactly, and how many prefixes that is behind the newest. */
  readonly matches: { readonly document: DocumentLabel; readonly behind: number } | undefined
}

/** Where an audit has the findings of each kind. */
export const FIELDS = {
  missing: 'missing',
  stale: 'stale',
  wider: 'wider',
  opened: 'opened',
  outside: 'outside',
  unresolved: 'unresolved',
  'not-understood': 'notes',
} as const satisfies Readonly<Record<string, keyof Audit>>

/** A finding of an audit. */
export type AuditFinding = {
  [Kind in keyof typeof FIELDS]: { readonly kind: Kind; readonly entry: Audit[(typeof FIELDS)[Kind]][number] }
}[keyof typeof FIELDS]

/** The facts that an entry of some kind may have. */
export type AnyEntry = Partial<Missing & Excess & Opening & Outside & Unresolved & Note>

export const AUDIT_FINDING_KINDS = Object.keys(FIELDS) as AuditFinding['kind'][]

/** All findings of an audit; rules outside the policy only if it is strict. */
export function findingsOf(audit: Audit, isStrict: boolean): AuditFinding[] {
  const kinds = AUDIT_FINDING_KINDS.filter((kind) => isStrict || kind !== 'outside')
  return kinds.flatMap((kind) => audit[FIELDS[kind]].map((entry) => ({ kind, entry }) as AuditFinding))
}
