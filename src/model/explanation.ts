/** The explanation of a name that tagwall printed: what it means and what to do. */
export interface Explanation {
  readonly kind: 'rule' | 'site' | 'finding' | 'tag' | 'limit' | 'page'
  readonly name: string
  /** One line. */
  readonly title: string
  readonly paragraphs: readonly string[]
  /** Sources, the most important first. */
  readonly sources: readonly string[]
}
