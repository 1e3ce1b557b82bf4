import type { Io } from '../io.ts'
import { memo } from '../model/lazy.ts'
import type { Target } from '../model/policy.ts'
import type { FileResult, Proof } from '../model/result.ts'
import { shownPath } from '../policy/load.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { countLines } from '../text/lines.ts'

/** A file of a target, not yet written. */
export interface TargetDraft extends Draft {
  readonly target: Target
}

/** A file of a target beside those with rules and commands. */
export interface BesideFile {
  readonly target: string
  readonly path: string
  readonly isChanged: boolean
}

/** Checks drafts as `checkDrafts` does, and tells of each where a person finds it, and whether this run changes it. */
export function shownDrafts(drafts: readonly TargetDraft[], io: Io): (draft: TargetDraft) => BesideFile {
  checkDrafts(drafts)
  const changed = new Set(changedDrafts(drafts))
  return (draft) => ({
    target: draft.target.name,
    path: shownPath(draft.path, io),
    isChanged: changed.has(draft),
  })
}

/** The same with all that a summary tells of a file with rules or commands. */
export function draftResults(
  drafts: readonly TargetDraft[],
  io: Io,
): (draft: TargetDraft & { readonly proof: Proof | undefined }) => FileResult {
  const shown = shownDrafts(drafts, io)
  // Targets at many sites share their texts.
  const linesOf = memo(countLines)
  return (draft) => {
    const { target, text, proof } = draft
    return { ...shown(draft), vendor: target.vendor, lines: linesOf(text), proof }
  }
}
