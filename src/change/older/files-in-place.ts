import { existsSync, readdirSync } from 'node:fs'
import { posix, resolve } from 'node:path'
import { firstIndex } from '../../address/binary-search.ts'
import { pathOf, type VendorReader } from '../../compile/target-job.ts'
import { UserErrors, unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import type { Artefact } from '../../model/artefact.ts'
import { byTarget } from '../../model/group-by.ts'
import { memo } from '../../model/lazy.ts'
import type { Target } from '../../model/policy.ts'
import type { PolicyLock } from '../../policy/lock/lock.ts'
import { entryAt, kindOf } from '../../store/disk.ts'
import { looksRemovable } from '../../store/likeness.ts'
import { placeProblems } from '../../store/territory.ts'
import { foreignAmong } from '../../store/write.ts'
import { sha256 } from '../../text/hashes.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { hasHeader } from '../../vendor/render/header.ts'
import type { MadeFiles } from '../build-targets.ts'
import { commandPaths, type FileKind, MANUAL_LINE, stemOf } from '../commands/command-files.ts'
import { RUNBOOK_START } from '../commands/runbook.ts'
import type { RunRequest } from '../prepare.ts'
import { type ReadText, readerOfDisk } from './disk-and-git.ts'

/**
 * Finds the full files, commands and runbooks in place of a target that tagwall did not write so: not as this run makes them, and with
 * another text than the lock has, or under a name that the lock does not have; and links, folders and devices in their places. In a review, somebody may
 * have edited the lock too, so there a file must be as on the older side. Of a commit, its own files and lock are compared. None of a target without a lock.
 */
export function editedFiles(request: RunRequest, { made: targets, drafts }: MadeFiles, find: Finder, io: Io) {
  const { runbooks, owners, since, purpose } = request
  const isReview = purpose === 'review'
  const { entries, read } = purpose === 'text' ? since : { ...request.open, read: readerOfDisk(io) }
  const draftsOf = byTarget(drafts)
  const made = new Map(drafts.map(({ result, text }) => [result.path, text]))
  const isStrange = (path: string) => purpose !== 'text' && strangeEntry(path, io) !== undefined
  const edited = new Map(
    targets.map(({ target, job }): [string, readonly string[]] => {
      const locked = entries.get(target.name)
      const older = isReview ? since.entries.get(target.name) : undefined
      const runbook = runbooks.get(target.name) as string
      // A person who reviews takes any file under this name for a runbook.
      const hasRunbook = isReview || isRunbook(read, runbook)
      const named = [...commandsInPlace(target, job.vendor, find), ...(hasRunbook ? [runbook] : [])]
      const paths = [
        ...(isReview ? draftsOf(target.name).map(({ result }) => result.path) : []),
        ...(older?.files.keys() ?? []),
        ...(locked?.files.keys() ?? []),
        ...named.filter((path) => !owners.has(path)),
      ]
      // Without a lock, every file is known.
      const isKnown = (path: string, text: string) =>
        isReview ? text === since.read(path) : !locked || locked.files.get(path) === sha256(text)
      const isEdited = (path: string) => {
        const text = read(path)
        return text !== undefined && text !== made.get(path)?.toString() && !isKnown(path, text)
      }
      return [target.name, [...new Set(paths)].filter((path) => isStrange(path) || isEdited(path))]
    }),
  )
  return (target: string) => edited.get(target) ?? []
}

/** The link, folder or device in the place of a file: who loads a link loads another file. */
function strangeEntry(path: string, io: Io) {
  const entry = entryAt(resolve(io.cwd, path))
  return entry?.isFile() ? undefined : entry
}

/** A target that the policy does not have any more, or its files in place that tagwall does not write any more. */
export type GoneFiles = ReturnType<typeof goneFiles>[number]

/**
 * The leftover files of targets that are in the lock but not in the policy, and files that targets no longer write. Beside the targets of the lock, those
 * of the side that the run compares with: a branch may have removed them from its own lock.
 */
export function goneFiles(
  { open, since, purpose, owners, policy, targets, vendorOf, territory }: RunRequest,
  /** The paths of all that this run writes or removes. */
  handled: readonly string[],
  io: Io,
) {
  const then = since.isInPlace ? undefined : since
  const read = readerOfDisk(io)
  const written = new Set(handled)
  const built = new Set(targets.map(({ name }) => name))
  const continuedIn = ({ entries }: PolicyLock) =>
    policy.targets.map((target) => [entries.get(target.name), target] as const)
  const current = new Map([...(then ? continuedIn(then) : []), ...continuedIn(open)])
  const all = new Map([...(then?.lock?.targets ?? []), ...(open.lock?.targets ?? [])])
  return [...all].flatMap(([name, locked]) => {
    const { target } = locked
    const older = then?.lock?.targets.get(name)
    const now =
      current.get(locked) ?? (older && current.get(older)) ?? policy.targets.find((one) => one.name === target.name)
    // A target has its older files until it is built itself.
    if (now && !built.has(now.name)) return []
    const isInPlace = now?.out === target.out && now.vendor === target.vendor
    // Beside the full files of a target that still writes to the same place, outdated commands are removed as it is built.
    const isOwn = (path: string) => isInPlace && isBeside(path, target, vendorOf)
    const isHandled = (path: string) => written.has(path) || isOwn(path) || owners.has(path)
    const files = new Map([...(older?.files ?? []), ...locked.files])
    const isLeft = (path: string) => !isHandled(path) && entryAt(resolve(io.cwd, path)) !== undefined
    // None if only the side that a run compares with has the target.
    const paths = [...files.keys()].filter(isLeft).sort(byCodeUnit)
    // Files as tagwall wrote them.
    const removable = paths.filter((path) => {
      const text = read(path)
      return (
        text !== undefined &&
        sha256(text) === files.get(path) &&
        isOurs(text, target, vendorOf) &&
        placeProblems(resolve(io.cwd, path), territory).length === 0
      )
    })
    const edited = purpose === 'review' ? paths.filter((path) => read(path) !== since.read(path)) : []
    const isTold = paths.length > 0 || (now === undefined && older !== undefined)
    if (!isTold) return []
    // A target that the policy still has writes elsewhere, or fewer files, such as those of one family.
    return [{ target, isKept: now !== undefined, paths, removable, edited }]
  })
}

/** True if a file is a delta, a rollback, a cleanup or the runbook of a target, by its name. */
export function isBeside(path: string, target: Target, vendorOf: VendorReader): boolean {
  if (path.startsWith(`${stemOf(target.out)}.`) && path.endsWith('.change.md')) return true
  const vendor = unlessRefused(() => vendorOf(target.vendor, target.at))
  const names = vendor ? commandPaths(target, vendor) : []
  return names.some((known) => {
    const [start, end] = known.split('{set}') as [string, string?]
    return end === undefined ? path === known : path.startsWith(start) && path.endsWith(end)
  })
}

/** True if a text looks like a file of a target: the hash of a lock is not enough to remove a file, because a lock may come with a checkout. */
function isOurs(text: string, { vendor, at }: Target, vendorOf: VendorReader): boolean {
  if (hasHeader(text) || text.startsWith(RUNBOOK_START)) return true
  const known = unlessRefused(() => vendorOf(vendor, at))
  return known !== undefined && looksRemovable(text, [...known.recognise, MANUAL_LINE])
}

/** The files of this run, to compare the files of earlier runs with. */
interface NewFiles extends MadeFiles {
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
  { policy, runbooks, territory, owners }: RunRequest,
  { made, drafts, outdated, edited }: NewFiles,
  find: Finder,
  io: Io,
): string[] {
  const problems: string[] = []
  const read = readerOfDisk(io)
  const drafted = new Set(drafts.map(({ path }) => path))
  const placeOf = (path: string) => resolve(io.cwd, path)
  // A file of another target or policy is not a leftover, whatever its name looks like.
  const askedBy = new Map(policy.targets.map(({ name, out }) => [placeOf(out), name]))
  const stale = made.flatMap(({ target, job: { vendor } }) => {
    const kinds = outdated(target.name)
    const commands = commandsInPlace(target, vendor, find, kinds)
    const parts = vendor.artefacts.flatMap((artefact) => oldParts(target, artefact, find))
    // Only files whose header says that tagwall made them.
    const oldest = parts.filter((path) => !drafted.has(placeOf(path)) && hasHeader(read(path) ?? ''))
    const isForeign = (path: string) => (askedBy.get(placeOf(path)) ?? target.name) !== target.name || owners.has(path)
    const runbook = kinds.includes('delta')
      ? [runbooks.get(target.name) as string].filter((path) => isRunbook(read, path))
      : []
    const left = [...new Set([...commands, ...runbook, ...oldest, ...edited(target.name)])].filter(
      (path) => !drafted.has(placeOf(path)) && !isForeign(path),
    )
    const place = { territory, recognise: [...vendor.recognise, MANUAL_LINE] }
    for (const path of left) {
      const entry = strangeEntry(path, io)
      if (entry)
        problems.push(`target "${target.name}": ${placeOf(path)} is ${kindOf(entry)}; remove it, or move it away`)
    }
    const rules = left.filter((path) => !isRunbook(read, path))
    problems.push(...foreignAmong(rules.map(placeOf), `target "${target.name}"`, place))
    return left
  })
  if (problems.length > 0) throw new UserErrors('nothing was written', problems)
  return stale
}

/** True if a file is a runbook that tagwall wrote. */
const isRunbook = (read: ReadText, path: string): boolean => read(path)?.startsWith(RUNBOOK_START) === true

/** All parts in place, and the unsplit file: some are beyond the new number of parts. */
function oldParts(target: Target, { parts, each, suffix }: Artefact, find: Finder): string[] {
  if (!parts || each) return []
  const at = (number: string | undefined) => pathOf(target, { suffix, number })
  return [...find(at(undefined), /^/), ...find(at(GAP), /^\d{2,}$/)]
}

/** All commands in place beside the full files of a target, whoever wrote them. */
const commandsInPlace = (
  target: Target,
  vendor: Parameters<typeof commandPaths>[1],
  find: Finder,
  kinds?: readonly FileKind[],
): string[] => commandPaths(target, vendor, kinds).flatMap((path) => find(path, /./))

/** In a name, for the name of a set or a number. */
const GAP = '{set}'

/** The path, if it exists; or the paths that match, with a match of `middle` in place of a gap. */
export type Finder = (path: string, middle: RegExp) => string[]

/** Finds paths of the working directory. Each folder is read once: thousands of targets may share one. */
export function finderIn({ cwd }: Io): Finder {
  const namesIn = memo((folder: string) => {
    const full = resolve(cwd, folder)
    return existsSync(full) ? readdirSync(full).sort(byCodeUnit) : []
  })
  return (path, middle) => {
    const folder = posix.dirname(path)
    const [start, end] = posix.basename(path).split(GAP) as [string, string | undefined]
    const names = namesIn(folder)
    const first = firstIndex(0, names.length, (index) => (names[index] as string) >= start)
    const last = firstIndex(first, names.length, (index) => !(names[index] as string).startsWith(start))
    const isMatch = (name: string) =>
      end === undefined
        ? name === start
        : name.endsWith(end) && middle.test(name.slice(start.length, name.length - end.length))
    const found = names.slice(first, last).filter(isMatch)
    return found.map((name) => posix.join(folder, name))
  }
}
