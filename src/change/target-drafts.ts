import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import { memo } from '../model/lazy.ts'
import type { Target } from '../model/policy.ts'
import type { FileResult, Proof } from '../model/result.ts'
import { shownPath } from '../policy/load.ts'
import type { Territory } from '../store/territory.ts'
import { changedDrafts, checkDrafts, type Draft } from '../store/write.ts'
import { countLines } from '../text/lines.ts'

/** A file for a target. */
export interface TargetFile<Facts extends object = object> {
  readonly target: Target
  /** The file in errors. */
  readonly owner: string
  /** Relative to the working directory. */
  readonly path: string
  readonly text: string
  /** Regular expressions; a replaceable file matches one of them. */
  readonly recognise: readonly string[]
  /** Undefined if nothing proves it. */
  readonly proof: Proof | undefined
  /** More that its result says. */
  readonly facts: Facts
}

/** Files for targets, not yet written, with their results. */
export interface TargetDrafts<Facts extends object = object> {
  readonly drafts: readonly Draft[]
  readonly files: readonly (FileResult & Facts)[]
}

/** A file of a target beside those with rules and commands. */
export interface BesideFile {
  readonly target: string
  readonly path: string
  readonly isChanged: boolean
}

/** Checks files as `checkDrafts` does, and tells of each where a person finds it, and whether this run changes it. */
export function targetDrafts<Facts extends object>(
  files: readonly TargetFile<Facts>[],
  territory: Territory,
  io: Io,
): TargetDrafts<Facts> {
  const made = files.map(({ path, text, owner, recognise, ...file }) => ({
    ...file,
    draft: { path: resolve(io.cwd, path), text, owner, place: { territory, recognise } },
  }))
  const drafts = made.map(({ draft }) => draft)
  checkDrafts(drafts)
  const changed = new Set(changedDrafts(drafts))
  // Targets at many sites share their texts.
  const linesOf = memo(countLines)
  const results = made.map(({ target: { name: target, vendor }, draft, proof, facts }) => {
    const [path, lines] = [shownPath(draft.path, io), linesOf(draft.text)]
    return { target, vendor, path, lines, proof, isChanged: changed.has(draft), ...facts }
  })
  return { drafts, files: results }
}
