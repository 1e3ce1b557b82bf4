import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { jobOf, pathOf } from '../compile/target-job.ts'
import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Artefact } from '../model/artefact.ts'
import { byTarget } from '../model/group-by.ts'
import type { Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import { entryAt } from '../store/disk.ts'
import { type Draft, foreignAmong } from '../store/write.ts'
import { hasHeader } from '../vendor/render/header.ts'
import { Folders, GAP } from './folders.ts'
import type { RunRequest } from './prepare.ts'
import { commandPaths, type FileKind, runbookPaths } from './ways/command-files.ts'
import { MANUAL_LINE } from './ways/manual.ts'
import { RUNBOOK_START } from './ways/runbook-text.ts'

/** The files of this run, to compare the files of earlier runs with. */
interface NewFiles {
  /** The full files. */
  readonly files: readonly FileResult[]
  /** Everything that is about to be written. */
  readonly drafts: readonly Draft[]
  /** Which commands beside the full files of a target are outdated; its runbook goes with the delta. */
  readonly outdated: (target: string) => readonly FileKind[]
  /** The files of a target that were edited since tagwall wrote them; it proved none of what they hold now. */
  readonly edited: (target: string) => readonly string[]
}

/**
 * Files that an earlier run left beside the full files of `targets`, and that must not be loaded with those: commands that lead to, or
 * from, a full file that is replaced now; parts of a file that has fewer parts now, or is whole; and edited commands and runbooks. Throws `UserErrors` if one of them
 * does not look as if tagwall made it.
 */
export function staleFiles(
  { policy, targets, vendorFolders, territory, owners }: RunRequest,
  { files, drafts, outdated, edited }: NewFiles,
  io: Io,
): string[] {
  const problems: string[] = []
  const runbooks = runbookPaths(policy.targets)
  const drafted = new Set(drafts.map(({ path }) => path))
  const filesOf = byTarget(files)
  // A file of another target or policy is not a leftover, whatever its name looks like.
  const askedBy = new Map(policy.targets.map(({ name, out }) => [resolve(io.cwd, out), name]))
  const folders = new Folders()
  const runbookOf = ({ name }: Target) => [resolve(io.cwd, runbooks.get(name) as string)].filter(isRunbook)
  const stale = targets.flatMap((target) => {
    const { vendor } = jobOf(target, vendorFolders)
    const own = filesOf(target.name)
    const kinds = outdated(target.name)
    const commands = commandPaths(target, vendor, kinds).flatMap((path) => folders.matching(resolve(io.cwd, path), /./))
    const parts = vendor.artefacts.flatMap((artefact) => oldParts(target, artefact, own, folders, io))
    const isForeign = (path: string) => (askedBy.get(path) ?? target.name) !== target.name || owners.has(path)
    const runbook = kinds.includes('delta') ? runbookOf(target) : []
    const others = edited(target.name).map((path) => resolve(io.cwd, path))
    const left = [...new Set([...commands, ...runbook, ...parts, ...others])].filter(
      (path) => !drafted.has(path) && !isForeign(path),
    )
    const place = { territory, recognise: [...vendor.recognise, MANUAL_LINE] }
    problems.push(
      ...foreignAmong(
        left.filter((path) => !isRunbook(path)),
        `target "${target.name}"`,
        place,
      ),
    )
    return left
  })
  if (problems.length > 0) throw new UserErrors('nothing was written', problems)
  return stale
}

/** True if the file at `path` is a runbook that tagwall wrote. */
const isRunbook = (path: string): boolean =>
  entryAt(path)?.isFile() === true && readFileSync(path, 'utf8').startsWith(RUNBOOK_START)

/** Parts beyond the new number of parts, and the unsplit file if there are parts now. */
function oldParts(
  target: Target,
  { parts, each, suffix }: Artefact,
  own: readonly FileResult[],
  folders: Folders,
  io: Io,
): string[] {
  if (!parts || each) return []
  const at = (number: string | undefined) => resolve(io.cwd, pathOf(target, { suffix, number }))
  const written = new Set(own.map(({ path }) => resolve(io.cwd, path)))
  const found = [...folders.matching(at(undefined), /^/), ...folders.matching(at(GAP), /^\d{2,}$/)]
  // Only files whose header says that tagwall made them.
  return found.filter((path) => !written.has(path) && statSync(path).isFile() && hasHeader(readFileSync(path, 'utf8')))
}
