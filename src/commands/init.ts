import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { quietly } from '../cli/safe-io.ts'
import { type InitOptions, initJson, initText, runInit } from '../init/run-init.ts'
import { formatJson } from '../model/json.ts'
import { POLICY_DIRECTIONS } from '../model/traffic.ts'
import { CI_CHOICES } from '../propose/ci-host.ts'

export const command: CommandSpec<[], InitOptions> = {
  summary: 'write a policy file, CI jobs and .gitignore lines; asks questions on a terminal',
  about:
    'Writes a policy file, the jobs of a CI service, and lines for .gitignore. On a terminal it asks for missing options. It never overwrites a file that differs.',
  docs: 'ci',
  uses: 'writes',
  examples: [
    ['tagwall init', 'answer questions on a terminal'],
    ['tagwall init --vendor list --set list.form=sets --ci gitlab', 'ask only for the rest'],
    ['tagwall init --yes --ci none', 'ask nothing, write no CI jobs'],
    ['tagwall init --policy arc-servers --vendor list', 'start from the rules of another policy'],
    ['tagwall init --tag Storage,Sql --ports 443,1433 --vendor list', 'allow other services'],
    ['tagwall init --yes --ci gitlab --package tools/tagwall.tgz', 'the jobs install this file, and need no registry'],
  ],
  flags: (command) =>
    command
      .option(
        '--vendor <name>',
        'a firewall to write rules for (several: repeat it, or separate them with commas; default: ask)',
        option.parseNext,
      )
      .option(
        '--set <vendor.option=value>',
        'an option of a vendor (may be repeated; default: ask)',
        option.parseSetting,
      )
      .addOption(
        new Option(
          '--tag <name>',
          'a service tag to allow, in place of the rules of a policy (several: repeat it, or separate them with commas; default: ask)',
        )
          .argParser(option.parseNext)
          .conflicts('policy'),
      )
      .option('--ports <list>', 'the TCP ports of these rules (default: ask, else 443)', option.parseNext)
      .addOption(
        new Option('--direction <direction>', 'the direction of these rules (default: ask, else outbound)').choices(
          POLICY_DIRECTIONS,
        ),
      )
      .option('--local <cidrs>', 'the local addresses of these rules (default: ask, else any)', option.parseNext)
      .option(
        '--from <file|url|->',
        'a published document with the names of the tags (default: the names that ship, without regional ones)',
      )
      .addOption(new Option('--ci <host>', 'where the jobs run (default: ask, else github)').choices(CI_CHOICES))
      .option(
        '--package <file>',
        'the package of tagwall in this repository, from which the jobs install it (default: the tagwall-VERSION.tgz of this version)',
      )
      .option('--yes', 'ask nothing; anything you leave out keeps the built-in default')
      .addOption(option.dryRun())
      .addOption(option.quiet()),
  run: async (_, options, io) => {
    const result = await runInit(options, io)
    quietly(options, io).out(options.json ? formatJson(initJson(result, options)) : initText(result, options))
    return 0
  },
}
