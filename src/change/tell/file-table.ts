import type { ItemChange } from '../../model/change.ts'
import { groupsOf, pairsBy } from '../../model/group-by.ts'
import type { FileResult, FileRole } from '../../model/result.ts'
import { groupSites, labelOf, maskSite, siteOf } from '../../model/site.ts'
import { countLineChanges, countLines } from '../../text/lines.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { FilePlace } from '../build-targets.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import { heldItems } from './items-text.ts'
import type { ReportTable } from './report-table.ts'

const SHOWN: Readonly<Partial<Record<FileRole, string>>> = {
  cleanup: 'cleanup (load it last)',
  manual: 'to remove by hand (not proved)',
}

/** A target of the report. */
export interface ReportedTarget extends ComparedTarget {
  /** The files that a run makes for it; none in a comparison of two snapshots. */
  readonly results: readonly FileResult[]
  /** Reads one of its older full files. */
  readonly olderText: (path: string) => string | undefined
  readonly newerText: (path: string) => string | undefined
}

/** The files of targets that change, and those beside them, with what they are; once for all sites with the same. */
export function fileTable(targets: readonly ReportedTarget[]): ReportTable {
  const changed = targets
    .map((one) => ({ target: one.made.target.name, device: deviceText(one), files: changedFiles(one), one }))
    .filter(({ files }) => files.length > 0)
  const groups = groupSites(changed, ({ device, files, one }) =>
    JSON.stringify([one.made.target.vendor, device, files]),
  )
  const rows = groups.flatMap(({ item: { target, device, files, one }, sites }) =>
    files.map(({ paths, text }, index) => {
      const shown = sites.length > 1 ? maskSite(paths, siteOf(target)) : paths
      const name = `${labelOf(target, sites)} (${one.made.target.vendor})`
      return { cells: [name, shown, text, index === 0 ? device : ''] }
    }),
  )
  return {
    id: 'files',
    heading: `The files of ${plural(groups.length, 'target')}`,
    columns: { target: 'text', file: 'code', lines: 'text', 'on the device': 'text' },
    rows,
  }
}

/** The changed full files of a target, line by line if the older ones are known, and all files beside them in one row. */
function changedFiles(reported: ReportedTarget): { paths: string; text: string }[] {
  const { before, made, results, olderText, newerText } = reported
  const changed = pairsBy<FilePlace>(made.files, before.files, ({ path }) => path)
    .map(([path, is, was]) => ({ paths: path, text: fileText(was && (olderText(path) ?? ''), is && newerText(path)) }))
    .filter(({ text }) => text !== '')
  const beside = results.filter(({ role }) => role !== 'full')
  if (beside.length === 0) return changed
  const whats = new Set(beside.map(({ role }) => SHOWN[role] ?? role))
  return [...changed, { paths: beside.map(({ path }) => path).join(', '), text: [...whats].join(', ') }]
}

/** The line changes of one file, such as `+2 −1 lines, 40 in all`; empty if nothing changed. */
export function fileText(before: string | undefined, after: string | undefined): string {
  if (after === undefined) return `no longer made (${plural(countLines(before ?? ''), 'line')})`
  const lines = countLines(after)
  if (before === undefined) return `${plural(lines, 'line')}, new`
  const { added, removed } = countLineChanges(before, after)
  return added + removed > 0
    ? `+${formatCount(added)} −${formatCount(removed)} lines, ${formatCount(lines)} in all`
    : ''
}

/** `objects +2 −1; groups 1 changed; 4 commands`; empty if nobody knows what changes. */
function deviceText({ change, results }: ReportedTarget): string {
  const { kind, options, pieces, isByTag } = change
  const commands = results.find(({ role }) => role === 'delta')?.proof?.commands
  const ofKinds = groupsOf(heldItems(change), ({ item }) => item.kind).map((own) => {
    const countOf = (how: ItemChange['change']) => own.filter((one) => one.change === how).length
    const counts = [
      countOf('added') > 0 && `+${formatCount(countOf('added'))}`,
      countOf('removed') > 0 && `−${formatCount(countOf('removed'))}`,
      ...(['changed', 'moved'] as const).map((how) => countOf(how) > 0 && `${formatCount(countOf(how))} ${how}`),
    ]
    return `${own[0].item.kind}s ${counts.filter(Boolean).join(' ')}`
  })
  const parts = [
    ...ofKinds,
    ...(options.length > 0 ? [`options ${options.map(({ name }) => name).join(', ')}`] : []),
    ...(commands ? [plural(commands, 'command')] : []),
  ]
  if (parts.length > 0 || kind === 'new') return parts.join('; ')
  return pieces.length === 0 ? 'nothing' : isByTag ? 'nothing: the device resolves the tags itself' : ''
}
