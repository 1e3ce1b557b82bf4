import { Option as Flag } from 'commander'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { LISTS, type ListOptions } from '../listing/listing.ts'
import { formatJson } from '../model/json.ts'

export const command: CommandSpec<[what: string, name?: string], ListOptions> = {
  summary: 'list snapshots, tags, vendors, policies, rules, targets or sites',
  about:
    'Lists snapshots, tags, vendors, policies, rules, targets or sites. "list tags" has the tags of the policy; with --from, every published tag. "list rules", "list targets" and "list sites" are about the policy in use. It writes nothing.',
  docs: 'cli',
  examples: [
    ['tagwall list snapshots', 'show what each snapshot gained and lost'],
    ['tagwall list vendors list', 'show options, limits and models of one vendor'],
    ['tagwall list tags --from ServiceTags_Public_20251110.json', 'show every published tag'],
    ['tagwall list targets --names', 'print the names of the targets, one per line'],
  ],
  flags: (command) =>
    command
      .argument('<what>', 'snapshots, tags, vendors, policies, rules, targets or sites')
      .argument('[name]', 'only this entry, in full')
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot())
      .addOption(new Flag('--names', 'print only the names, one per line, for a script').conflicts('json')),
  run: async ([what, name], options, io) => {
    const list = LISTS[option.oneOf('list', what, Object.keys(LISTS) as (keyof typeof LISTS)[])]
    const { json, text, names: listed } = await list(name, options, io)
    if (options.names) io.out(listed.map((one) => `${one}\n`).join(''))
    else io.out(options.json ? formatJson(json) : text)
    return 0
  },
}
