import type { TargetChange } from '../../model/change.ts'
import { groupBy } from '../../model/group-by.ts'
import { listSites, siteOf, withoutSite } from '../../model/site.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { fitTable } from '../../text/table.ts'
import type { BuildResult } from '../build-result.ts'
import { itemLines } from './items-text.ts'
import { PieceKeys } from './sentences.ts'
import { type SiteResult, siteResults } from './site-result-values.ts'

type Count = 'targets' | 'files' | 'written' | 'unproved' | 'warnings'

/**
 * One line for each group of sites with the same changes, files and warnings, with the sums of the group; sites without any are only
 * counted. Empty without sites.
 */
export function siteTable({ files, findings, change, isDryRun }: BuildResult, width: number | undefined): string {
  const sites = siteResults(files, findings)
  if (sites.length === 0) return ''
  const quiet = sites.filter(({ written, warnings }) => written + warnings === 0)
  const shown = sites.filter((site) => !quiet.includes(site))
  const head = ['site', 'targets', 'files', isDryRun ? 'would be written' : 'written', 'unchanged', 'warnings']
  const rows = groupsOf(shown, change.targets).map((group) => {
    const [targets, own, written, warnings] = (['targets', 'files', 'written', 'warnings'] as const).map((of) =>
      sumOf(group, of),
    ) as [number, number, number, number]
    const names = listSites(group.map(({ site }) => site))
    return [names, ...[targets, own, written, own - written, warnings].map(formatCount)]
  })
  const align = ['left', 'right', 'right', 'right', 'right', 'right'] as const
  const table = rows.length > 0 ? fitTable({ rows: [head, ...rows], align, drop: [1, 4, 5] }, width) : ''
  const unproved = sumOf(sites, 'unproved')
  const proof = unproved > 0 ? `${formatCount(unproved)} not proved` : 'all proved'
  const written = `${formatCount(sumOf(sites, 'written'))} ${isDryRun ? 'would be written' : 'written'}`
  const counts = `${plural(sumOf(sites, 'targets'), 'target')}, ${plural(sumOf(sites, 'files'), 'file')}`
  return [
    table,
    quiet.length > 0 ? `${plural(quiet.length, 'site')} unchanged\n` : '',
    `${sites.length > 1 ? 'all ' : ''}${plural(sites.length, 'site')}: ${counts}, ${written}, ${proof}\n`,
  ].join('')
}

const sumOf = (sites: readonly SiteResult[], of: Count) => sites.reduce((total, site) => total + site[of], 0)

/**
 * Sites whose targets change in the same way, each for its own local side, and have as many files and warnings; in the order of the first
 * ones.
 */
function groupsOf(sites: readonly SiteResult[], targets: readonly TargetChange[]): SiteResult[][] {
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
  return [...groupBy(sites, keyOf).values()]
}
