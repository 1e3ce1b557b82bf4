import { Option } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { runWiden, type WidenOptions, widenJson, widenText } from '../compile/widen/run-widen.ts'
import { formatJson } from '../model/json.ts'

export const command: CommandSpec<[rule?: string], WidenOptions> = {
  summary: 'show the price of fewer prefixes: the additional addresses that they allow',
  about:
    'Shows what fewer prefixes cost: the addresses that the rules would then allow in addition. It writes nothing. To widen a target, set "widen" in the policy.',
  docs: 'small-firewalls',
  examples: [
    ['tagwall widen --curve', 'show the price of a range of budgets'],
    ['tagwall widen AllowAzOutboundAccess --max 160', 'show what one budget merges'],
  ],
  flags: (command) =>
    command
      .argument('[rule]', 'only this rule of the policy')
      .option('--max <number>', 'at most this many prefixes per rule and family', option.parseCount)
      .addOption(new Option('--curve', 'show the price of a range of budgets as a table and a chart').conflicts('max'))
      .option('--target <name>', 'use the budget and constraints of this target')
      .option('--within <tag>', 'prefer additional addresses from this tag, such as AzureCloud')
      .option(
        '--never <cidr>',
        'add no addresses from this prefix (several: repeat it, or separate them with commas)',
        option.parseNext,
      )
      .option(
        '--min-prefix-length <family=length>',
        'make no prefix shorter than this (default: ipv4=8 and ipv6=16; may be repeated)',
        option.parseSetting,
      )
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot()),
  run: async ([rule], options, io) => {
    const report = await runWiden(rule, options, io)
    io.out(options.json ? formatJson(widenJson(report)) : widenText(report))
    return 0
  },
}
