import type { Rendered } from '../compile/render-target.ts'
import type { DocumentLabel } from '../model/delta.ts'
import { sanitize } from '../text/sanitize.ts'
import { commentable } from '../vendor/render/header.ts'

/** What a person has to do without a proof is beside the other files: `rules/edge.cleanup.manual.txt`. */
export const MANUAL_FILE: Pick<Rendered, 'suffix' | 'extension'> = { suffix: '.manual', extension: '.txt' }

const MARK = 'NOT PROVED by tagwall:'

/** The first line of such a file, as a regular expression. */
export const MANUAL_LINE = `^${MARK} `

/** The text of such a file: all items, one on a line, in the order in which they can be removed. */
export function manualText(
  when: string,
  items: readonly string[],
  { published, changeNumber, policy }: Pick<DocumentLabel, 'published' | 'changeNumber'> & { readonly policy: string },
): string {
  const head = [
    `${MARK} remove this by hand ${when}, from the first line to the last.`,
    'Audit the device before and after: nothing here was tried in a model of the device.',
    `Rules of ${published} (change number ${changeNumber}), policy ${commentable(policy)}.`,
  ]
  return `${[...head, '', ...items.map(sanitize)].join('\n')}\n`
}
