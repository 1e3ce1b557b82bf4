import { realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Io } from '../io.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { Policy } from '../model/policy.ts'
import { isWithin, realPath } from '../places.ts'
import { type CommonOptions, POLICY_FILES, policyPath } from '../policy/load.ts'
import type { Lock } from '../policy/lock/lock.ts'
import type { Territory } from '../store/territory.ts'

/** The files of a report. */
export const REPORT_FILES: readonly string[] = ['title.txt', 'body.md', 'report.html', 'files.txt']

/** The options about paths, from the command line. */
export interface PlaceOptions {
  readonly allowOutside?: boolean
  readonly allowAnyName?: boolean
  readonly overwrite?: boolean
}

/** The snapshot directory with links resolved; it may be a link itself. */
const snapshotsOf = ({ snapshots }: CommonOptions, io: Io) =>
  dirname(realPath(join(resolve(io.cwd, snapshots ?? 'snapshots'), 'any file')))

/** Where the files of targets may go; policies and snapshots are reserved. `lock`: that of the files in place. */
export function territoryOf(
  options: CommonOptions & PlaceOptions,
  { parts = [] }: Policy,
  lock: Lock | undefined,
  io: Io,
): Territory {
  const folder = realpathSync(io.cwd)
  const snapshots = snapshotsOf(options, io)
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
