import type { Ruleset } from '../../model/ruleset.ts'
import { sanitize } from '../../text/sanitize.ts'
import { commentable } from '../../vendor/render/header.ts'
import type { BesideFile } from '../build-targets.ts'

const MARK = 'NOT PROVED by tagwall:'

/** The first line of a list of what a person has to remove by hand, as a regular expression. */
export const MANUAL_LINE = `^${MARK} `

/** Items for a person to remove by hand. */
export interface ManualList {
  readonly when: 'after the full files' | 'before the full files' | 'after the older full files'
  /** In the order in which they can be removed. */
  readonly items: readonly string[]
}

/** The file of such a list, and whether this run changes it. */
export interface ManualFile extends BesideFile {
  /** How many items it lists. */
  readonly items: number
  readonly when: ManualList['when']
}

/** The list as text, one item on a line. */
export function manualText({ when, items }: ManualList, { published, changeNumber, policy }: Ruleset): string {
  const lines = [
    `${MARK} remove this by hand ${when} are loaded, from the first line to the last.`,
    'Audit the device before and after: nothing here was tried in a model of the device.',
    `Rules of ${published} (change number ${changeNumber}), policy ${commentable(policy)}.`,
    '',
    ...items.map(sanitize),
  ]
  return `${lines.join('\n')}\n`
}
