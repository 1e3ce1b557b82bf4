import { resolve } from 'node:path'
import type { AddressFamily } from '../address/prefix.ts'
import { Shared } from '../compile/share.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import { artefactsFor } from '../model/job.ts'
import type { FileResult } from '../model/result.ts'
import { shownPath } from '../policy/load.ts'
import { entryAt } from '../store/disk.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { countLines } from '../text/lines.ts'
import type { Loads } from '../verify/loaded-files.ts'
import type { BuiltTarget } from './build-targets.ts'
import { type Cleaned, cleanTarget, itemText } from './clean-target.ts'
import { type BuiltDeltas, type ChangedTarget, deltaPath, type MadeDelta } from './deltas.ts'
import { sha256 } from './lock.ts'
import { MANUAL_FILE, MANUAL_LINE, type ManualFile, manualText } from './manual.ts'

/** A cleanup file, relative to the working directory. */
export interface CleanupPath {
  readonly part: string
  readonly family: AddressFamily | undefined
  readonly target: string
  readonly path: string
}

/** The leftovers of full loads on the devices of some targets, and files that remove them, not yet written. */
export interface BuiltCleanups {
  readonly cleaned: readonly CleanedTarget[]
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
  /** Warnings about leftovers that cannot be removed, or cannot be determined. */
  readonly findings: readonly Finding[]
  readonly manuals: readonly ManualFile[]
  /** All cleanup files of the full files: new ones, and those of an earlier run if nothing changed. */
  readonly beside: readonly CleanupPath[]
}

/** A target with what its full load leaves. */
export interface CleanedTarget extends Cleaned {
  readonly target: BuiltTarget['target']
}

/** The files that put full loads right, and what loading the full files of every changed target leaves. */
export function buildCleanups(
  changed: readonly (ChangedTarget & { readonly cleaned: Cleaned })[],
  made: readonly BuiltTarget[],
  territory: Territory,
  io: Io,
): BuiltCleanups {
  const cleaned = changed.map(({ cleaned, made }) => ({ ...cleaned, target: made.target, made }))
  const drafts = cleaned.flatMap((one) =>
    one.files.map(({ text, ...file }) => ({
      one,
      target: one.target.name,
      part: file.part,
      family: file.family,
      text,
      owner: `the cleanup of target "${one.target.name}"`,
      path: resolve(io.cwd, deltaPath(one.target.out, file, 'cleanup')),
      place: { territory, recognise: one.made.job.vendor.recognise },
    })),
  )
  const manual = manualDrafts(cleaned, territory, io)
  const manualOf = new Map(manual.map(({ target, shown }) => [target, shown]))
  checkDrafts([...drafts, ...manual])
  const written = new Set<Draft>(changedDrafts([...drafts, ...manual]))
  const own = drafts.map(({ target, part, family, path }) => ({ target, part, family, path: shownPath(path, io) }))
  return {
    cleaned,
    beside: [...pathsThere(changed, made, io), ...own],
    drafts: [...drafts, ...manual],
    files: drafts.map((draft): FileResult => {
      const { target, proof } = draft.one
      const path = shownPath(draft.path, io)
      const lines = countLines(draft.text)
      return {
        ...{ target: target.name, vendor: target.vendor, path, lines, proof },
        isChanged: written.has(draft),
        cleanup: cleanupResult(draft.one),
      }
    }),
    manuals: manual.map((draft): ManualFile => {
      const { target, shown, items, when } = draft
      return { target, path: shown, items, isChanged: written.has(draft), when }
    }),
    findings: cleaned.flatMap(({ findings, target }) =>
      findings.map((finding) => {
        const path = manualOf.get(target.name)
        return LISTED.has(finding.code) && path !== undefined ? { ...finding, manual: path } : finding
      }),
    ),
  }
}

/** Findings that name the list for a person. */
const LISTED: ReadonlySet<Finding['code']> = new Set(['LEFTOVERS_STAY', 'LOAD_REFUSED'])

/** The files of deltas, with what they remove if they are loaded after the full files. */
export function withCleanups({ files }: BuiltDeltas, { cleaned }: BuiltCleanups): FileResult[] {
  const byDelta = new Map(
    cleaned.filter(({ proof, files }) => proof && files.length === 0).map((one) => [one.target.name, one]),
  )
  return files.map((file) => {
    const one = byDelta.get(file.target)
    return one ? { ...file, cleanup: cleanupResult(one) } : file
  })
}

const cleanupResult = ({ leaves, isAllowing, isDenying }: Cleaned) => ({ removes: leaves, isAllowing, isDenying })

/** Works out what the full load of one target after the other leaves, and proves its removal: by the delta, or by files of its own. */
export class Cleaner {
  readonly #shared = new Shared<Cleaned>()

  async clean({ before, made }: ChangedTarget, delta: MadeDelta, loads: Loads): Promise<Cleaned> {
    const { job, ruleset, files } = made
    const paths = before.files.map(({ path }) => path)
    const older = { files: before.files, paths, ruleset: before.rules?.ruleset, delta }
    const texts = [...before.files, ...delta.files].map(({ text }) => sha256(text))
    const key = `${this.#shared.keyOf(job, [ruleset, files])} ${texts.join(' ')}`
    const cleaned = this.#shared.find(key) ?? (await cleanTarget(older, files, ruleset, job, loads))
    if (cleaned.findings.length === 0) this.#shared.keep(key, cleaned)
    return cleaned
  }
}

/** The cleanup files of targets whose full files stay as they are. */
function pathsThere(changed: readonly ChangedTarget[], made: readonly BuiltTarget[], io: Io): CleanupPath[] {
  const names = new Set(changed.map(({ made }) => made.target.name))
  return made
    .filter(({ target }) => !names.has(target.name))
    .flatMap(({ target, job }) =>
      artefactsFor(job.vendor.cleanup, job)
        .map((artefact) => ({ ...artefact, path: resolve(io.cwd, deltaPath(target.out, artefact, 'cleanup')) }))
        .filter(({ path }) => entryAt(path)?.isFile())
        .map(({ part, family, path }) => ({ target: target.name, part, family, path: shownPath(path, io) })),
    )
}

/** A list of all that stays, for each target whose leftovers no proved commands remove. */
function manualDrafts(
  cleaned: readonly (CleanedTarget & { readonly made: BuiltTarget })[],
  territory: Territory,
  io: Io,
): (Draft & Pick<ManualFile, 'target' | 'items' | 'when'> & { readonly shown: string })[] {
  return cleaned.flatMap(({ manual, target, made }) => {
    if (!manual || manual.items.length === 0) return []
    const { when, items } = manual
    const shown = deltaPath(target.out, MANUAL_FILE, 'cleanup')
    const text = manualText(when, items.map(itemText), made.ruleset)
    const owner = `the cleanup of target "${target.name}"`
    const place = { territory, recognise: [MANUAL_LINE] }
    return [{ target: target.name, shown, items: items.length, when, path: resolve(io.cwd, shown), text, place, owner }]
  })
}
