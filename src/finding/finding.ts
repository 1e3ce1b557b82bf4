import { UserErrors } from '../errors.ts'
import type { Explanation } from '../model/explanation.ts'
import { GUARDS } from '../model/guard.ts'
import { textsBySite } from '../model/site.ts'
import { plural } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { ADVICE_FINDINGS, type AdviceFacts } from './advice-findings.ts'
import { DELTA_FINDINGS, type DeltaFacts, type NoDelta as NoDeltaOf, noDeltaReason } from './delta-findings.ts'
import { DOCUMENT_FINDINGS, type DocumentFacts } from './document-findings.ts'
import { acceptHint, withoutHint } from './phrases.ts'
import { POLICY_FINDINGS, type PolicyFacts } from './policy-findings.ts'
import { PROOF_FINDINGS, type ProofFacts } from './proof-findings.ts'
import { explanationOf, type InnerFinding, type Severity } from './record.ts'
import { TARGET_FINDINGS, type TargetFacts } from './target-findings.ts'

export { CONSTRAINTS, type Staleness } from './advice-findings.ts'
export type { NoLockedRules, NoWay } from './delta-findings.ts'
export type { Growth, Loss, Swap, WidenedBlock } from './document-findings.ts'
export { type Guarded, withoutHint } from './phrases.ts'
export type { LimitCount } from './target-findings.ts'

const RECORDS: Records = {
  ...POLICY_FINDINGS,
  ...TARGET_FINDINGS,
  ...PROOF_FINDINGS,
  ...DELTA_FINDINGS,
  ...DOCUMENT_FINDINGS,
  ...ADVICE_FINDINGS,
}

type Records = typeof POLICY_FINDINGS &
  typeof TARGET_FINDINGS &
  typeof PROOF_FINDINGS &
  typeof DELTA_FINDINGS &
  typeof DOCUMENT_FINDINGS &
  typeof ADVICE_FINDINGS

/** The facts of every code. */
type Facts = PolicyFacts &
  TargetFacts &
  ProofFacts<readonly Finding[]> &
  DeltaFacts<readonly Finding[]> &
  DocumentFacts<readonly Finding[]> &
  AdviceFacts

/** A reported problem: its code, its severity in this run, and its facts. `explain` makes the sentence. */
export type Finding = {
  [Code in keyof Records]: {
    code: Code
    severity: Records[Code]['severity'] extends Severity ? Records[Code]['severity'] : Severity
  } & Facts[Code] extends infer One
    ? { [Key in keyof One]: One[Key] }
    : never
}[keyof Records]

export type FindingCode = Finding['code']

/** Why there is no delta from the older rules to the newer ones. */
export type NoDelta = NoDeltaOf<readonly Finding[]>

/** Every finding code. */
export const FINDING_CODES = Object.keys(RECORDS) as FindingCode[]

/** A finding about `items`, if there are any. */
export const findingAbout = (items: readonly unknown[], finding: Finding): Finding[] =>
  items.length > 0 ? [finding] : []

/** The errors among `findings`, without the warnings. */
export const errorsIn = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ severity }) => severity === 'error')

export const hasErrors = (findings: readonly Finding[]): boolean => errorsIn(findings).length > 0

/** The sentence for a finding: what is wrong, where, and what to do. Always one line, whatever the names contain. */
export function explain(finding: Finding): string {
  const record = RECORDS[finding.code]
  // TypeScript does not see that the record belongs to the code of this finding.
  return sanitize(record.say(finding as never, explainInner))
}

/** The findings inside a finding are of the type `Finding`, which their table cannot name. */
const explainInner = (finding: InnerFinding) => explain(finding as Finding)

/** Why there is no delta. */
export const noDeltaText = (why: NoDelta, way?: 'delta' | 'rollback'): string => noDeltaReason(why, explainInner, way)

/** Sentences for several findings. If guards refuse, the last line has the option that accepts all of them. */
export function explainAll(findings: readonly Finding[]): string[] {
  const texts = explainBySite(findings)
  const names = GUARDS.filter((name) => texts.some((text) => text.endsWith(acceptHint(name))))
  if (texts.length === 1 || names.length === 0) return texts
  return [...texts.map(withoutHint), `to accept all of this for one run, add: --accept ${names.join(',')}`]
}

/** The sentence for each finding, once for all sites where it says the same. */
export function explainBySite(findings: readonly Finding[]): string[] {
  const targetOf = (finding: Finding) => ('target' in finding ? finding.target : undefined)
  return textsBySite(findings.map((finding) => ({ target: targetOf(finding), text: explain(finding) })))
}

/** One line for warnings that an earlier run has said in full; none without any. */
export function standingText(findings: readonly Finding[]): string[] {
  const [first, ...others] = new Set(findings.map(({ code }) => code))
  if (first === undefined) return []
  return [
    `${plural(findings.length, 'warning')} as before: ${[first, ...others].join(', ')} (tagwall explain ${first})`,
  ]
}

/** Explains a finding code: what it means and what to do. */
export function helpOf(code: FindingCode): Explanation {
  const record = RECORDS[code]
  return explanationOf(code, record, record.sources)
}

/** The JSON of a finding: its code, its sentence, what fixes it if that is another sentence, and its facts, which differ by code. */
export interface FindingJson {
  readonly code: string
  readonly severity: Severity | 'info'
  readonly message: string
  readonly fix: string | null
  readonly facts: Readonly<Record<string, unknown>>
}

export function findingJson(finding: Finding): FindingJson {
  const { code, severity, ...facts } = finding
  return { code, severity, message: explain(finding), fix: null, facts: jsonFacts(facts) }
}

/** Facts as JSON has them: sets as lists of prefixes, numbers of addresses as texts. */
const jsonFacts = (facts: object): Readonly<Record<string, unknown>> =>
  JSON.parse(JSON.stringify(facts, (_, value) => (typeof value === 'bigint' ? String(value) : value)))

/** Findings that forbid what was asked. Its code is that of the first. */
export class Refusal extends UserErrors {
  override name = 'Refusal'

  constructor(
    heading: string,
    readonly findings: readonly Finding[],
    texts: readonly string[] = explainAll(findings),
  ) {
    super(heading, texts, { code: findings[0]?.code as string })
  }
}
