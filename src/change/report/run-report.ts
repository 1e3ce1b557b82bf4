import { type History, storedDocument } from '../../document/history.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { Policy } from '../../model/policy.ts'
import type { ListedFiles } from '../../propose/listed-files.ts'
import type { Before } from '../older/before.ts'
import type { Run } from '../run.ts'
import type { ReportedTarget } from './device-changes.ts'
import { type ReportFiles, reportFiles } from './report-files.ts'

/**
 * The report of a run in `folder`: title and text of the pull request, the page, and the list of its files: all that the change writes or
 * removes, and the files in place that belong to it. Without a folder there are no files. `compared` is the same run, maybe from another
 * older side.
 */
export function reportOnRun(
  run: Run,
  compared: Run,
  {
    policy,
    history,
    folder,
    findings,
    paths,
  }: {
    readonly policy: Policy
    readonly history: History
    readonly folder: string | undefined
    readonly findings: readonly Finding[]
    /** More files of the change, such as its snapshot, by their full paths. */
    readonly paths: ListedFiles
  },
  io: Io,
): ReportFiles {
  const { built, after } = run
  const { deltas, rollbacks, cleanups, manuals, runbooks } = run.ways
  const { befores, change } = compared
  const commands = new Map(deltas.files.map(({ target, proof }) => [target, proof?.commands]))
  const changes = new Map(change.targets.map((one) => [one.target, one]))
  const targets = built.made.map((made): ReportedTarget => {
    const { name } = made.target
    const own = <T extends { readonly target: string; readonly path: string }>(
      files: readonly T[],
      kind: ReportedTarget['beside'][number]['kind'],
    ) => files.filter(({ target }) => target === name).map(({ path }) => ({ kind, path }))
    return {
      change: changes.get(name) as ReportedTarget['change'],
      before: befores.get(name) as Before,
      made,
      beside: [
        ...own(deltas.files, 'delta'),
        ...own(rollbacks.files, 'rollback'),
        ...own(cleanups.beside, 'cleanup'),
        ...own(manuals, 'manual'),
        ...own(runbooks, 'runbook'),
      ],
      commands: commands.get(name),
    }
  })
  const older = [...befores.values()].find(({ rules }) => rules?.document.published === change.before?.published)?.rules
  // Including uncommitted files of earlier runs.
  const proposed = {
    present: [
      ...paths.present,
      ...[...run.lock.targets.values()].flatMap(({ files }) => [...files.keys()]),
      ...run.drafts.map(({ path }) => path),
    ],
    removed: [...paths.removed, ...run.stale],
  }
  const plan = {
    ...{ policy, history, change, targets, after },
    before: change.before && older ? storedDocument(older.document) : undefined,
    capacity: run.capacity,
    // Without the age of the newest snapshot, which changes every day.
    findings: [...findings, ...run.findings],
    standing: run.standing,
  }
  return reportFiles(folder, plan, proposed, io)
}
