import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { FileResult } from '../../model/result.ts'
import type { Territory } from '../../store/territory.ts'
import type { Draft } from '../../store/write.ts'
import { draftResults } from '../target-drafts.ts'
import { removalOf } from './clean-target.ts'
import { commandDraft, type Way } from './command-files.ts'
import type { CommandedTarget, MadeDelta } from './target-commands.ts'

/** Deltas or rollbacks, not yet written. */
export interface BuiltDeltas {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** Why some targets have no commands that way; only warnings, because full files always work. */
  readonly findings: readonly Finding[]
  readonly made: readonly MadeDelta[]
}

/** The files of the commands of every target that lead from its older to its newer rules, or back. */
export function buildDeltas(way: Way, targets: readonly CommandedTarget[], territory: Territory, io: Io): BuiltDeltas {
  const drafts = targets.flatMap(({ made, cleaned, [way]: delta }) => {
    if (!delta) return []
    const { proof, isEmpty } = delta
    // It also puts right what the full files leave, if they are loaded instead.
    const isCleanup = way === 'delta' && cleaned.proof !== undefined && cleaned.files.length === 0
    const results = { delta: { way, isEmpty }, ...(isCleanup && { cleanup: removalOf(cleaned) }) }
    return delta.files.map((file) => ({ ...commandDraft(made, way, file, territory, io), proof, results }))
  })
  const resultOf = draftResults(drafts, io)
  const made = targets.flatMap((one) => one[way] ?? [])
  return {
    drafts,
    files: drafts.map((draft) => ({ ...resultOf(draft), ...draft.results })),
    findings: made.flatMap(({ findings }) => findings),
    made,
  }
}
