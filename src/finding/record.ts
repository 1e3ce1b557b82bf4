import type { Explanation } from '../model/explanation.ts'

export type Severity = 'error' | 'warning'

/** The help that `tagwall explain` prints for a kind of finding. */
export interface FindingHelp {
  /** One line. */
  readonly title: string
  readonly means: string
  /** The advice. */
  readonly do: string
}

/** The help of a finding as an explanation. */
export const explanationOf = (
  name: string,
  { title, means, do: advice }: FindingHelp,
  sources: readonly string[],
): Explanation => ({ kind: 'finding', name, title, paragraphs: [means, advice], sources })

/** All that is known of one finding code: its severity, its sentence, and its help. */
export interface FindingRecord<Facts> extends FindingHelp {
  /** `either` if it depends on the run, for example on `--accept`. */
  readonly severity: Severity | 'either'
  /** The sentence: what is wrong, where, and what to do. */
  readonly say: (finding: Facts & { readonly severity: Severity }, explain: ExplainInner) => string
  readonly sources: readonly string[]
}

/** A record for each code in `FactsByCode`. */
export type FindingTable<FactsByCode> = { readonly [Code in keyof FactsByCode]: FindingRecord<FactsByCode[Code]> }

/** A finding inside another. Tables cannot import `Finding`, which is made from them; `finding.ts` fills it in. */
export interface InnerFinding {
  readonly code: string
  readonly severity: Severity
}

/** Returns the sentence of a finding inside another. */
export type ExplainInner = (finding: InnerFinding) => string

/** The pages that helps of findings refer to. */
export { TAGS_PAGE } from '../model/tag-purpose.ts'
export const PAGE = 'https://www.microsoft.com/download/details.aspx?id=56519'
export const POLICY = 'docs/policy.md'
export const GUARDS = 'docs/guards.md'
export const SMALL_FIREWALLS = 'docs/small-firewalls.md'
export const PROOF = 'docs/audit.md'
export const LOADING = 'docs/loading.md'
export const FETCHING = 'docs/fetching.md'
export const STATE = 'docs/state.md'
export const CHANGES = 'docs/changes.md'
