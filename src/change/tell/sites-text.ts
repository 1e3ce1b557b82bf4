import type { Finding } from '../../finding/finding.ts'
import type { TargetChange } from '../../model/change.ts'
import { groupBy, groupsOf } from '../../model/group-by.ts'
import type { FileResult } from '../../model/result.ts'
import { listSites, siteOf, withoutSite } from '../../model/site.ts'
import { fitTable } from '../../text/lines.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { BuildResult } from '../build-result.ts'
import { itemLines } from './items-text.ts'
import { PieceKeys } from './sentences.ts'

type Count = 'targets' | 'files' | 'written' | 'warnings'

/**
 * One line for each group of sites with the same changes, files and warnings, with the sums of the group; sites without any are only
 * counted. Only the names of the sites if all are alike; empty without sites.
 */
export function siteTable({ files, findings, change, isDryRun }: BuildResult, width: number | undefined): string {
  const sites = siteResults(files, findings)
  const quiet = sites.filter(({ written, warnings }) => written + warnings === 0)
  const shown = sites.filter((site) => !quiet.includes(site))
  const groups = alikeSites(shown, change.targets)
  const unchanged = quiet.length > 0 ? `${plural(quiet.length, 'site')} unchanged\n` : ''
  const namesOf = (group: readonly SiteResult[]) => listSites(group.map(({ site }) => site))
  const [only, ...others] = groups
  if (only === undefined) return unchanged
  if (others.length + quiet.length === 0) return `${only.length > 1 ? 'sites' : 'site'} ${namesOf(only)}: `
  const head = ['site', 'targets', 'files', isDryRun ? 'would be written' : 'written', 'warnings']
  const rows = groups.map((group) => [
    namesOf(group),
    ...(['targets', 'files', 'written', 'warnings'] as const).map((of) => formatCount(sumOf(group, of))),
  ])
  const align = ['left', 'right', 'right', 'right', 'right'] as const
  return `${fitTable({ rows: [head, ...rows], align, drop: [1, 4] }, width)}${unchanged}`
}

const sumOf = (sites: readonly SiteResult[], of: Count) => sites.reduce((total, site) => total + site[of], 0)

/**
 * Sites whose targets change in the same way, each for its own local side, and have as many files and warnings; in the order of the first
 * ones.
 */
function alikeSites(sites: readonly SiteResult[], targets: readonly TargetChange[]): SiteResult[][] {
  const keys = new PieceKeys()
  const changes = groupBy(targets, ({ target }) => siteOf(target))
  const keyOf = ({ site, ...counts }: SiteResult) => {
    const own = changes.get(site) ?? []
    const texts = own.map((one) => [
      withoutSite(one.target),
      one.kind,
      one.before,
      one.options,
      itemLines(one),
      one.pieces.map((piece) => keys.withoutLocal(piece)),
    ])
    return JSON.stringify([counts, texts])
  }
  return groupsOf(sites, keyOf)
}

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
