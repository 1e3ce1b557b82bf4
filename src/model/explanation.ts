/** What something is and what to do about it, for a person who met its name. */
export interface Explanation {
  readonly kind: 'rule' | 'finding' | 'tag' | 'limit'
  readonly name: string
  /** One line. */
  readonly title: string
  readonly paragraphs: readonly string[]
  /** Where the facts are from, the most important first. */
  readonly sources: readonly string[]
}
