import { Option } from 'commander'
import { jobSummary, withSummary } from '../change/tell/job-summary.ts'
import { isTitle } from '../change/tell/sentences.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { formatJson } from '../model/json.ts'
import { CI_HOST_NAMES } from '../propose/ci-host.ts'
import { proposedJson, proposedText } from '../propose/outcome.ts'
import { type ProposeOptions, propose } from '../propose/propose.ts'

interface Options extends ProposeOptions {
  readonly json?: boolean
  readonly quiet?: boolean
}

export const command: CommandSpec<[], Options> = {
  summary: 'for the weekly job: push the change as one branch, and open or update its pull request',
  about:
    'Commits the files of "tagwall update --report DIR" to one branch, pushes it, and opens or updates its pull request. The working tree and its branch stay as they are. It needs git, and gh (GitHub) or az (Azure DevOps) with a token; GitLab needs only the token. It prints what it did and the address of the pull request. A quiet week does nothing; a pull request that was closed stays closed for the same change. After the merge, a job of yours loads the rules: docs/automation.md.',
  environment: ['githubToken', 'azureToken', 'gitlabToken'],
  docs: 'ci',
  uses: 'nothing',
  examples: [
    ['tagwall propose --report out', 'in the weekly job, after "tagwall update --report out"'],
    ['tagwall propose --report out --quiet', 'print only the address of the pull request'],
    ['tagwall propose --report out --to github --dry-run', 'try it by hand: show what would be pushed'],
  ],
  flags: (command) =>
    command
      .addOption(new Option('--report <dir>', 'the folder of "tagwall update --report DIR"').makeOptionMandatory())
      .addOption(
        new Option('--to <host>', 'where to open pull requests (default: the CI service that runs the job)').choices(
          CI_HOST_NAMES,
        ),
      )
      .option(
        '--branch <name>',
        'the branch to push, the same in every run (default: tagwall/update, or tagwall/update-NAME for NAME.yaml beside other policies)',
      )
      .option('--base <branch>', "the target branch (default: the repository's default branch)")
      .option('--remote <name>', 'the remote to push to', 'origin')
      .option('--json', 'print the result as JSON')
      .option('--quiet', 'print only the address of the pull request, if there is one')
      .addOption(option.summary())
      .addOption(option.dryRun()),
  run: (_, options, io) =>
    withSummary(options.summary, 'propose', io, async (note) => {
      const proposed = await propose(options, isTitle, io)
      const address = proposed.pullRequest?.address
      note(jobSummary('tagwall propose', proposedText(proposed)))
      if (options.json) io.out(formatJson(proposedJson(proposed)))
      else if (!options.quiet) io.out(proposedText(proposed))
      else if (address !== undefined) io.out(`${address}\n`)
      return 0 as const
    }),
}
