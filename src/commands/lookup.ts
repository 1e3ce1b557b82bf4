import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { lookUp, lookupJson, lookupText, parseQueries } from '../document/lookup.ts'
import { openTags } from '../document/open-tags.ts'
import { formatJson } from '../model/json.ts'
import type { CommonOptions } from '../policy/load.ts'

export interface LookupOptions extends CommonOptions {
  readonly from?: string
  readonly allowHost?: readonly string[]
}

export const command: CommandSpec<[queries: string[]], LookupOptions> = {
  summary: 'show which tags hold an address or a prefix',
  about:
    'Names the tags that hold an address or a prefix, the most specific first. It needs no network unless --from is a URL.',
  exits: ['every address is in a tag', 'an address is in no tag'],
  docs: 'docs/snapshots.md',
  uses: 'rules',
  examples: [
    ['tagwall lookup 20.190.128.1', 'search the newest snapshot'],
    [
      'tagwall lookup 20.190.128.1 4.150.240.0/24 --from ServiceTags_Public_20251110.json',
      'search every published tag',
    ],
  ],
  flags: (command) =>
    command
      .argument('<address...>', 'addresses or prefixes')
      .addOption(option.from().conflicts('snapshot'))
      .addOption(option.allowHost())
      .addOption(option.snapshot()),
  run: async ([queries], options, io) => {
    const wanted = parseQueries(queries)
    const { tags, where } = await openTags(options, io)
    const answers = lookUp(wanted, tags)
    io.out(options.json ? formatJson(lookupJson(answers, where)) : lookupText(answers, where))
    return answers.every(({ hits }) => hits.length > 0) ? 0 : 1
  },
}
