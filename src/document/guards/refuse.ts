import { errorsIn, explain, type Finding, Refusal, withoutHint } from '../../finding/finding.ts'
import { GUARDS, type GuardName } from '../../model/guard.ts'
import { type TagDocument, usesTag } from '../../model/service-tag.ts'
import { acceptedFor, baselineOf, type History, type KnownDocument } from '../history.ts'
import { guard, guardOf } from './guards.ts'

/**
 * Refuses a stored document that the guards of the policy refuse against the document of the files in place: another policy may have stored
 * it, with other guards. What a person accepted for the policy stays in the snapshot.
 */
export function refuseDoubts(
  document: TagDocument,
  locked: TagDocument | undefined,
  history: History,
  accept: readonly GuardName[] = [],
): void {
  if (!locked) return
  const { policy } = history
  const accepted = [...acceptedFor(document, history), ...accept]
  const findings = guard(document, locked, usesTag(policy), { limits: policy.guards, accept: accepted })
  refuse(findings, (guards) => {
    return `the snapshot of ${document.published} is refused for the files in place, which are made from ${locked.published}; to accept it, run "tagwall update --from FILE --accept ${guards}" with its document and this policy`
  })
}

/**
 * Refuses a published document that was not stored, and that `fetch` would refuse. Its date does not matter, because a person named
 * the document. Only `fetch` and `update` accept findings, because only snapshots record it.
 */
export function refuseUnstored({ document, everyTag }: KnownDocument, history: History): void {
  const { policy, isShipped } = history
  const before = isShipped ? undefined : baselineOf(document, history)
  const findings = guard(document, before, usesTag(policy), { limits: policy.guards, accept: [], everyTag })
  refuse(findings, (guards) => {
    return `${document.source} is refused; to accept it, store it with "tagwall fetch --from FILE --accept ${guards}"`
  })
}

/** Throws `UserErrors` with the errors of guards; `headline` gets the names of the guards that would accept them. */
function refuse(findings: readonly Finding[], headline: (guards: string) => string): void {
  const errors = errorsIn(findings)
  if (errors.length === 0) return
  const guards = GUARDS.filter((name) => errors.some((finding) => guardOf(finding) === name))
  throw new Refusal(
    headline(guards.join(',')),
    errors,
    errors.map((finding) => withoutHint(explain(finding))),
  )
}
