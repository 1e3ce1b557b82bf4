import type { Finding } from '../finding/finding.ts'
import { chosenTags, ruleSelectorsOf, selectorsOf, usesTag } from '../model/asked.ts'
import type { Policy } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { SHIPPED } from '../paths.ts'
import { baseline } from './guards/baseline.ts'
import { guard } from './guards/guards.ts'
import type { TagSet } from './holders.ts'
import { listSnapshots, readSnapshot } from './snapshot/snapshot.ts'

/**
 * Compares the first document of a folder with the shipped snapshots, as far as they have its tags. Only a warning, because
 * the shipped snapshots are not loaded anywhere and may be old.
 */
export function besideShipped(
  document: TagDocument,
  policy: Policy,
  everyTag: (() => readonly TagSet[]) | undefined,
): Finding[] {
  const before = baseline(document, shippedFor(policy), selectorsOf(policy))
  const findings = before
    ? guard(document, before, usesTag(policy), { limits: policy.guards, accept: [], everyTag })
    : []
  const suspicious = findings.filter(({ code, severity }) => {
    // Faults of the document itself are refused anyway.
    return code === 'REISSUED' || (severity === 'error' && code !== 'SPECIAL_USE' && code !== 'GIANT_PREFIX')
  })
  const older = olderThanShipped(document, policy)
  if (older) suspicious.unshift(older)
  return suspicious.length > 0 ? [{ code: 'UNLIKE_SHIPPED', severity: 'warning', findings: suspicious }] : []
}

function olderThanShipped({ published }: TagDocument, policy: Policy): Finding | undefined {
  for (const shipped of shippedFor(policy)) {
    if (published >= shipped.published) return undefined
    if (chosenTags(shipped, ruleSelectorsOf(policy)).size > 0)
      return { code: 'OLDER_DOCUMENT', severity: 'error', published, newest: shipped.published }
  }
  return undefined
}

/** Newest first, each read on demand. */
function* shippedFor({ cloud }: Policy): Generator<TagDocument> {
  for (const { path } of listSnapshots(SHIPPED.snapshots, cloud).toReversed()) yield readSnapshot(path, cloud)
}
