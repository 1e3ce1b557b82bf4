import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { CI_HOSTS } from '../model/ci-host.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { Policy, Target } from '../model/policy.ts'
import { readVendor } from '../source/vendor/vendor.ts'
import { isWithin, realPath } from '../store/disk.ts'
import { type Territory, trespasses } from '../store/territory.ts'
import { deltaPath } from './build-deltas.ts'
import { pathOf } from './build-targets.ts'
import { type CommonOptions, POLICY_FILES, policyPath, vendorFolders } from './load.ts'
import { REPORT_FILES } from './report-files.ts'

/** Where the files of targets may go, as the command line says it. */
export interface PlaceOptions {
  readonly allowOutside?: boolean
  readonly overwrite?: boolean
}

/** The snapshot directory, free of links: it may be one itself. */
const snapshotsOf = ({ snapshots }: CommonOptions, io: Io) =>
  dirname(realPath(join(resolve(io.cwd, snapshots ?? 'snapshots'), 'any file')))

/** Where the files of targets may go: not where the policy, the snapshots or the journal are. */
export function territoryOf(options: CommonOptions & PlaceOptions, io: Io): Territory {
  const folder = realpathSync(io.cwd)
  const snapshots = snapshotsOf(options, io)
  // Whoever keeps snapshots right in the working directory has only folders of clouds there.
  const kept = isWithin(folder, snapshots) ? CLOUD_NAMES.map((cloud) => join(snapshots, cloud)) : [snapshots]
  const policies = [policyPath(options, io), ...POLICY_FILES.map((name) => join(io.cwd, name))]
  return {
    folder,
    allowsOutside: options.allowOutside === true,
    overwrites: options.overwrite === true,
    reserved: [
      ...policies.map((path) => ({
        path: realPath(path),
        what: 'the policy file, or a name that tagwall would read as one',
        isFolder: false,
      })),
      ...kept.map((path) => ({ path, what: 'the snapshot directory', isFolder: true })),
    ],
  }
}

/** Tells whether runs with these options and `policy` may write a file at a path that is free of links. */
export function isOwnFile(options: CommonOptions & PlaceOptions, policy: Policy, io: Io): (path: string) => boolean {
  const territory = territoryOf(options, io)
  const snapshots = snapshotsOf(options, io)
  const made = [...POLICY_FILES, '.gitignore', ...Object.values(CI_HOSTS).map((host) => host.path)]
  const started = made.map((name) => realPath(resolve(io.cwd, name)))
  const names = targetNames(policy, options, io)
  const tests: ((path: string) => boolean)[] = [
    (path) => dirname(path) === snapshots && basename(path) === '.tagwall-checked.json',
    (path) => dirname(dirname(path)) === snapshots && isSnapshotName(path),
    (path) => started.includes(path),
    (path) =>
      REPORT_FILES.includes(basename(path)) &&
      isWithin(path, territory.folder) &&
      trespasses(path, territory).length === 0,
    (path) =>
      names.some(({ folder, name }) => dirname(path) === folder && name.test(basename(path))) &&
      trespasses(path, territory).length === 0,
  ]
  return (path) => tests.some((test) => test(path))
}

const isSnapshotName = (path: string) =>
  CLOUD_NAMES.some((cloud) => cloud === basename(dirname(path))) && /^\d{4}-\d{2}-\d{2}\.json$/.test(basename(path))

const GAP = '\u0000'

/** Where files of the policy's targets go, and the names that they may have there. */
function targetNames({ targets }: Policy, options: CommonOptions, io: Io): { folder: string; name: RegExp }[] {
  return targets.flatMap((target) =>
    possiblePaths(target, vendorFolders(options, io)).map((path) => {
      const full = realPath(resolve(io.cwd, path))
      return {
        folder: dirname(full),
        name: new RegExp(`^${basename(full).split(GAP).map(escaped).join('[A-Za-z0-9._-]+')}$`),
      }
    }),
  )
}

/** Every path that a file of the target may have under any options, with a gap where a set's name or a number goes. */
function possiblePaths(target: Target, folders: readonly string[]): string[] {
  try {
    const { artefacts, deltas } = readVendor(target.vendor, folders, target.at)
    return [
      ...artefacts.flatMap(({ suffix }) =>
        [undefined, GAP].map((number) => pathOf(target, { suffix: gapped(suffix), number })),
      ),
      ...deltas.flatMap(({ suffix }) =>
        (['delta', 'rollback'] as const).map((way) => deltaPath(target.out, gapped(suffix), way)),
      ),
    ]
  } catch (error) {
    // A vendor that is not known here, as without its --vendors.
    if (error instanceof UserError) return []
    throw error
  }
}

const gapped = (suffix: string) => suffix.replace('{set}', GAP)

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
