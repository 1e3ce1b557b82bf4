import { resolve } from 'node:path'
import type { AddressFamily } from '../address/prefix.ts'
import { Shared } from '../compile/share.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { FileResult } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { shownPath } from '../policy/load.ts'
import { entryAt } from '../store/disk.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { countLines } from '../text/lines.ts'
import type { BuiltTarget } from './build-targets.ts'
import { cleanupPaths, type RenderedCleanup, renderCleanup } from './clean-target.ts'
import { type ChangedTarget, deltaPath } from './deltas.ts'
import { sha256 } from './lock.ts'
import { MANUAL_FILE, MANUAL_LINE, type ManualFile, manualText } from './manual.ts'

/** A cleanup file, relative to the working directory. */
export interface CleanupPath {
  readonly part: string
  readonly family: AddressFamily | undefined
  readonly target: string
  readonly path: string
}

/** The cleanups of some targets, not yet written. */
export interface BuiltCleanups {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** Warnings about leftovers that cannot be removed, or cannot be determined. */
  readonly findings: readonly Finding[]
  readonly manuals: readonly ManualFile[]
  /** All cleanup files of the full files: new ones, and those of an earlier run if nothing changed. */
  readonly beside: readonly CleanupPath[]
}

/** Renders and proves the cleanup of every target whose full files are about to change. */
export async function buildCleanups(
  changed: readonly ChangedTarget[],
  made: readonly BuiltTarget[],
  territory: Territory,
  io: Io,
): Promise<BuiltCleanups> {
  const names = new Set(changed.map(({ made }) => made.target.name))
  const cleanups: OfTarget[] = []
  const shared = new Shared<RenderedCleanup>()
  for (const { before, made } of changed) {
    const { target, job, ruleset, files } = made
    const paths = before.files.map(({ path }) => path)
    const key = `${shared.keyOf(job, [ruleset, files])} ${before.files.map(({ text }) => sha256(text)).join(' ')}`
    const cleanup =
      shared.find(key) ?? (await renderCleanup({ before: before.files, after: files, paths }, ruleset, job))
    if (cleanup.findings.length === 0) shared.keep(key, cleanup)
    cleanups.push({ ...cleanup, target, job })
  }
  const drafts = cleanups.flatMap((cleanup) => {
    const { target, job, files } = cleanup
    return files.map(({ text, removes, ...file }) => ({
      cleanup,
      target: target.name,
      part: file.part,
      family: file.family,
      text,
      removes,
      owner: `the cleanup of target "${target.name}"`,
      path: resolve(io.cwd, deltaPath(target.out, file, 'cleanup')),
      place: { territory, recognise: job.vendor.recognise },
    }))
  })
  const manual = manualDrafts(cleanups, changed, territory, io)
  const manualOf = new Map(manual.map(({ target, shown }) => [target, shown]))
  checkDrafts([...drafts, ...manual])
  const written = new Set<Draft>(changedDrafts([...drafts, ...manual]))
  const kept = made
    .filter(({ target }) => !names.has(target.name))
    .flatMap(({ target, job }) =>
      cleanupPaths(job)
        .map((artefact) => ({ ...artefact, path: resolve(io.cwd, deltaPath(target.out, artefact, 'cleanup')) }))
        .filter(({ path }) => entryAt(path)?.isFile())
        .map(({ part, family, path }) => ({ target: target.name, part, family, path: shownPath(path, io) })),
    )
  const own = drafts.map(({ target, part, family, path }) => ({ target, part, family, path: shownPath(path, io) }))
  return {
    beside: [...kept, ...own],
    drafts: [...drafts, ...manual],
    files: drafts.map((draft): FileResult => {
      const { target, proof, isAllowing, isDenying } = draft.cleanup
      return {
        target: target.name,
        vendor: target.vendor,
        path: shownPath(draft.path, io),
        lines: countLines(draft.text),
        proof,
        isChanged: written.has(draft),
        cleanup: { removes: draft.removes, isAllowing, isDenying },
      }
    }),
    manuals: manual.map((draft): ManualFile => {
      const { target, shown, items } = draft
      return { target, path: shown, items, isChanged: written.has(draft), after: 'the full files' }
    }),
    findings: cleanups.flatMap(({ findings, target }) =>
      findings.map((finding) => {
        const path = manualOf.get(target.name)
        return finding.code === 'LEFTOVERS_STAY' && path !== undefined ? { ...finding, manual: path } : finding
      }),
    ),
  }
}

/** A list of all that stays, for each target whose leftovers no proved cleanup removes. */
function manualDrafts(
  cleanups: readonly Pick<OfTarget, 'findings' | 'target'>[],
  changed: readonly ChangedTarget[],
  territory: Territory,
  io: Io,
): (Draft & { readonly target: string; readonly shown: string; readonly items: number })[] {
  return cleanups.flatMap(({ findings, target }) => {
    const items = findings.flatMap((finding) => (finding.code === 'LEFTOVERS_STAY' ? finding.items : []))
    if (items.length === 0) return []
    const shown = deltaPath(target.out, MANUAL_FILE, 'cleanup')
    const ruleset = changed.find(({ made }) => made.target === target)?.made.ruleset as Ruleset
    const text = manualText('the full files', items, ruleset)
    const owner = `the cleanup of target "${target.name}"`
    const place = { territory, recognise: [MANUAL_LINE] }
    return [{ target: target.name, shown, items: items.length, path: resolve(io.cwd, shown), text, place, owner }]
  })
}

type OfTarget = RenderedCleanup & Pick<BuiltTarget, 'target' | 'job'>
