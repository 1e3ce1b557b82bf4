import type { Finding } from '../../finding/finding.ts'
import { groupBy } from '../../model/group-by.ts'
import type { FileResult } from '../../model/result.ts'
import { siteOf } from '../../model/site.ts'

/** The result of a build at one site. */
export interface SiteResult {
  readonly site: string
  readonly targets: number
  readonly files: number
  /** Files that were written, or would be. */
  readonly written: number
  /** Files of vendors without a reader. */
  readonly unproved: number
  readonly warnings: number
}

/** The results of a build at each site, in the order of the policy; empty without sites. */
export function siteResults(files: readonly FileResult[], findings: readonly Finding[]): SiteResult[] {
  const bySite = groupBy(
    files.filter(({ target }) => siteOf(target) !== undefined),
    ({ target }) => siteOf(target) as string,
  )
  const warned = findings.flatMap(
    (finding) => ('target' in finding && finding.target !== undefined && siteOf(finding.target)) || [],
  )
  return Array.from(bySite, ([site, own]) => ({
    site,
    targets: new Set(own.map(({ target }) => target)).size,
    files: own.length,
    written: own.filter(({ isChanged }) => isChanged).length,
    unproved: own.filter(({ proof }) => !proof).length,
    warnings: warned.filter((one) => one === site).length,
  }))
}
