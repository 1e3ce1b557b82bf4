import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'
import type { FileResult } from '../model/result.ts'
import { countLines } from '../model/text/lines.ts'
import { entryAt } from '../store/disk.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { deltaPath } from './build-deltas.ts'
import type { Built, BuiltTarget } from './build-targets.ts'
import { cleanupArtefacts, type RenderedCleanup, renderCleanup } from './clean-target.ts'
import { filesThere } from './files-there.ts'
import { shownPath } from './load.ts'
import type { Rendered } from './render-target.ts'
import { Shared } from './share.ts'

/** A cleanup file, relative to the working directory. */
export interface CleanupPath extends Pick<Rendered, 'part' | 'family'> {
  readonly target: string
  readonly path: string
}

/** The cleanups of some targets, not yet written. */
export interface BuiltCleanups {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** Warnings about leftovers that cannot be removed, or cannot be determined. */
  readonly findings: readonly Finding[]
  /** All cleanup files of the full files: new ones, and those of an earlier run if nothing changed. */
  readonly beside: readonly CleanupPath[]
}

/** Renders and proves the cleanup of every target whose full files are about to change. */
export async function buildCleanups(
  { made, files: results }: Built,
  territory: Territory,
  io: Io,
): Promise<BuiltCleanups> {
  const names = new Set(results.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const changed = made.filter(({ target }) => names.has(target.name))
  const cleanups: (RenderedCleanup & Pick<BuiltTarget, 'target' | 'job'>)[] = []
  const shared = new Shared<{ readonly texts: readonly string[]; readonly cleanup: RenderedCleanup }>()
  for (const { target, job, ruleset, files } of changed) {
    const before = filesThere(target, files, io)
    const texts = before.map(({ text }) => text)
    const paths = before.map(({ path }) => shownPath(path, io))
    const key = shared.keyOf(job, [ruleset, files])
    const known = shared.find(key)
    const isSame =
      known && known.texts.length === texts.length && texts.every((text, index) => text === known.texts[index])
    const cleanup = isSame ? known.cleanup : await renderCleanup({ before, after: files, paths }, ruleset, job)
    if (cleanup.findings.length === 0) shared.keep(key, { texts, cleanup })
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
  checkDrafts(drafts)
  const written = new Set(changedDrafts(drafts))
  const kept = made
    .filter(({ target }) => !names.has(target.name))
    .flatMap(({ target, job }) =>
      cleanupArtefacts(job)
        .map((artefact) => ({ ...artefact, path: resolve(io.cwd, deltaPath(target.out, artefact, 'cleanup')) }))
        .filter(({ path }) => entryAt(path)?.isFile())
        .map(({ part, family, path }) => ({ target: target.name, part, family, path: shownPath(path, io) })),
    )
  const own = drafts.map(({ target, part, family, path }) => ({ target, part, family, path: shownPath(path, io) }))
  return {
    beside: [...kept, ...own],
    drafts,
    files: drafts.map((draft): FileResult => {
      const { target, proof, isAllowing } = draft.cleanup
      return {
        target: target.name,
        vendor: target.vendor,
        path: shownPath(draft.path, io),
        lines: countLines(draft.text),
        proof,
        isChanged: written.has(draft),
        cleanup: { removes: draft.removes, isAllowing },
      }
    }),
    findings: cleanups.flatMap(({ findings }) => findings),
  }
}
