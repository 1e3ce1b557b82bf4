import { checkedSide } from '../compile/policy-side.ts'
import { missingWithin } from '../compile/widen/widen-target.ts'
import type { FetchOptions } from '../document/find-stored.ts'
import { openHistory } from '../document/history.ts'
import { importDocument } from '../document/import-document.ts'
import { recordCheck } from '../document/stale-check.ts'
import type { Finding } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { FetchResult } from '../model/result.ts'
import { loadPolicy } from '../policy/load.ts'
import type { Home } from '../store/home.ts'
import { writeAndRemove } from '../store/write.ts'

/**
 * Gets the document, checks it, and stores the snapshot unless the policy does not compile against it. A dry run writes nothing. `home` is
 * that of the journal. Throws `UserError` if the document or the policy is refused; nothing is written then.
 */
export async function runFetch(
  options: FetchOptions,
  home: Home | undefined,
  io: Io,
): Promise<{ readonly result: FetchResult; readonly findings: readonly Finding[] }> {
  const policy = await loadPolicy(options, io)
  const history = openHistory(options, policy, io)
  const imported = await importDocument({ ...options, repairs: true }, history, io)
  const { known, drafts, superseded, ahead, result } = imported
  const findings = [...imported.findings, ...checkedSide(known, history).findings]
  const missing = policy.targets.flatMap(({ name, widen }) => (widen ? missingWithin(widen, name, known) : []))
  refuseErrors(missing, `the policy ${policy.name} cannot be compiled`)
  writeAndRemove(drafts, [...superseded, ...ahead], home)
  if (home) recordCheck(history, result, home, io)
  return { result, findings }
}
