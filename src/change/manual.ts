import type { Rendered } from '../compile/render-target.ts'
import type { DocumentLabel } from '../model/delta.ts'
import { sanitize } from '../text/sanitize.ts'
import { commentable } from '../vendor/render/header.ts'

/** The unproved steps for a person stand beside the other files: `rules/edge.cleanup.manual.txt`. */
export const MANUAL_FILE: Pick<Rendered, 'suffix' | 'extension'> = { suffix: '.manual', extension: '.txt' }

const MARK = 'NOT PROVED by tagwall:'

/** The first line of such a file, as a regular expression. */
export const MANUAL_LINE = `^${MARK} `

/** A list of what a person has to remove by hand, and whether this run changes it. */
export interface ManualFile {
  readonly target: string
  readonly path: string
  readonly isChanged: boolean
  /** How many items it lists. */
  readonly items: number
  readonly when: ManualMoment
}

/** When the items are to be removed. */
export type ManualMoment = 'after the full files' | 'before the full files' | 'after the older full files'

/** The text of such a file: all items, one on a line, in the order in which they can be removed. */
export function manualText(
  when: ManualMoment,
  items: readonly string[],
  { published, changeNumber, policy }: Pick<DocumentLabel, 'published' | 'changeNumber'> & { readonly policy: string },
): string {
  const head = [
    `${MARK} remove this by hand ${when} are loaded, from the first line to the last.`,
    'Audit the device before and after: nothing here was tried in a model of the device.',
    `Rules of ${published} (change number ${changeNumber}), policy ${commentable(policy)}.`,
  ]
  return `${[...head, '', ...items.map(sanitize)].join('\n')}\n`
}
