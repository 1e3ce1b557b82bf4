import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import type { Artefact, Vendor } from '../model/vendor.ts'
import { hasHeader } from '../render/header.ts'
import type { Territory } from '../store/territory.ts'
import { type Draft, foreignAmong } from '../store/write.ts'
import { deltaPath } from './build-deltas.ts'
import { isRunbook, runbookPaths } from './build-runbooks.ts'
import { jobOf, pathOf } from './target-job.ts'

/** What a run makes, by which the files of earlier runs are judged. */
export interface Made {
  readonly policy: Policy
  readonly targets: readonly Target[]
  readonly vendorFolders: readonly string[]
  /** The full files. */
  readonly files: readonly FileResult[]
  /** Everything that is about to be written. */
  readonly drafts: readonly Draft[]
  readonly territory: Territory
}

/**
 * Files that an earlier run left beside the full files of `targets`, and that must not be loaded with those: commands that lead to, or
 * from, a full file that is replaced now; and parts of a file that has fewer parts now, or is whole. Throws `UserErrors` if one of them
 * does not look as if tagwall made it.
 */
export function staleFiles({ policy, targets, vendorFolders, files, drafts, territory }: Made, io: Io): string[] {
  const problems: string[] = []
  const runbooks = runbookPaths(policy.targets)
  const drafted = new Set(drafts.map(({ path }) => path))
  const runbookOf = ({ name }: Target) => [resolve(io.cwd, runbooks.get(name) as string)].filter(isRunbook)
  const stale = targets.flatMap((target) => {
    const { vendor } = jobOf(target, vendorFolders)
    const own = files.filter((file) => file.target === target.name)
    const commands = own.some(({ isChanged }) => isChanged)
      ? [...commandsBeside(target, vendor, io), ...runbookOf(target)]
      : []
    const found = [...commands, ...vendor.artefacts.flatMap((artefact) => oldParts(target, artefact, own, io))]
    // What another target asks for is no leftover, whatever its name looks like.
    const others = policy.targets.filter(({ name }) => name !== target.name).map(({ out }) => resolve(io.cwd, out))
    const left = [...new Set(found)].filter((path) => !drafted.has(path) && !others.includes(path))
    const place = { territory, recognise: vendor.recognise }
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

function commandsBeside({ out }: Target, { deltas, cleanup }: Vendor, io: Io): string[] {
  const ways = { delta: deltas, rollback: deltas, cleanup }
  return (['delta', 'rollback', 'cleanup'] as const).flatMap((way) =>
    ways[way].flatMap((file) => matching(resolve(io.cwd, deltaPath(out, file, way)), /./)),
  )
}

const GAP = '{set}'

/** The path, if it is there; or those that it stands for, with what `middle` matches in place of a gap. */
function matching(path: string, middle: RegExp): string[] {
  const folder = dirname(path)
  const [start, end] = basename(path).split(GAP) as [string, string | undefined]
  const isMatch = (name: string) =>
    end === undefined
      ? name === start
      : name.startsWith(start) && name.endsWith(end) && middle.test(name.slice(start.length, name.length - end.length))
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names.filter(isMatch).map((name) => join(folder, name))
}

/** Parts beyond the new number of parts, and the unsplit file if there are parts now. */
function oldParts(target: Target, { parts, each, suffix }: Artefact, own: readonly FileResult[], io: Io): string[] {
  if (!parts || each) return []
  const at = (number: string | undefined) => resolve(io.cwd, pathOf(target, { suffix, number }))
  const written = new Set(own.map(({ path }) => resolve(io.cwd, path)))
  const found = [...matching(at(undefined), /^/), ...matching(at(GAP), /^\d{2,}$/)]
  // Only what says of itself that tagwall made it.
  return found.filter((path) => !written.has(path) && statSync(path).isFile() && hasHeader(readFileSync(path, 'utf8')))
}
