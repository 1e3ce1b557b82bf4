import type { Cloud } from './cloud.ts'
import type { PolicyTest } from './policy.ts'
import type { AddressFamily } from './prefix.ts'
import type { PrefixSet } from './prefix-set.ts'

/** A reported problem: facts only. The sentence comes last, in `present/finding.ts`. */
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
  | { code: 'EMPTY_SELECTION'; severity: 'error'; rule: string; tags: readonly string[] }
  | { code: 'NO_RULE_LEFT'; severity: 'error'; policy: string; family?: AddressFamily }
  | { code: 'TEST_FAILED'; severity: 'error'; test: PolicyTest; offending: PrefixSet; rules: readonly string[] }
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
      what: string
      count: number
      limit: number
      hint: string
      source: string
    }
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
  | { code: 'NO_READER'; severity: 'error' | 'warning'; target: string; vendor: string }

/** Addresses, and tags that a device resolves itself. */
export interface Reach {
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
}

export type FindingCode = Finding['code']
