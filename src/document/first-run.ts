import { type Finding, findingAbout } from '../finding/finding.ts'
import { isAsked, selectorsOf, usesTag } from '../model/service-tag.ts'
import { daysBetween } from '../text/dates.ts'
import type { PlacedDocument } from './find-stored.ts'
import { guard, guardOf } from './guards/guards.ts'
import { baseline, newestFirst, newestUsed } from './history.ts'
import { shippedSnapshots } from './snapshot/stored-snapshots.ts'

/** Guards are made for steps of weeks. Every pair of shipped snapshots within a year passes them too. */
const TRUSTED_DAYS = 365

/**
 * Compares the first document of a folder with the shipped snapshots, as far as they have its tags. The findings of guards stand
 * as they are if the newest shipped snapshot is at most a year older. Otherwise they are one warning, because real documents
 * may change that much over longer times. An older date is only a warning too, because history is imported oldest first. `refusedBy` is the
 * date of the shipped snapshot, if the guards' findings are errors or accepted.
 */
export function besideShipped(found: PlacedDocument): { findings: Finding[]; refusedBy: string | undefined } {
  const { policy } = found.history
  const { document, everyTag } = found.read
  const { locked, accept = [] } = found.options
  const before = baseline(document, newestFirst(shippedSnapshots(policy.cloud)), selectorsOf(policy))
  const isUsed = usesTag(policy)
  // Tags that the document of the files in place knows are compared with that.
  const isOpen = (name: string) => isUsed(name) && !(locked && isAsked(locked, name))
  const findings = before ? guard(document, before, isOpen, { limits: policy.guards, accept, everyTag }) : []
  const suspicious = findings.filter((finding) => {
    // Faults of the document itself are refused anyway.
    const { code } = finding
    return code === 'REISSUED' || (guardOf(finding) && code !== 'SPECIAL_USE' && code !== 'GIANT_PREFIX')
  })
  const { published } = document
  const newest = locked ? undefined : newestUsed(newestFirst(shippedSnapshots(policy.cloud)), policy)?.published
  const older: Finding[] =
    newest && published < newest ? [{ code: 'OLDER_DOCUMENT', severity: 'error', published, newest }] : []
  const isRecent = before && daysBetween(before.published, published) <= TRUSTED_DAYS
  const refused = isRecent ? suspicious.filter(({ code }) => code !== 'REISSUED') : []
  const others = [...older, ...suspicious.filter((finding) => !refused.includes(finding))]
  return {
    findings: [...refused, ...findingAbout(others, { code: 'UNLIKE_SHIPPED', severity: 'warning', findings: others })],
    refusedBy: refused.length > 0 ? before?.published : undefined,
  }
}
