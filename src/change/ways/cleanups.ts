import { resolve } from 'node:path'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { FileResult } from '../../model/result.ts'
import { artefactsFor } from '../../model/vendor.ts'
import { shownPath } from '../../policy/load.ts'
import { entryAt } from '../../store/disk.ts'
import type { Territory } from '../../store/territory.ts'
import type { Draft } from '../../store/write.ts'
import type { BuiltTarget } from '../build-targets.ts'
import { draftResults } from '../target-drafts.ts'
import { itemText, removalOf } from './clean-target.ts'
import { commandDraft, commandPath } from './command-files.ts'
import { type ManualFile, manualDraft, manualFiles } from './manual.ts'
import type { CommandedTarget } from './target-commands.ts'

/** A cleanup file, relative to the working directory. */
export interface CleanupPath {
  readonly target: string
  readonly path: string
}

/** The files that remove the leftovers of full loads, where the delta does not, not yet written. */
export interface BuiltCleanups {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** Warnings about leftovers that cannot be removed, or cannot be determined. */
  readonly findings: readonly Finding[]
  readonly manuals: readonly ManualFile[]
  /** All cleanup files of the full files: new ones, and those of an earlier run if nothing changed. */
  readonly beside: readonly CleanupPath[]
}

/** The files that put right the full loads of the changed targets, of all that a run makes. */
export function buildCleanups(
  changed: readonly CommandedTarget[],
  made: readonly BuiltTarget[],
  territory: Territory,
  io: Io,
): BuiltCleanups {
  const drafts = changed.flatMap(({ cleaned, made }) =>
    cleaned.files.map((file) => ({
      ...commandDraft(made, 'cleanup', file, territory, io),
      ...{ proof: cleaned.proof, cleanup: removalOf(cleaned) },
    })),
  )
  const lists = changed.flatMap(({ cleaned: { manual }, made }) => {
    if (!manual || manual.items.length === 0) return []
    return [manualDraft(made, 'cleanup', { ...manual, items: manual.items.map(itemText) }, made.ruleset, territory, io)]
  })
  const resultOf = draftResults(drafts, io)
  const files = drafts.map((draft) => ({ ...resultOf(draft), cleanup: draft.cleanup }))
  const manuals = manualFiles(lists, io)
  const pathOf = new Map(manuals.map(({ target, path }) => [target, path]))
  return {
    drafts: [...drafts, ...lists],
    files,
    manuals,
    findings: changed.flatMap(({ cleaned, made }) =>
      cleaned.findings.map((finding) => {
        const path = pathOf.get(made.target.name)
        return LISTED.has(finding.code) && path !== undefined ? { ...finding, manual: path } : finding
      }),
    ),
    beside: [...pathsThere(changed, made, io), ...files],
  }
}

/** Findings that name the list for a person. */
const LISTED: ReadonlySet<Finding['code']> = new Set(['LEFTOVERS_STAY', 'LOAD_REFUSED'])

/** The cleanup files of targets whose full files stay as they are. */
function pathsThere(changed: readonly CommandedTarget[], made: readonly BuiltTarget[], io: Io): CleanupPath[] {
  const names = new Set(changed.map(({ made }) => made.target.name))
  return made
    .filter(({ target }) => !names.has(target.name))
    .flatMap(({ target, job }) =>
      artefactsFor(job.vendor.cleanup, job)
        .map((artefact) => resolve(io.cwd, commandPath(target.out, artefact, 'cleanup')))
        .filter((path) => entryAt(path)?.isFile())
        .map((path) => ({ target: target.name, path: shownPath(path, io) })),
    )
}
