import { exclusively } from '../change/exclusive.ts'
import { runFetch } from '../change/fetch.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { quietly } from '../cli/safe-io.ts'
import { fetchText } from '../document/delta-text.ts'
import type { FetchOptions } from '../document/find-stored.ts'
import { fetchJson } from '../document/json.ts'
import { type Finding, findingJson } from '../finding/finding.ts'
import { printWarnings } from '../findings-output.ts'
import { formatJson } from '../model/json.ts'
import type { FetchResult } from '../model/result.ts'
import { colorFor } from '../text/lines.ts'

export const fetchedJson = (result: FetchResult, findings: readonly Finding[]) => ({
  ...fetchJson(result),
  findings: findings.map(findingJson),
})

/** Gets the document, checks it against the policy, and stores the snapshot. */
export const command: CommandSpec<[], FetchOptions> = {
  summary: 'get the document, check it and store the snapshot; also repairs a damaged snapshot',
  about:
    'Gets the document, checks it with the guards, and stores the tags that the policy uses as a snapshot. It writes no rules. A damaged snapshot of the same document is repaired.',
  exits: ['done', 'with --exit-code: the snapshot changed'],
  environment: ['proxy', 'certificates', 'apiToken'],
  docs: 'fetching',
  uses: 'writes',
  examples: [
    ['tagwall fetch --from ServiceTags_Public_20251110.json', 'store a snapshot, write no rules'],
    ['tagwall fetch --dry-run --exit-code', 'exit with 1 if there is something new'],
  ],
  flags: (command) =>
    option.addDocumentOptions(command).addOption(option.exitCode('the snapshot changed')).addOption(option.quiet()),
  run: (_, options, io) =>
    exclusively(options, io, async (home) => {
      const { result, findings } = await runFetch(options, home, io)
      printWarnings(findings, io)
      if (options.json) io.out(formatJson(fetchedJson(result, findings)))
      else quietly(options, io).out(fetchText(result, { color: colorFor(io.outColor) }))
      return options.exitCode && result.outcome !== 'unchanged' ? 1 : 0
    }),
}
