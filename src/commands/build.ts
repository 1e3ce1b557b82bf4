import { type BuildOptions, runBuild } from '../change/build.ts'
import type { BuildResult } from '../change/build-result.ts'
import { exclusively } from '../change/exclusive.ts'
import { buildJson } from '../change/tell/json.ts'
import { buildText } from '../change/tell/text.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { quietly } from '../cli/safe-io.ts'
import { printWarnings } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { formatJson } from '../model/json.ts'
import { colorFor } from '../text/lines.ts'

/** Writes the files of the named targets, or of all targets. Either every file is written, or none. */
export const command: CommandSpec<[targets: string[]], BuildOptions> = {
  summary: 'write the rules of all targets of the policy, or of some',
  about:
    'Makes the rules of the newest snapshot, proves each file by reading it back, and writes the files, their commands and runbooks, and the lock. Either every file is written or none. It needs no network.',
  exits: ['done', 'with --exit-code: a file changed'],
  docs: 'cli',
  uses: 'writes',
  examples: [
    ['tagwall build --dry-run', 'prove every file, write nothing'],
    ['tagwall build', 'write the rules of every target'],
    [
      'tagwall build --since 2025-11-03',
      'write only the commands that update from an older snapshot, and those that lead back',
    ],
  ],
  flags: (command) =>
    option
      .addPlaceOptions(command)
      .argument('[target...]', 'names of targets, such as edge or edge@berlin (default: all)')
      .addOption(option.site('only the targets at this site (several: repeat it, or separate them with commas)'))
      .addOption(option.snapshot())
      .addOption(option.since())
      .addOption(option.rollback())
      .option('--prune', 'remove the files of targets that the policy no longer has, if they are as tagwall wrote them')
      .addOption(option.dryRun())
      .addOption(option.allPrefixes())
      .addOption(option.exitCode('a file changed'))
      .addOption(option.requireProof())
      .addOption(option.quiet()),
  run: ([targets], options, io) =>
    exclusively(options, io, async (home) => {
      const result = await runBuild(targets, options, home, io)
      printResult(result, options, quietly(options, io))
      return options.exitCode && result.files.some(({ isChanged }) => isChanged) ? 1 : 0
    }),
}

/** Prints what a build made, or would make. */
export function printResult(result: BuildResult, options: BuildOptions, io: Io): void {
  const all = options.all === true
  printWarnings(result.findings, io, result.standing)
  if (options.json) io.out(formatJson(buildJson(result, all)))
  else io.out(buildText(result, { color: colorFor(io.outColor), width: io.outColumns, all }))
}
