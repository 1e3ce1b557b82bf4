import { checkDrafts, writeDrafts } from '../emit/write.ts'
import type { Io } from '../io.ts'
import type { GuardName } from '../model/guard.ts'
import { fetchJson, findingJson, formatJson } from '../present/json.ts'
import { paintFor } from '../present/paint.ts'
import { fetchText } from '../present/text.ts'
import { compilePolicy } from './compile-policy.ts'
import { importDocument } from './import-document.ts'
import { type CommonOptions, loadPolicy, openHistory } from './inputs.ts'
import { printWarnings } from './report.ts'

export interface FetchOptions extends CommonOptions {
  readonly from?: string
  readonly dryRun?: boolean
  readonly exitCode?: boolean
  /** Guards that may find what they guard against, in this run. */
  readonly accept?: readonly GuardName[]
}

/** Gets the document, checks it against the policy, and stores the snapshot. */
export async function runFetch(options: FetchOptions, io: Io): Promise<0 | 1> {
  const policy = loadPolicy(options, io)
  const history = openHistory(options, policy.cloud, io)
  const { known, drafts, result, findings: warned } = await importDocument(options.from, policy, history, options, io)
  // A document that the policy cannot be compiled against is not worth storing.
  const findings = [...warned, ...compilePolicy(policy, known).findings]
  if (options.dryRun) checkDrafts(drafts)
  else writeDrafts(drafts)
  printWarnings(findings, io)
  if (options.json) io.out(formatJson({ ...fetchJson(result), findings: findings.map(findingJson) }))
  else io.err(fetchText(result, paintFor(io.errColor)))
  return options.exitCode && result.outcome !== 'unchanged' ? 1 : 0
}
