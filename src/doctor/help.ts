import type { Explanation } from '../model/explanation.ts'
import { verdictOf } from './diagnosis.ts'
import { type DoctorCode, VERDICTS } from './verdicts/table.ts'

const PAGE = 'docs/doctor.md'
const PRIVATE_LINK = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link'
const ENDPOINTS = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/network-requirements'

export const DOCTOR_NAMES: readonly DoctorCode[] = VERDICTS.map(({ code }) => code)

/** Explains one finding of `doctor`. */
export function doctorHelpOf(code: DoctorCode): Explanation {
  const { title, means } = verdictOf(code)
  return {
    kind: 'finding',
    name: code,
    title,
    paragraphs: [means, 'What to do depends on the host: "tagwall doctor" prints it below the finding.'],
    sources: [PAGE, /PRIVATE/.test(code) ? PRIVATE_LINK : ENDPOINTS],
  }
}
