import { exclusively } from '../change/exclusive.ts'
import { fetchText } from '../change/summary-text.ts'
import type { CommandSpec } from '../cli/command.ts'
import * as option from '../cli/options.ts'
import { checkedSide } from '../compile/policy-side.ts'
import { missingWithin } from '../compile/widen-target.ts'
import { openHistory } from '../document/history.ts'
import { type FetchOptions, importDocument } from '../document/import-document.ts'
import { recordCheck } from '../document/staleness.ts'
import { findingJson } from '../finding/json.ts'
import { printWarnings, refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import { fetchJson, formatJson } from '../model/json.ts'
import { loadPolicy } from '../policy/load.ts'
import { checkDrafts, removeStale, writeDrafts } from '../store/write.ts'
import { colorFor } from '../text/color.ts'

/** Gets the document, checks it against the policy, and stores the snapshot. */
export const command: CommandSpec<[], FetchOptions> = {
  summary: 'get the document, check it and store the snapshot; also repairs a damaged snapshot',
  about:
    'Gets the document, checks it with the guards, and stores the tags that the policy uses as a snapshot. It writes no rules. A damaged snapshot of the same document is repaired.',
  exits: ['done', 'with --exit-code: the snapshot changed'],
  environment: ['proxy', 'certificates', 'apiToken'],
  docs: 'docs/fetching.md',
  uses: 'writes',
  examples: [
    ['tagwall fetch --from ServiceTags_Public_20251110.json', 'store a snapshot, write no rules'],
    ['tagwall fetch --dry-run --exit-code', 'exit with 1 if there is something new'],
  ],
  flags: (command) => option.addDocumentOptions(command).addOption(option.exitCode('the snapshot changed')),
  run: (_, options, io) => exclusively(options, { createsSnapshots: true }, io, (home) => fetch(options, home, io)),
}

async function fetch(options: FetchOptions, home: string | undefined, io: Io): Promise<0 | 1> {
  const policy = await loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const {
    known,
    drafts,
    superseded,
    result,
    findings: warned,
  } = await importDocument(
    options,
    policy,
    history,
    { isDryRun: options.dryRun === true, repairs: true, records: options.record === true, accept: options.accept },
    io,
  )
  // Do not store a document that the policy does not compile against.
  const findings = [...warned, ...checkedSide(policy, known, history).findings]
  refuseErrors(
    policy.targets.flatMap(({ name, widen }) => (widen ? missingWithin(widen, name, known) : [])),
    `the policy ${policy.name} cannot be compiled`,
  )
  if (options.dryRun) checkDrafts(drafts)
  else {
    writeDrafts(drafts, home)
    removeStale(superseded)
    recordCheck(policy, history, result.seen, home, io)
  }
  printWarnings(findings, io)
  if (options.json) io.out(formatJson({ ...fetchJson(result), findings: findings.map(findingJson) }))
  else io.out(fetchText(result, { color: colorFor(io.outColor) }))
  return options.exitCode && result.outcome !== 'unchanged' ? 1 : 0
}
