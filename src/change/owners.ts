import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { noResult, UserError, UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { Policy } from '../model/policy.ts'
import { isWithin, realFolder, realPath } from '../places.ts'
import { type CommonOptions, loadPolicy, POLICY_FILES, policyPath, shownPath } from '../policy/load.ts'
import type { Lock } from '../policy/lock/lock.ts'
import { type OpenLock, otherLocks } from '../policy/lock/open-lock.ts'
import type { Territory } from '../store/territory.ts'
import { caseless } from '../store/write.ts'
import { type Runbooks, runbookPaths, stemOf } from './commands/command-files.ts'

/** The files of a report. */
export const REPORT_FILES: readonly string[] = ['title.txt', 'body.md', 'report.html', 'files.txt']

/** The options about paths, from the command line. */
export interface PlaceOptions {
  readonly allowOutside?: boolean
  readonly allowAnyName?: boolean
  readonly overwrite?: boolean
}

/** Where the files of targets may go; policies and snapshots are reserved. `lock`: that of the files in place. */
export function territoryOf(
  options: CommonOptions & PlaceOptions,
  { parts = [] }: Policy,
  lock: Lock | undefined,
  io: Io,
): Territory {
  const folder = realpathSync(io.cwd)
  // The snapshot directory may be a link itself.
  const snapshots = realFolder(resolve(io.cwd, options.snapshots ?? 'snapshots'))
  // If the snapshot directory is the working directory, only the cloud folders are reserved.
  const kept = isWithin(folder, snapshots) ? CLOUD_NAMES.map((cloud) => join(snapshots, cloud)) : [snapshots]
  const targets = [...(lock?.targets.values() ?? [])]
  const locked = targets.flatMap(({ files }) =>
    Array.from(files, ([path, hash]) => [resolve(io.cwd, path), hash] as const),
  )
  const policies = [policyPath(options, io), ...POLICY_FILES.map((name) => join(io.cwd, name))]
  return {
    folder,
    allowsOutside: options.allowOutside === true,
    allowsAnyName: options.allowAnyName === true,
    overwrites: options.overwrite === true,
    locked: new Map(locked),
    reserved: [
      ...policies.map((path) => ({
        path: realPath(path),
        what: 'the policy file, or a name that tagwall would read as one',
        isFolder: false,
      })),
      ...parts.map((path) => ({ path, what: 'a file that the policy is read from', isFolder: false })),
      ...kept.map((path) => ({ path, what: 'the snapshot directory', isFolder: true })),
    ],
  }
}

/** Tells the files of the other policies in the folder, which their locks name. */
export type Owners = Awaited<ReturnType<typeof openOwners>>

/** Opens the other locks in the folder of a policy. Throws `UserErrors` if another policy has a file of the same name. */
export async function openOwners(
  { targets, runbooks }: Policy & { readonly runbooks: Runbooks },
  open: OpenLock,
  options: CommonOptions,
  io: Io,
) {
  // A copy of the policy's own lock is for --since, and its files are those of the policy.
  const others = otherLocks(open, io).filter(({ lock }) => lock?.policy !== open.policy)
  // Nobody knows whose files it names.
  const unread = others.find(({ lock }) => lock === undefined)?.shown
  const keyOf = (path: string) => caseless(resolve(io.cwd, path))
  const stems = new Set(targets.map(({ out }) => stemKey(out)))
  const owners = new Map<string, string>()
  for (const { policy, targets } of others.flatMap(({ lock }) => lock ?? [])) {
    const locked = [...targets.values()]
    const isShared = locked.some(({ target }) => stems.has(stemKey(target.out)))
    // A policy that was split, or writes elsewhere now, leaves its files to the policy that has their target.
    const now = isShared ? await loadPolicy({ ...options, policy }, io).catch(noResult) : undefined
    const outs = now && new Set(now.targets.map(({ out }) => out))
    const own = outs ? locked.filter(({ target }) => outs.has(target.out)) : locked
    const theirs = runbookPaths(own.map(({ target }) => target))
    for (const { target, files } of own)
      for (const path of [target.out, theirs.get(target.name) as string, ...files.keys()])
        owners.set(keyOf(path), `target "${target.name}" of the policy ${policy}`)
  }

  /** Throws `UserErrors` if a run is about to write files of other policies. */
  const refuse = (files: readonly { readonly path: string; readonly owner: string }[]): void => {
    const problems = files.flatMap(({ path, owner }) => {
      const other = owners.get(keyOf(path))
      if (!other) return []
      const shown = shownPath(resolve(io.cwd, path), io)
      return [`${owner}: ${shown} is a file of ${other}; choose another "out" in one of the policies`]
    })
    if (problems.length > 0) throw new UserErrors('nothing was written', [...new Set(problems)])
  }
  refuse(
    targets.flatMap(({ name, out }) => [
      { path: out, owner: `target "${name}"` },
      // A run seldom writes a runbook, so it would replace the other one some week.
      { path: runbooks.get(name) as string, owner: `the runbook of target "${name}"` },
    ]),
  )
  return {
    refuse,

    /** True if a path, full or relative to the working directory, is a file of another policy. */
    has: (path: string): boolean => owners.has(keyOf(path)),

    /** Throws `UserError` if files of other policies may be unknown, so none can be removed as outdated. */
    refuseUnread(): void {
      if (unread !== undefined)
        throw new UserError(
          `--prune removes nothing, because ${unread} cannot be read and may name the files of another policy: mend that lock first, or remove it`,
        )
    },
  }
}

/** Equal for targets whose files share their start. */
const stemKey = (out: string) => caseless(stemOf(out))
