import type { History, KnownDocument } from '../document/history.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { CommonOptions } from '../policy/load.ts'
import type { OpenLock } from '../policy/lock/open-lock.ts'
import type { Territory } from '../store/territory.ts'
import type { Since } from './older/since.ts'

/** The request for a run, and its starting point. */
export interface RunPlan {
  readonly policy: Policy
  readonly options: CommonOptions
  readonly targets: readonly Target[]
  readonly vendorFolders: readonly string[]
  readonly history: History
  readonly territory: Territory
  readonly requireProof: boolean
  readonly open: OpenLock
  /** The document of the rules, unless those of the lock's document are the same. */
  readonly known: KnownDocument
  /** The older side. */
  readonly since: Since
  /** True if a newer document may be left out: not if a person asked for this one. */
  readonly mayKeep: boolean
}
