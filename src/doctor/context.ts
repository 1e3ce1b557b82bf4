import type { PrivateLink } from '../model/diagnosis.ts'

/** What the verdict of one endpoint needs besides what was seen of it. */
export interface Context {
  readonly policy: string
  /** The date of the document, and of the observations: YYYY-MM-DD..., by the clock of the host. */
  readonly published: string
  readonly made: string
  /** The names of the document's tags; `isWhole` if these are all that were published. */
  readonly tags: readonly string[]
  readonly isWhole: boolean
  readonly privateZones: readonly string[]
  readonly privateLink: PrivateLink
  /** --private-link or --no-private-link. */
  readonly asked: boolean | undefined
  /** Some names of Private Link are private, and some public. */
  readonly isMixed: boolean
  readonly proxy: string
  /** What NO_PROXY must list for Private Link, separated by commas. */
  readonly noProxyEntries: string
}
