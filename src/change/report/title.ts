import { CLOUDS } from '../../model/cloud.ts'
import { isEmptyChange, shortHeadline } from '../text/sentences.ts'
import type { Report } from './report-values.ts'

/** GitLab's limit; GitHub and Azure DevOps take a little more. */
const LONGEST_TITLE = 255

/** The start of every title. */
const TITLE_START = 'tagwall: '
/** The start of titles of earlier versions. */
const OLDER_START = 'Azure service tags '

/** True if a text is the title of a report. */
export const isTitle = (text: string): boolean => text.startsWith(TITLE_START) || text.startsWith(OLDER_START)

/**
 * `tagwall: opens tcp 80 to 56,820 addresses (AllowAADOutboundAccess, policy) on Public 2025-11-10`: one line, always the same for the same
 * change.
 */
export function reportTitle(report: Report): string {
  const room = LONGEST_TITLE - titleWith('', report).length
  return titleWith(shortHeadline(report.change, room), report)
}

/** A title of any length. */
export function titleWith(answer: string, { change, after, checked }: Report): string {
  const { cloud, published } = isEmptyChange(change) && checked ? checked : after
  return `${TITLE_START}${answer} on ${CLOUDS[cloud]} ${published}`
}
