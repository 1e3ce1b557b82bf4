import { everything, type PrefixSet } from '../../address/prefix-set.ts'
import type { FoundLocal } from '../../model/found-rule.ts'

/** The sides of a rule; a local side that is undefined is any. */
export interface LocalAndRemote {
  readonly local: FoundLocal | undefined
  readonly remote: PrefixSet
}

/**
 * Both ends of a connection are of one family. So a local side of every address is any, and one of every address of a family is any
 * with the remote addresses of that family.
 */
export function oneFamily({ addresses, objects }: FoundLocal, remote: PrefixSet): LocalAndRemote {
  if (objects.length === 0) {
    if (addresses.equals(everything())) return { local: undefined, remote }
    for (const family of ['ipv4', 'ipv6'] as const)
      if (addresses.equals(everything(family))) return { local: undefined, remote: remote.family(family) }
  }
  return { local: { addresses, objects }, remote }
}
