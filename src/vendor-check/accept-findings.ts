import type { AcceptedFindings, CheckResult } from './result.ts'

/** Turns findings into notes if the vendor's `accepted.json` has a reason for them. A reason that no finding needs is a finding. */
export function acceptFindings(result: CheckResult, accepted: readonly AcceptedFindings[]): CheckResult {
  const own = accepted
    .filter(({ check }) => check === result.check)
    .map((one) => ({ ...one, form: new RegExp(one.finding, 'u') }))
  const reasonFor = (text: string) => own.find(({ form }) => form.test(text))
  const idle = own.filter(({ form }) => !result.findings.some(({ text }) => form.test(text)))
  const reasons = result.findings.flatMap(({ text }) => reasonFor(text) ?? [])
  return {
    ...result,
    notes: [...result.notes, ...new Set(reasons.map(({ finding, why }) => `accepted "${finding}": ${why}`))],
    findings: [
      ...result.findings.filter(({ text }) => !reasonFor(text)),
      ...idle.map(({ finding }) => ({ text: `accepted.json accepts "${finding}", which is not found`, places: [] })),
    ],
  }
}
