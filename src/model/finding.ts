import type { AddressFamily, Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { LimitUse } from './capacity.ts'
import type { Cloud } from './cloud.ts'
import type { LimitName } from './limits.ts'
import type { PolicyTest } from './policy.ts'
import type { Direction, PortRange, Protocol } from './traffic.ts'
import type { DeltaTask } from './vendor.ts'

/** A reported problem: facts only. The sentence comes last, in `present/text/finding.ts`. */
export type Finding =
  | {
      code: 'NO_TAG_MATCHES'
      severity: 'error'
      rule: string
      at: string
      selector: string
      closest: string
      where: string
    }
  | { code: 'OPTIONAL_RULE_SKIPPED'; severity: 'warning'; rule: string; selectors: readonly string[]; cloud: Cloud }
  | {
      code: 'EMPTY_SELECTION'
      severity: 'error'
      rule: string
      at: string
      tags: readonly string[]
      isExcepted: boolean
    }
  /** The rule's local side, which `at` gives it, has only addresses of a family that its tags and prefixes lack. */
  | { code: 'LOCAL_OF_OTHER_FAMILY'; severity: 'error'; rule: string; at: string }
  /** What a rule asks for and the vendor cannot express; `what` as in the policy, `carried` what it can. */
  | {
      code: 'NOT_CARRIED'
      severity: 'error'
      target: string
      vendor: string
      rule: string
      key: 'action' | 'protocol' | 'direction' | 'local'
      what: string
      carried: readonly string[]
      hint: string
    }
  /** A device with objects of one family needs a second object for the other. */
  | { code: 'OBJECT6_MISSING'; severity: 'error'; target: string; rule: string; object: string }
  | { code: 'EMPTY_TAG'; severity: 'warning'; rule: string; tags: readonly string[] }
  | { code: 'NO_RULE_LEFT'; severity: 'error'; policy: string; family?: AddressFamily }
  | {
      code: 'TEST_FAILED'
      severity: 'error'
      test: PolicyTest
      offending: PrefixSet
      rules: readonly string[]
      /** The rules that deny the addresses, but only for some local addresses. */
      partly?: readonly string[]
      /** The target whose widening makes the test fail. */
      widened?: string
    }
  | {
      code: 'NAME_NOT_CARRIED'
      severity: 'error'
      target: string
      base: string
      kind: string
      name: string
      reason: string
    }
  | { code: 'NAMES_COLLIDE'; severity: 'error'; target: string; kind: string; name: string; from: readonly string[] }
  | {
      code: 'PRIORITY_OUT_OF_RANGE'
      severity: 'error'
      target: string
      rule: string
      priority: number
      min: number
      max: number
    }
  | { code: 'PRIORITIES_COLLIDE'; severity: 'error'; target: string; priority: string; rules: readonly string[] }
  | {
      code: 'LIMIT_EXCEEDED'
      severity: 'error'
      target: string
      name: LimitName
      what: string
      /** Every count above the limit. */
      counts: readonly LimitCount[]
      limit: number
      hint: string
      source: string
      unverified: boolean
    }
  /** `threshold` in per cent. */
  | { code: 'CAPACITY'; severity: 'warning'; target: string; use: LimitUse; threshold: number }
  | { code: 'EXCEPT_NOT_BY_TAG'; severity: 'error'; target: string; rule: string }
  | { code: 'FAMILY_NOT_SEPARABLE'; severity: 'error'; target: string; family: string }
  | {
      code: 'NOT_UNDERSTOOD'
      severity: 'error'
      target: string
      part: string
      line: number
      text: string
      reason: string
    }
  | {
      code: 'PROOF_FAILED'
      severity: 'error'
      target: string
      flow: string
      rules: readonly string[]
      missing: Reach
      extra: Reach
    }
  | {
      code: 'DELTA_UNSAFE'
      severity: 'error'
      target: string
      /** Counted from 1. */
      command: number
      flow: string
      missing: Reach
      extra: Reach
    }
  | {
      code: 'RELOAD_GAP'
      severity: 'warning'
      target: string
      /** Whether the target has a delta, which avoids the gap. */
      hasDelta: boolean
      /** The rule that loses the addresses first, and those that gain them later. */
      from: string
      to: readonly string[]
      direction: Direction
      protocol: Protocol
      ports: PortRange
      prefixes: PrefixSet
    }
  | {
      code: 'CLEANUP_UNSAFE'
      severity: 'error'
      target: string
      /** Counted from 1. */
      command: number
      flow: string
      missing: Reach
      extra: Reach
    }
  /** What a full load over the files that are there would leave could not be worked out. */
  | { code: 'LEFTOVERS_UNKNOWN'; severity: 'warning'; target: string; paths: readonly string[]; why: readonly string[] }
  | {
      code: 'LEFTOVERS_STAY'
      severity: 'warning'
      target: string
      /** `rule "Web"`; empty if the leftovers have no names. */
      items: readonly string[]
      /** Whether they still allow traffic outside the policy. */
      isAllowing: boolean
      /** Why no removal of them is written. */
      why: { readonly kind: 'command' | 'name' } | { readonly kind: 'proof'; readonly findings: readonly Finding[] }
    }
  | { code: 'NO_DELTA'; severity: 'error' | 'warning'; target: string; way?: 'delta' | 'rollback'; why: NoDelta }
  /** The lock does not say what the files of targets in place are made of, so the files themselves are compared. */
  | {
      code: 'COMPARED_WITH_FILES'
      severity: 'warning'
      target: string
      paths: readonly string[]
      why: NoLockedRules
      lock: string
      /** Whether the files could be read. */
      isRead: boolean
    }
  /** New deltas replace some that were never committed, so they start from files that no device may hold. */
  | { code: 'UNCOMMITTED_DELTA'; severity: 'warning'; targets: readonly string[] }
  | { code: 'NO_READER'; severity: 'error' | 'warning'; target: string; vendor: string }
  | { code: 'OLDER_DOCUMENT'; severity: Guarded; published: string; newest: string }
  | { code: 'FUTURE_DOCUMENT'; severity: Guarded; published: string; days: number }
  | {
      code: 'ROLLED_BACK'
      severity: Guarded
      changeNumber: number
      newest: number
      tags: readonly string[]
      lost: PrefixSet
    }
  /** One sentence per invalid prefix in unused tags, with its place. */
  | { code: 'ODD_PREFIX'; severity: 'warning'; problems: readonly string[] }
  | { code: 'REISSUED'; severity: 'warning'; published: string; tags: readonly string[] }
  /** How the first document of a folder differs from the shipped snapshots. */
  | { code: 'UNLIKE_SHIPPED'; severity: 'warning'; findings: readonly Finding[] }
  | { code: 'TAG_VANISHED'; severity: Guarded; tags: readonly string[]; newest: string }
  | { code: 'TAG_SHRANK'; severity: Guarded; tag: string; losses: readonly Loss[]; limit: number }
  /** `isNew`: the document before lacks the tag, and the growth is that of its service. */
  | { code: 'TAG_GREW'; severity: Guarded; tag: string; isNew?: boolean; growths: readonly Growth[] }
  | { code: 'TAG_GREW_KNOWN'; severity: 'warning'; tag: string; isNew?: boolean; growths: readonly Growth[] }
  | { code: 'SPECIAL_USE'; severity: Guarded; tag: string; what: string; prefixes: readonly Prefix[] }
  | { code: 'GIANT_PREFIX'; severity: Guarded; tag: string; prefixes: readonly Prefix[] }
  | { code: 'TAG_SWALLOWED'; severity: Guarded; tag: string; inner: string }
  | { code: 'DEPENDENCY_MISSING'; severity: 'warning'; tag: string; needs: string; source: string }
  | { code: 'GLOBAL_LEFT_OUT'; severity: 'warning'; rule: string; base: string; prefixes: readonly Prefix[] }
  | { code: 'INBOUND_TAG'; severity: 'warning'; rules: readonly string[] }
  | {
      code: 'BUDGET_NOT_MET'
      severity: 'error'
      target: string
      family: AddressFamily
      /** Undefined if the budget is for all rules together. */
      rule: string | undefined
      budget: number
      least: number
      /** The constraints without which fewer prefixes would be possible. */
      binding: readonly string[]
    }
  | { code: 'TAGS_NOT_WIDENED'; severity: 'error'; target: string }
  | { code: 'NO_WITHIN'; severity: 'error'; target: string; tag: string; closest: string; where: string }
  | { code: 'STALE'; severity: 'warning'; since: Staleness; date: string; days: number }
  | { code: 'UNDATED'; severity: 'warning'; source: string; published: string }

/** Why there is no delta from the older rules to the newer ones. */
export type NoDelta =
  | { readonly kind: 'form' }
  | { readonly kind: 'task'; readonly task: DeltaTask; readonly rules: readonly string[] }
  /** The older rules do not compile, or do not fit. */
  | { readonly kind: 'before'; readonly findings: readonly Finding[] }
  /** Both rulesets fit, but the delta exceeds a limit. */
  | { readonly kind: 'limits'; readonly findings: readonly Finding[] }
  | { readonly kind: 'proof'; readonly findings: readonly Finding[] }
  /** The older rules are not known, only the files in place. */
  | { readonly kind: 'lock'; readonly why: NoLockedRules }
  /** The target's vendor, options, limits or family changed. */
  | { readonly kind: 'options' }
  /** The older full files are not in place. */
  | { readonly kind: 'missing' }
  /** The files in place define other objects than this version writes, so its commands would not find them. */
  | { readonly kind: 'inventory' }

/** Why a target is compared with its files in place, and not with what the lock says of it. */
export type NoLockedRules =
  /** The lock does not have the target, or there is no lock. */
  | 'unlocked'
  /** A file has other bytes than the lock says. */
  | 'edited'
  /** The state is not in the lock, as after a merge of two branches. */
  | 'state'
  /** No snapshot has the addresses of the state. */
  | 'document'
  /** The target's vendor or options of then do not exist any more. */
  | 'target'
  /** The reader does not find the locked rules in the files. */
  | 'proof'

/** What is too old: the last check, the newest document seen, or, without a recorded check, the newest stored change or shipped snapshot. */
export type Staleness = 'check' | 'document' | 'change' | 'shipped'

/** An error, or a warning if a person accepted it for this run. */
export type Guarded = 'error' | 'warning'

/** The lost addresses of a tag in one family. */
export interface Loss {
  readonly family: AddressFamily
  readonly before: bigint
  readonly lost: bigint
}

/** The gained addresses of a tag in one family. */
export interface Growth {
  readonly family: AddressFamily
  readonly before: bigint
  readonly gained: bigint
  /** The gained addresses that no tag of another service holds. */
  readonly unknown: bigint
}

/** A count and the rule, group, family or file it belongs to; empty for the whole. */
export interface LimitCount {
  readonly of: string
  readonly count: number
}

/** Addresses, and tags that a device resolves itself. */
export interface Reach {
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
}

export type FindingCode = Finding['code']

/** The errors among `findings`, without the warnings. */
export const errorsIn = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity }) => severity === 'error')

export const hasErrors = (findings: readonly Finding[]): boolean => errorsIn(findings).length > 0
