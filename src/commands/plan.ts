import { Option } from 'commander'
import { buildJson } from '../change/json.ts'
import { resultOf } from '../change/outcome.ts'
import { prepare } from '../change/prepare.ts'
import { withSummary } from '../change/report/append-summary.ts'
import { isEmptyChange } from '../change/sentences.ts'
import { buildText } from '../change/text.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { shownPath } from '../policy/load.ts'
import { checkDrafts, writeDrafts } from '../store/write.ts'
import { colorFor } from '../text/color.ts'
import { type BuildOptions, runOf } from './build.ts'

export interface PlanOptions extends BuildOptions {
  /** A folder for the report. */
  readonly report?: string
  /** A file of the CI service. */
  readonly summary?: string
}

/** A build that writes nothing: what would change, and why. */
export const command: CommandSpec<[targets: string[]], PlanOptions> = {
  summary: 'show what a build would change and why: traffic, files, commands; it writes nothing',
  about:
    'Does everything that a build does, proofs included, but writes nothing: it shows which traffic opens and closes, by which cause, and which files would change. It needs no network.',
  exits: ['done', 'with --exit-code: something would change'],
  docs: 'docs/changes.md',
  uses: 'rules',
  examples: [
    ['tagwall plan', 'compare the policy with the files in place'],
    ['tagwall plan --since 2025-11-03', 'compare with an older snapshot under the policy of now'],
    ['tagwall plan --exit-code', 'in CI: exit with 1 if something would change'],
  ],
  flags: (command) =>
    option
      .addPlaceOptions(command)
      .argument('[target...]', 'names of targets, such as edge or edge@berlin (default: all)')
      .addOption(option.site('only the targets at this site (several: repeat it, or separate them with commas)'))
      .addOption(option.snapshot())
      .addOption(
        new Option(
          '--since <date|file|git:rev>',
          'compare with this snapshot under the policy of now, with this lock, or with the lock of a commit (default: the lock in place)',
        ),
      )
      .addOption(option.allPrefixes())
      .addOption(option.exitCode('something would change'))
      .addOption(option.requireProof())
      .addOption(
        new Option(
          '--report <dir>',
          'write title.txt and body.md for a pull request, and the full report.html, to this folder',
        ),
      )
      .addOption(option.summary()),
  run: ([targets], options, io) => withSummary(options.summary, 'plan', io, (note) => plan(targets, options, note, io)),
}

async function plan(
  targets: readonly string[],
  options: PlanOptions,
  note: (markdown: string) => void,
  io: Io,
): Promise<0 | 1> {
  const prepared = await prepare(options, io)
  const { policy, history } = prepared
  const run = await runOf(targets, options, prepared, io)
  checkDrafts(run.drafts)
  const stored = history.files.find(({ published }) => published === run.after.known.document.published)
  const source = options.snapshot ?? (stored ? shownPath(stored.path, io) : run.after.known.where)
  const result = resultOf(run, { source, isDryRun: true, prunes: false }, io)
  if (options.report !== undefined || options.summary !== undefined) {
    const { reportOnRun } = await import('../change/report/run-report.ts')
    const plan = { policy, history, folder: options.report, findings: [], paths: { present: [], removed: [] } }
    const report = reportOnRun(run, run, plan, io)
    // Each file of a report can be made again from the others.
    writeDrafts(
      report.drafts.map((draft) => ({ ...draft, isApart: true })),
      undefined,
    )
    note(`${report.markdown}\n`)
  }
  printWarnings(result.findings, io, result.standing)
  if (options.json) io.out(formatJson(buildJson(result, options.all === true)))
  else io.out(buildText(result, { color: colorFor(io.outColor), width: io.outColumns, all: options.all === true }))
  return options.exitCode && !isEmptyChange(run.change) ? 1 : 0
}
