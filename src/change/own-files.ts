import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathOf } from '../compile/target-job.ts'
import { unlessRefused } from '../errors.ts'
import type { Io } from '../io.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { Policy, Target } from '../model/policy.ts'
import { type CommonOptions, POLICY_FILES, policyPath, vendorFolders } from '../policy/load.ts'
import { lockPlace } from '../policy/lock/open-lock.ts'
import { CI_HOSTS } from '../propose/ci-host.ts'
import { isWithin, realPath } from '../store/disk.ts'
import { placeProblems, type Territory } from '../store/territory.ts'
import { readVendor } from '../vendor/vendor.ts'
import { COMMAND_KINDS, commandPaths, runbookPaths } from './ways/command-files.ts'

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

/** Where the files of targets may go; policies and snapshots are reserved. */
export function territoryOf(options: CommonOptions & PlaceOptions, { parts = [] }: Policy, io: Io): Territory {
  const folder = realpathSync(io.cwd)
  const snapshots = snapshotsOf(options, io)
  // If the snapshot directory is the working directory, only the cloud folders are reserved.
  const kept = isWithin(folder, snapshots) ? CLOUD_NAMES.map((cloud) => join(snapshots, cloud)) : [snapshots]
  const policies = [policyPath(options, io), ...POLICY_FILES.map((name) => join(io.cwd, name))]
  return {
    folder,
    allowsOutside: options.allowOutside === true,
    allowsAnyName: options.allowAnyName === true,
    overwrites: options.overwrite === true,
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

/** Returns a check: may runs with these options and `policy` write a file at a path without links? */
export function isOwnFile(options: CommonOptions & PlaceOptions, policy: Policy, io: Io): (path: string) => boolean {
  const territory = territoryOf(options, policy, io)
  const snapshots = snapshotsOf(options, io)
  const made = [
    ...POLICY_FILES,
    '.gitignore',
    ...Object.values(CI_HOSTS).flatMap(({ jobs }) => jobs.map(({ path }) => path)),
  ]
  const started = [...made, lockPlace(options, io).shown].map((name) => realPath(resolve(io.cwd, name)))
  const names = targetNames(policy, options, io)
  const tests: ((path: string) => boolean)[] = [
    (path) => dirname(path) === snapshots && basename(path) === '.tagwall-checked.json',
    (path) => dirname(dirname(path)) === snapshots && isSnapshotName(path),
    (path) => started.includes(path),
    (path) =>
      REPORT_FILES.includes(basename(path)) &&
      isWithin(path, territory.folder) &&
      placeProblems(path, { ...territory, allowsAnyName: true }).length === 0,
    (path) =>
      names.some(({ folder, name }) => dirname(path) === folder && name.test(basename(path))) &&
      placeProblems(path, territory).length === 0,
  ]
  return (path) => tests.some((test) => test(path))
}

const isSnapshotName = (path: string) =>
  CLOUD_NAMES.some((cloud) => cloud === basename(dirname(path))) && /^\d{4}-\d{2}-\d{2}\.json$/.test(basename(path))

const GAP = '\u0000'

/** The folders of the targets' files, and the valid names there. */
function targetNames({ targets }: Policy, options: CommonOptions, io: Io): { folder: string; name: RegExp }[] {
  const runbooks = runbookPaths(targets)
  return targets.flatMap((target) =>
    [...possiblePaths(target, vendorFolders(options, io)), runbooks.get(target.name) as string].map((path) => {
      const full = realPath(resolve(io.cwd, path))
      return {
        folder: dirname(full),
        name: new RegExp(`^${basename(full).split(GAP).map(escaped).join('[A-Za-z0-9._-]+')}$`),
      }
    }),
  )
}

/** Every possible path of a target's file under any options, with gaps for set names and numbers. */
function possiblePaths(target: Target, folders: readonly string[]): string[] {
  const vendor = unlessRefused(() => readVendor(target.vendor, folders, target.at))
  // An unknown vendor, for example without --vendors.
  if (!vendor) return []
  return [
    ...vendor.artefacts.flatMap(({ suffix }) =>
      [undefined, GAP].map((number) => pathOf(target, { suffix: suffix.replace('{set}', GAP), number })),
    ),
    ...commandPaths(target, vendor, COMMAND_KINDS, GAP),
  ]
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
