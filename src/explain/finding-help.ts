import type { FindingCode } from '../model/finding.ts'
import { ADVICE_HELP } from './advice-help.ts'
import { DOCUMENT_HELP } from './document-help.ts'
import type { Explanation } from './explanation.ts'
import type { Help } from './help.ts'
import { POLICY_HELP } from './policy-help.ts'
import { TARGET_HELP } from './target-help.ts'

// Every code has a text, or this does not compile.
const HELP: Readonly<Record<FindingCode, Help>> = { ...POLICY_HELP, ...TARGET_HELP, ...DOCUMENT_HELP, ...ADVICE_HELP }

/** Explains a finding code: what it means and what to do. */
export function helpOf(code: FindingCode): Explanation {
  const help = HELP[code]
  return { kind: 'finding', name: code, title: help.title, paragraphs: [help.means, help.do], sources: help.sources }
}

/** Every finding code. */
export const FINDING_CODES = Object.keys(HELP) as FindingCode[]
