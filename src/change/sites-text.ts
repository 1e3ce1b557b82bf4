import { formatCount, plural } from '../text/numbers.ts'
import { fitTable } from '../text/table.ts'
import type { BuildResult } from './build-result-values.ts'
import { siteResults } from './site-result-values.ts'

/** One line for each site where something changed, or that has warnings; the others are counted. Empty without sites. */
export function siteTable({ files, findings, isDryRun }: BuildResult, width: number | undefined): string {
  const sites = siteResults(files, findings)
  if (sites.length === 0) return ''
  const shown = sites.filter(({ written, warnings }) => written + warnings > 0)
  const quiet = sites.filter((site) => !shown.includes(site))
  const head = ['site', 'targets', 'files', isDryRun ? 'would be written' : 'written', 'unchanged', 'warnings']
  const rows = shown.map(({ site, targets, files, written, warnings }) => [
    site,
    ...[targets, files, written, files - written, warnings].map(formatCount),
  ])
  const align = ['left', 'right', 'right', 'right', 'right', 'right'] as const
  const table = rows.length > 0 ? fitTable({ rows: [head, ...rows], align, drop: [1, 4, 5] }, width) : ''
  const sum = (of: 'targets' | 'files' | 'written' | 'unproved') => sites.reduce((total, site) => total + site[of], 0)
  const unproved = sum('unproved')
  const proof = unproved > 0 ? `${formatCount(unproved)} not proved` : 'all proved'
  const written = `${formatCount(sum('written'))} ${isDryRun ? 'would be written' : 'written'}`
  return [
    table,
    quiet.length > 0 ? `${plural(quiet.length, 'site')} unchanged\n` : '',
    `all ${plural(sites.length, 'site')}: ${plural(sum('targets'), 'target')}, ${plural(sum('files'), 'file')}, ${written}, ${proof}\n`,
  ].join('')
}
