import { UserErrors } from '../../errors.ts'
import { explain, withoutHint } from '../../finding/finding.ts'
import { usesTag } from '../../model/asked.ts'
import { GUARDS } from '../../model/guard.ts'
import type { Policy } from '../../model/policy.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { guard, guardOf } from './guards.ts'

/**
 * Refuses a stored document that the guards of this policy refuse against the document of the files in place: another policy may have stored
 * it, with other guards. What a person accepted stays in the snapshot.
 */
export function refuseDoubts(document: TagDocument, locked: TagDocument | undefined, policy: Policy): void {
  if (!locked) return
  const options = { limits: policy.guards, accept: document.accepted ?? [] }
  const errors = guard(document, locked, usesTag(policy), options).filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const guards = GUARDS.filter((name) => errors.some((finding) => guardOf(finding) === name))
  throw new UserErrors(
    `the snapshot of ${document.published} is refused for the files in place, which are made from ${locked.published}; to accept it, run "tagwall fetch --from FILE --accept ${guards.join(',')}" with its document and this policy`,
    errors.map((finding) => withoutHint(explain(finding))),
  )
}
