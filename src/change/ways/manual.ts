import type { Io } from '../../io.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { Territory } from '../../store/territory.ts'
import { sanitize } from '../../text/sanitize.ts'
import { commentable } from '../../vendor/render/header.ts'
import type { BuiltTarget } from '../build-targets.ts'
import { type BesideFile, shownDrafts, type TargetDraft } from '../target-drafts.ts'
import { type CommandKind, commandDraft, MANUAL_FILE } from './command-files.ts'

const MARK = 'NOT PROVED by tagwall:'

/** The first line of such a file, as a regular expression. */
export const MANUAL_LINE = `^${MARK} `

/** When the items are to be removed. */
export type ManualMoment = 'after the full files' | 'before the full files' | 'after the older full files'

/** A list of what a person has to remove by hand, and whether this run changes it. */
export interface ManualFile extends BesideFile {
  /** How many items it lists. */
  readonly items: number
  readonly when: ManualMoment
}

type ManualDraft = TargetDraft & Pick<ManualFile, 'items' | 'when'>

/** The draft of such a list: all items, one on a line, in the order in which they can be removed. */
export function manualDraft(
  made: BuiltTarget,
  kind: CommandKind,
  { when, items }: { readonly when: ManualMoment; readonly items: readonly string[] },
  { published, changeNumber, policy }: Pick<Ruleset, 'published' | 'changeNumber' | 'policy'>,
  territory: Territory,
  io: Io,
): ManualDraft {
  const lines = [
    `${MARK} remove this by hand ${when} are loaded, from the first line to the last.`,
    'Audit the device before and after: nothing here was tried in a model of the device.',
    `Rules of ${published} (change number ${changeNumber}), policy ${commentable(policy)}.`,
    '',
    ...items.map(sanitize),
  ]
  const file = { ...MANUAL_FILE, text: `${lines.join('\n')}\n` }
  return { ...commandDraft(made, kind, file, territory, io, [MANUAL_LINE]), items: items.length, when }
}

/** The lists, checked. */
export function manualFiles(drafts: readonly ManualDraft[], io: Io): ManualFile[] {
  const shown = shownDrafts(drafts, io)
  return drafts.map((draft) => ({ ...shown(draft), items: draft.items, when: draft.when }))
}
