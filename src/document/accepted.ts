import { relative } from 'node:path'
import { type Accepted, FOR_ALL, GUARDS, type GuardName } from '../model/guard.ts'
import type { Policy } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'

interface SnapshotFolder {
  readonly directory: string
}

/**
 * The name of a policy in the snapshots of a folder: its path from the folder above them, because several working directories may share it;
 * or the name of a built-in policy.
 */
const acceptorOf = ({ name, file }: Policy, { directory }: SnapshotFolder): string =>
  file === undefined ? name : relative(`${directory}/..`, file).replaceAll('\\', '/')

/** The guards that a person accepted for this policy, in the order of `GUARDS`. */
export function acceptedFor(
  { accepted = {} }: TagDocument,
  policy: Policy,
  history: SnapshotFolder,
): readonly GuardName[] {
  const own = [...(accepted[FOR_ALL] ?? []), ...(accepted[acceptorOf(policy, history)] ?? [])]
  return GUARDS.filter((guard) => own.includes(guard))
}

/** Adds to the accepted findings of this policy. */
export function withAccepted(
  before: Accepted,
  guards: readonly GuardName[],
  policy: Policy,
  history: SnapshotFolder,
): Accepted {
  const name = acceptorOf(policy, history)
  const named = [...(before[name] ?? []), ...guards.filter((guard) => !before[FOR_ALL]?.includes(guard))]
  return named.length === 0 ? before : { ...before, [name]: GUARDS.filter((guard) => named.includes(guard)) }
}
