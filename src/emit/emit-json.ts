import type { AddressFamily } from '../address/family.ts'
import { type Finding, findingJson } from '../finding/finding.ts'
import type { DocumentLabel } from '../model/delta.ts'
import { labelJson, targetPriceJson } from '../model/json.ts'
import type { Proof, TargetPrice } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'

/** The JSON of `emit`: each file with its text. */
export interface EmitResult extends EmittedRules {
  readonly target: string
  readonly vendor: string
  readonly files: readonly {
    readonly part: string
    readonly family: AddressFamily | undefined
    readonly text: string
    readonly proof?: Proof | undefined
  }[]
}

/** The emitted rules, with notes on them. */
export interface EmittedRules {
  readonly ruleset: Ruleset
  /** The start of a delta. */
  readonly since: DocumentLabel | undefined
  readonly prices: readonly TargetPrice[]
  readonly findings: readonly Finding[]
}

export function emitJson({ target, vendor, ruleset, since, files, prices, findings }: EmitResult) {
  return {
    target,
    vendor,
    policy: ruleset.policy,
    document: labelJson(ruleset),
    since: since ? labelJson(since) : null,
    files: files.map(({ part, family, text, proof }) => ({ part, family: family ?? null, text, proof: proof ?? null })),
    widened: prices.map(targetPriceJson),
    findings: findings.map(findingJson),
  }
}
