import { type PlanOptions, runPlan } from '../change/build.ts'
import { withSummary } from '../change/tell/job-summary.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { printResult } from './build.ts'

/** A build that writes nothing: what would change, and why. */
export const command: CommandSpec<[targets: string[]], PlanOptions> = {
  summary: 'show what a build would change and why: traffic, files, commands; it writes nothing',
  about:
    'Does everything that a build does, proofs included, but writes nothing: it shows what opens and closes, and why, and which files would change. It needs no network.',
  exits: ['done', 'with --exit-code: something would change'],
  docs: 'changes',
  examples: [
    ['tagwall plan', 'compare the policy with the files in place'],
    ['tagwall plan --since 2025-11-03', 'compare with an older snapshot under the current policy'],
    ['tagwall plan --exit-code', 'in CI: exit with 1 if something would change'],
  ],
  flags: (command) =>
    option
      .addPlaceOptions(command)
      .argument('[target...]', 'names of targets, such as edge or edge@berlin (default: all)')
      .addOption(option.site('only the targets at this site (several: repeat it, or separate them with commas)'))
      .addOption(option.snapshot())
      .option(
        '--since <date|file|git:rev>',
        'compare with this snapshot under the current policy, with this lock, or with the lock of a commit (default: the lock in place)',
      )
      .addOption(option.allPrefixes())
      .addOption(option.exitCode('something would change'))
      .addOption(option.requireProof())
      .addOption(option.report())
      .addOption(option.summary()),
  run: ([targets], options, io) =>
    withSummary(options.summary, 'plan', io, async (note) => {
      const { result, markdown, isChanged } = await runPlan(targets, options, io)
      if (markdown !== undefined) note(`${markdown}\n`)
      printResult(result, options, io)
      return options.exitCode && isChanged ? 1 : 0
    }),
}
