import { UserErrors } from '../errors.ts'
import { explain, withoutHint } from '../finding/finding.ts'
import { usesTag } from '../model/asked.ts'
import { GUARDS } from '../model/guard.ts'
import type { Policy } from '../model/policy.ts'
import { guard, guardOf } from './guards/guards.ts'
import { baselineOf, type History } from './history.ts'
import type { KnownDocument } from './known-document.ts'

/**
 * Refuses a published document that was not stored, and that `fetch` would refuse. Its date does not matter, because a person named
 * the document. Only `fetch` and `update` accept findings, because only snapshots record it.
 */
export function refuseUnstored({ document, everyTag }: KnownDocument, policy: Policy, history: History): void {
  const before = history.isShipped ? undefined : baselineOf(document, policy, history)
  const errors = guard(document, before, usesTag(policy), { limits: policy.guards, accept: [], everyTag }).filter(
    ({ severity }) => severity === 'error',
  )
  if (errors.length === 0) return
  const guards = GUARDS.filter((name) => errors.some((finding) => guardOf(finding) === name))
  throw new UserErrors(
    `${document.source} is refused; to accept it, store it with "tagwall fetch --from FILE --accept ${guards.join(',')}"`,
    errors.map((finding) => withoutHint(explain(finding))),
  )
}
