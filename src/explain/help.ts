/** What `explain` says of a finding. */
export interface Help {
  /** One line. */
  readonly title: string
  readonly means: string
  /** What to do. */
  readonly do: string
  readonly sources: readonly string[]
}
