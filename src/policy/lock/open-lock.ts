import { readdirSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { UserError, unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import type { Policy } from '../../model/policy.ts'
import { readText } from '../../parse/read-file.ts'
import { builtInPolicies, SHIPPED } from '../../paths.ts'
import { entryAt, kindOf } from '../../store/disk.ts'
import { isLockName, LOCK_EXTENSION, placeProblems, type Territory } from '../../store/territory.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { type CommonOptions, policyPath } from '../load.ts'
import { lockOn, type PolicyLock } from './lock.ts'
import { isLock, parseLock } from './lock-file.ts'

/** Where the lock of a policy is, and the name of the policy in it. */
export interface LockPlace {
  /** In the working directory, because the paths in a policy are relative to that. */
  readonly path: string
  /** For messages. */
  readonly shown: string
  readonly policy: string
}

/** The lock of a policy: its place, and its content, if there is one. */
export interface OpenLock extends LockPlace, PolicyLock {}

/** Where the lock of a policy is, and the name of the policy in it: its path, or that of a built-in policy. */
export function lockPlace(options: CommonOptions, io: Io): LockPlace {
  const file = policyPath(options, io)
  const stem = basename(file).replace(/\.(?:ya?ml|json)$/i, '')
  const isBuiltIn = file === join(SHIPPED.policies, `${stem}.yaml`)
  const shown = `${stem}${LOCK_EXTENSION}`
  const policy = isBuiltIn ? stem : relative(io.cwd, file).replaceAll('\\', '/')
  return { path: join(io.cwd, shown), shown, policy }
}

/** Opens the lock of a policy. Throws `UserError` if it is damaged, newer, of another policy or no file, or stands under the name before a rename. */
export function openLock(policy: Policy, options: CommonOptions, io: Io): OpenLock {
  const place = lockPlace(options, io)
  const entry = entryAt(place.path)
  if (!entry) {
    refuseRenamed(policy, place, io)
    return { ...place, ...lockOn(policy, undefined) }
  }
  if (!entry.isFile())
    throw new UserError(`${place.shown} is ${kindOf(entry)}; expected the lock of ${place.policy}: move it away`)
  const lock = parseLock(readText(place.path, place.shown, io), place.shown)
  if (lock.policy !== place.policy && exists(lock.policy, io))
    throw new UserError(
      `${place.shown} is the lock of ${lock.policy}, not of ${place.policy}; give one of the two policies another file name`,
    )
  return { ...place, ...lockOn(policy, lock) }
}

/** Throws `UserError` if a lock is of another cloud, or names files that this policy must not write, or reserved ones. */
export function checkLock(policy: Policy, open: OpenLock, territory: Territory, io: Io): void {
  refuseOtherCloud(policy, open)
  const { shown, lock } = open
  for (const { files } of lock?.targets.values() ?? [])
    for (const path of files.keys()) {
      const [problem] = placeProblems(resolve(io.cwd, path), territory)
      if (problem !== undefined)
        throw new UserError(
          `${shown} names a file outside this policy: ${problem.replace(/; choose another "out"$/, '')}; restore the lock from version control, or remove it`,
        )
    }
}

/** A lock with rules of another cloud, while nobody names the cloud of this run: most likely `--cloud` is forgotten. */
function refuseOtherCloud({ cloud, isCloudAssumed }: Policy, { lock, shown }: OpenLock): void {
  if (!isCloudAssumed || !lock) return
  const states = [...lock.targets.values()].flatMap(({ state }) => lock.states.get(state) ?? [])
  const clouds = new Set(states.map(({ document }) => document.cloud))
  const [other] = clouds
  if (other !== undefined && !clouds.has(cloud))
    throw new UserError(
      `${shown} has rules of the cloud ${other}, and this run would make those of ${cloud}, because nothing names a cloud: add --cloud ${other}, or --cloud ${cloud} to change it; nothing was written`,
    )
}

/** True if the policy of a lock still exists, as a file or built in. */
const exists = (policy: string, io: Io) =>
  builtInPolicies().includes(policy) || entryAt(resolve(io.cwd, policy)) !== undefined

/** A lock without its policy that names files of this policy: the policy was renamed, and its lock was not. */
function refuseRenamed({ targets }: Policy, place: LockPlace, io: Io): void {
  const outs = new Set(targets.map(({ out }) => out))
  for (const { shown, lock } of otherLocks(place, io)) {
    if (!lock || exists(lock.policy, io)) continue
    if ([...lock.targets.values()].some(({ target }) => outs.has(target.out)))
      throw new UserError(
        `${shown} is the lock of ${lock.policy}, which is gone; if that is ${place.policy} now, run: mv ${shown} ${place.shown}; otherwise remove ${shown}`,
      )
  }
}

/** The locks beside that of a policy, by name; without files of other programs. A lock is undefined if it cannot be read. */
export function otherLocks({ shown: own }: Pick<LockPlace, 'shown'>, io: Io): Pick<OpenLock, 'shown' | 'lock'>[] {
  const names = readdirSync(io.cwd).filter((name) => isLockName(name) && name !== own)
  return names.sort(byCodeUnit).flatMap((shown) => {
    const text = unlessRefused(() => readText(join(io.cwd, shown), shown, io)) ?? ''
    return isLock(text) ? [{ shown, lock: unlessRefused(() => parseLock(text, shown)) }] : []
  })
}
