import type { AddressClass } from './address-class.ts'

/** The facts that verdicts need besides the observations. */
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
  readonly proxy: string
  /** The entries for Private Link that NO_PROXY must have, separated by commas. */
  readonly noProxyEntries: string
  /** The endpoints of the table that the observations lack, as HOST:PORT. */
  readonly absent: readonly string[]
  /** The class of an address; networks that the user names as own are private. */
  readonly classOf: (address: string) => AddressClass | undefined
  /** The features of the table that were asked for and do not work with Private Link. */
  readonly withoutPrivateLink: readonly { readonly feature: string; readonly what: string }[]
}

/** The use of Private Link, and the evidence for it. */
export interface PrivateLink {
  readonly isUsed: boolean
  readonly because: 'asked' | 'answer' | 'nothing private'
  readonly host: string | undefined
  readonly address: string | undefined
}
