import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { firstIndex } from '../address/binary-search.ts'
import { jobOf, pathOf } from '../compile/target-job.ts'
import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Artefact } from '../model/artefact.ts'
import { byTarget } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import type { Vendor } from '../model/vendor.ts'
import type { Territory } from '../store/territory.ts'
import { type Draft, foreignAmong } from '../store/write.ts'
import { byCodeUnit } from '../text/order.ts'
import { hasHeader } from '../vendor/render/header.ts'
import { commandFiles, commandPath, type Way } from './ways/command-files.ts'
import { MANUAL_LINE } from './ways/manual.ts'
import { isRunbook, runbookPaths } from './ways/runbooks.ts'

/** The files of this run, to compare the files of earlier runs with. */
export interface StalePlan {
  readonly policy: Policy
  readonly targets: readonly Target[]
  readonly vendorFolders: readonly string[]
  /** The full files. */
  readonly files: readonly FileResult[]
  /** Everything that is about to be written. */
  readonly drafts: readonly Draft[]
  readonly territory: Territory
  /** Which commands beside a full file are outdated, and for which targets; the runbook goes with them. */
  readonly outdated: { readonly ways: readonly (Way | 'cleanup')[]; readonly isOutdated: (target: string) => boolean }
}

/**
 * Files that an earlier run left beside the full files of `targets`, and that must not be loaded with those: commands that lead to, or
 * from, a full file that is replaced now; and parts of a file that has fewer parts now, or is whole. Throws `UserErrors` if one of them
 * does not look as if tagwall made it.
 */
export function staleFiles(
  { policy, targets, vendorFolders, files, drafts, territory, outdated }: StalePlan,
  io: Io,
): string[] {
  const problems: string[] = []
  const runbooks = runbookPaths(policy.targets)
  const drafted = new Set(drafts.map(({ path }) => path))
  const filesOf = byTarget(files)
  // A file of another target is not a leftover, whatever its name looks like.
  const askedBy = new Map(policy.targets.map(({ name, out }) => [resolve(io.cwd, out), name]))
  const folders = new Folders()
  const runbookOf = ({ name }: Target) => [resolve(io.cwd, runbooks.get(name) as string)].filter(isRunbook)
  const stale = targets.flatMap((target) => {
    const { vendor } = jobOf(target, vendorFolders)
    const own = filesOf(target.name)
    const commands = outdated.isOutdated(target.name)
      ? [...commandsBeside(outdated.ways, target, vendor, folders, io), ...runbookOf(target)]
      : []
    const parts = vendor.artefacts.flatMap((artefact) => oldParts(target, artefact, own, folders, io))
    const isForeign = (path: string) => (askedBy.get(path) ?? target.name) !== target.name
    const left = [...new Set([...commands, ...parts])].filter((path) => !drafted.has(path) && !isForeign(path))
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

function commandsBeside(
  outdated: readonly (Way | 'cleanup')[],
  { out }: Target,
  vendor: Vendor,
  folders: Folders,
  io: Io,
): string[] {
  return outdated.flatMap((way) =>
    commandFiles(vendor, way).flatMap((file) => folders.matching(resolve(io.cwd, commandPath(out, file, way)), /./)),
  )
}

const GAP = '{set}'

/** The names in folders, each of which is read once: thousands of targets may share one. */
class Folders {
  private readonly names = memo((folder: string) => (existsSync(folder) ? readdirSync(folder).sort(byCodeUnit) : []))

  /** The path, if it exists; or the paths that match, with a match of `middle` in place of a gap. */
  matching(path: string, middle: RegExp): string[] {
    const folder = dirname(path)
    const [start, end] = basename(path).split(GAP) as [string, string | undefined]
    const isMatch = (name: string) =>
      end === undefined
        ? name === start
        : name.endsWith(end) && middle.test(name.slice(start.length, name.length - end.length))
    return this.beginning(folder, start)
      .filter(isMatch)
      .map((name) => join(folder, name))
  }

  private beginning(folder: string, start: string): string[] {
    const names = this.names(folder)
    const first = firstIndex(0, names.length, (index) => (names[index] as string) >= start)
    const last = firstIndex(first, names.length, (index) => !(names[index] as string).startsWith(start))
    return names.slice(first, last)
  }
}

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
