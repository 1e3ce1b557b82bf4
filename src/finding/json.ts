import { explain, type Finding } from './finding.ts'

/** The JSON of a finding: its code and its sentence, not its facts. */
export function findingJson(finding: Finding) {
  return { code: finding.code, severity: finding.severity, message: explain(finding) }
}
