import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { makeFolder, removeEmptyFolder } from './disk.ts'
import { hasJournal, type Recovery, recover } from './journal.ts'
import { lock, type Waiting } from './lock.ts'

/** What a run needs of its caller beside time: to be told what became of an interrupted run. */
export interface Caller extends Waiting {
  recovered(recovery: Recovery): void
}

/**
 * Does `work` as the only run that writes with the same `homes`: folders in which a journal may be kept, the best
 * first. Finishes or undoes an interrupted run before. `work` gets the home to write with: the first one that is
 * writable, of which `folder` is made for the time if it is not there. Without one it gets undefined.
 */
export async function alone<T>(
  homes: readonly string[],
  folder: string | undefined,
  caller: Caller,
  work: (home: string | undefined) => Promise<T>,
): Promise<T> {
  await settle(homes, caller)
  const made = folder !== undefined && !existsSync(folder) && tryMake(folder)
  const home = homes.find(isWritable)
  if (home === undefined) return work(undefined)
  const release = await lock(home, caller)
  try {
    report(recoverIn(home), caller)
    return await work(home)
  } finally {
    release()
    if (made) removeEmptyFolder(folder)
  }
}

/** Finishes or undoes the run that was interrupted in one of `homes`, if there is one. Else it only looks. */
export async function settle(homes: readonly string[], caller: Caller): Promise<void> {
  for (const home of new Set(homes)) {
    if (!hasJournal(home)) continue
    const release = await lock(home, caller)
    try {
      report(recoverIn(home), caller)
    } finally {
      release()
    }
  }
}

function recoverIn(home: string): Recovery | undefined {
  try {
    return recover(home)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `an earlier run was interrupted, and cannot be finished now: ${(error as Error).message}; put that right, and run this again`,
    )
  }
}

const report = (recovery: Recovery | undefined, caller: Caller) => recovery && caller.recovered(recovery)

function tryMake(folder: string): boolean {
  try {
    makeFolder(folder)
    return true
  } catch {
    // What is in the way is explained when a file is to be written there.
    return false
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return statSync(folder).isDirectory()
  } catch {
    return false
  }
}
