import { storedDocument } from '../../document/known-document.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { ListedFiles } from '../../propose/listed-files.ts'
import type { Run } from '../run.ts'
import type { ComparedTarget } from '../traffic/change.ts'
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
    folder,
    findings,
    paths,
  }: {
    readonly folder: string | undefined
    readonly findings: readonly Finding[]
    /** More files of the change, such as its snapshot, by their full paths. */
    readonly paths: ListedFiles
  },
  io: Io,
): ReportFiles {
  const { after } = run
  const { policy, history } = run.plan
  const { delta, rollback, cleanup, cleanupsThere, manuals, runbooks } = run.ways
  const { change } = compared
  const commands = new Map(delta.files.map(({ target, proof }) => [target, proof?.commands]))
  const sides = new Map(compared.targets.map((one) => [one.change.target, one]))
  const targets = run.targets.map(({ made }): ReportedTarget => {
    const { name } = made.target
    const own = <T extends { readonly target: string; readonly path: string }>(
      files: readonly T[],
      kind: ReportedTarget['beside'][number]['kind'],
    ) => files.filter(({ target }) => target === name).map(({ path }) => ({ kind, path }))
    return {
      ...(sides.get(name) as ComparedTarget),
      made,
      beside: [
        ...own(delta.files, 'delta'),
        ...own(rollback.files, 'rollback'),
        ...own([...cleanupsThere, ...cleanup.files], 'cleanup'),
        ...own(manuals, 'manual'),
        ...own(runbooks, 'runbook'),
      ],
      commands: commands.get(name),
    }
  })
  const older = targets.flatMap(({ before }) => before.rules?.document ?? [])
  const before = older.find(({ published }) => published === change.before?.published)
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
    before: before && storedDocument(before),
    capacity: run.capacity,
    // Without the age of the newest snapshot, which changes every day.
    findings: [...findings, ...run.findings],
    standing: run.standing,
  }
  return reportFiles(folder, plan, proposed, io)
}
