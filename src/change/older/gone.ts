import { parse, resolve } from 'node:path'
import { unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import type { TargetChange } from '../../model/change.ts'
import type { Target } from '../../model/policy.ts'
import { lockedFor, sha256 } from '../../policy/lock/lock.ts'
import { looksRemovable } from '../../store/likeness.ts'
import { placeProblems } from '../../store/territory.ts'
import { hasHeader } from '../../vendor/render/header.ts'
import { readVendor } from '../../vendor/vendor.ts'
import type { RunRequest } from '../prepare.ts'
import { commandPaths } from '../ways/command-files.ts'
import { RUNBOOK_START } from '../ways/runbook-text.ts'
import { readerOfDisk } from './files-there.ts'

/** Files in place that tagwall wrote for a target and does not write any more. */
export interface GoneFiles {
  readonly target: Target
  /** True if the policy still has the target: it writes elsewhere, or fewer files, such as those of one family. */
  readonly isKept: boolean
  /** Relative to the working directory. */
  readonly paths: readonly string[]
  /** Those among them that still are what tagwall wrote. */
  readonly removable: readonly string[]
}

/** The leftover files of targets that are in the lock but not in the policy, and files that targets no longer write. */
export function goneFiles(
  { open, owners, policy, targets, vendorFolders, territory }: RunRequest,
  /** The full paths of all that this run writes or removes. */
  handled: readonly string[],
  io: Io,
): GoneFiles[] {
  const { lock } = open
  if (!lock) return []
  const read = readerOfDisk(io)
  const written = new Set(handled)
  const built = new Set(targets.map(({ name }) => name))
  const current = new Map(policy.targets.map((target) => [lockedFor(target, lock, policy), target]))
  return [...lock.targets.values()].flatMap((locked): GoneFiles[] => {
    const { target, files } = locked
    const now = current.get(locked) ?? policy.targets.find(({ name }) => name === target.name)
    const isInPlace = now?.out === target.out && now.vendor === target.vendor
    if (isInPlace && !built.has(now.name)) return []
    // Beside the full files of a target that still writes to the same place, outdated commands are removed as it is built.
    const isOwn = (path: string) => isInPlace && isBeside(path, target, vendorFolders)
    const isHandled = (path: string) => written.has(resolve(io.cwd, path)) || isOwn(path) || owners.has(path)
    const left = [...files].filter(([path]) => !isHandled(path) && read(path) !== undefined)
    const removable = left.filter(([path, hash]) => {
      const text = read(path) as string
      return (
        sha256(text) === hash &&
        isOurs(text, target, vendorFolders) &&
        placeProblems(resolve(io.cwd, path), territory).length === 0
      )
    })
    const [paths, own] = [left, removable].map((list) => list.map(([path]) => path)) as [string[], string[]]
    return paths.length > 0 ? [{ target, isKept: now !== undefined, paths, removable: own }] : []
  })
}

/** Targets that the policy does not have any more. Devices keep what they hold, so nothing opens or closes. */
export const goneTargets = (gone: readonly GoneFiles[]): TargetChange[] =>
  gone
    .filter(({ isKept }) => !isKept)
    .map(({ target: { name, vendor } }) => ({
      target: name,
      vendor,
      kind: 'gone',
      before: 'lock',
      options: [],
      items: [],
      isPolicySame: false,
      isByTag: false,
      edited: [],
      unfit: [],
      pieces: [],
      droppedLists: [],
    }))

/** True if a file is a delta, a rollback, a cleanup or the runbook of a target, by its name. */
function isBeside(path: string, target: Target, folders: readonly string[]): boolean {
  const { dir, name } = parse(target.out)
  if (path.startsWith(`${dir === '' ? '' : `${dir}/`}${name}.`) && path.endsWith('.change.md')) return true
  const vendor = unlessRefused(() => readVendor(target.vendor, folders, target.at))
  const names = vendor ? commandPaths(target, vendor) : []
  return names.some((known) => {
    const [start, end] = known.split('{set}') as [string, string?]
    return end === undefined ? path === known : path.startsWith(start) && path.endsWith(end)
  })
}

/** True if a text looks like a file of a target: the hash of a lock is not enough to remove a file, because a lock may come with a checkout. */
function isOurs(text: string, { vendor, at }: Target, folders: readonly string[]): boolean {
  if (hasHeader(text) || text.startsWith(RUNBOOK_START)) return true
  const known = unlessRefused(() => readVendor(vendor, folders, at))
  return known !== undefined && looksRemovable(text, known.recognise)
}
