import type { CommandSpec } from '../cli/command.ts'
import { explainName } from '../explain/topics.ts'
import type { Explanation } from '../model/explanation.ts'
import { formatJson } from '../model/json.ts'
import type { CommonOptions } from '../policy/load.ts'

export const explainedJson = (explained: readonly Explanation[]) => ({ explained })

export const command: CommandSpec<[name?: string], CommonOptions> = {
  summary: 'explain a rule, a site, a tag, a finding, a guard or a limit, or print a page of the documentation',
  about: 'Explains a name in plain words: what it means, whether to act, and where to read on.',
  docs: 'cli',
  examples: [
    ['tagwall explain', 'list all topics'],
    ['tagwall explain AllowMCROutboundAccess', 'explain a rule'],
    ['tagwall explain INBOUND_TAG', 'explain a finding'],
    ['tagwall explain changes', 'print the page docs/changes.md'],
  ],
  flags: (command) =>
    command.argument('[topic]', 'such as AllowMCROutboundAccess, INBOUND_TAG or shrink; without one, list all topics'),
  run: async ([name], options, io) => {
    const { explained, text } = await explainName(name, options, io)
    io.out(options.json ? formatJson(explainedJson(explained)) : text)
    return 0
  },
}
