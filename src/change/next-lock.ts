import type { PolicySide } from '../compile/policy-side.ts'
import type { Io } from '../io.ts'
import { byTarget } from '../model/group-by.ts'
import { type Lock, type LockedTarget, stateOf } from '../policy/lock/lock.ts'
import { formatLock, stateKey } from '../policy/lock/lock-file.ts'
import type { OpenLock } from '../policy/lock/open-lock.ts'
import type { Draft } from '../store/write.ts'
import { sha256 } from '../text/hashes.ts'
import type { MadeFiles } from './build-targets.ts'
import { readerOfDisk } from './older/disk-and-git.ts'
import type { GoneFiles } from './older/files-in-place.ts'
import type { RunRequest } from './prepare.ts'

/** The results of a run that its lock holds. */
interface Locking extends MadeFiles {
  readonly after: PolicySide
  readonly stale: readonly string[]
  readonly gone: readonly GoneFiles[]
}

/** A lock as a draft; none if the one in place says the same, so a newer version alone rewrites nothing. */
export function lockDraft(lock: Lock | undefined, { lock: before, path }: OpenLock): Draft[] {
  const text = lock && formatLock(lock)
  return !text || (before && formatLock(before) === text) ? [] : [{ path, text, owner: 'the lock' }]
}

/** The lock in place with the hashes of commands that were written, or removed, without the full files; undefined without a lock. */
export function lockWithCommands(
  { open: { lock, entries }, targets }: RunRequest,
  { drafts, stale }: Pick<Locking, 'drafts' | 'stale'>,
): Lock | undefined {
  if (!lock) return undefined
  const draftsOf = byTarget(drafts)
  const removed = new Set(stale)
  const changed = targets.flatMap((target): [string, LockedTarget][] => {
    const locked = entries.get(target.name)
    // The lock has files of one place only.
    if (locked?.target.out !== target.out) return []
    const left = [...locked.files].filter(([path]) => !removed.has(path))
    const own = draftsOf(target.name).map(({ result, text }): [string, string] => [result.path, sha256(text)])
    return [[locked.target.name, { ...locked, files: new Map([...left, ...own]) }]]
  })
  return { ...lock, targets: new Map([...lock.targets, ...changed]) }
}

/** The lock after a run: what its targets are made of now, and what other targets were made of. */
export function lockAfter(
  { policy, open, owners }: RunRequest,
  { after, made: built, drafts, stale, gone }: Locking,
  io: Io,
): Lock {
  const state = stateOf(policy.rules, after.known.document)
  const key = stateKey(state)
  const old = open.lock?.targets ?? new Map<string, LockedTarget>()
  // A path that another target writes now is a file of that target.
  const others = new Set([...stale, ...drafts.map(({ result }) => result.path)])
  const read = readerOfDisk(io)
  const draftsOf = byTarget(drafts)
  const made = built.map(({ target, ruleset, state: kept }): [string, LockedTarget] => {
    const cover = new Map(target.widen ? ruleset.sets.map(({ name, prefixes }) => [name, prefixes]) : [])
    // Commands that an earlier run wrote beside the files stay, unless they are outdated now; also those of another vendor, until somebody removes them.
    const last = open.entries.get(target.name) ?? old.get(target.name)
    const left = [...(last?.files ?? [])].flatMap(([path, hash]): [string, string][] => {
      const text = others.has(path) || owners.has(path) ? undefined : read(path)
      // A file that a person edited since is not the one that tagwall wrote.
      return text === undefined ? [] : [[path, hash]]
    })
    const written = draftsOf(target.name).map(({ result, text }): [string, string] => [result.path, sha256(text)])
    const own = kept !== undefined && open.lock?.states.has(kept) ? kept : key
    return [target.name, { target, state: own, cover, files: new Map([...left, ...written]) }]
  })
  const names = new Set(policy.targets.map(({ name }) => name))
  const now = new Set(made.map(([name]) => name))
  // A target with another name now is in the lock until it is built itself.
  const renamed = policy.targets.filter(({ name }) => !now.has(name) && !old.has(name))
  const kept = new Set(renamed.map(({ name }) => open.entries.get(name)))
  const left = [...old].flatMap(([name, locked]): [string, LockedTarget][] => {
    if (names.has(name) || kept.has(locked)) return [[name, locked]]
    const own = gone.find(({ target, isKept }) => target.name === name && !isKept)?.paths
    const paths = (own ?? []).filter((path) => !others.has(path))
    return paths.length > 0
      ? [[name, { ...locked, files: new Map([...locked.files].filter(([path]) => paths.includes(path))) }]]
      : []
  })
  return {
    policy: open.policy,
    states: new Map([...(open.lock?.states ?? []), [key, state]]),
    targets: new Map([...left, ...made]),
  }
}

/**
 * The targets whose entry in the lock of a reviewed branch is neither that of the older side nor the one that this run makes from there: its rules, its
 * options or its cover. Hashes are left out, because files are compared themselves. None without a review.
 */
export function editedEntries(request: RunRequest, locking: Locking, io: Io): ReadonlySet<string> {
  const { open, since, purpose } = request
  if (purpose !== 'review') return new Set()
  const made = lockAfter({ ...request, open: { ...open, lock: since.lock, entries: since.entries } }, locking, io)
  const textOf = (lock: Lock | undefined, name: string) => {
    const locked = lock?.targets.get(name)
    return lock && locked && formatLock({ ...lock, targets: new Map([[name, { ...locked, files: new Map() }]]) })
  }
  const names = [...(open.lock?.targets.keys() ?? [])]
  return new Set(
    names.filter((name) => ![since.lock, made].some((lock) => textOf(lock, name) === textOf(open.lock, name))),
  )
}
