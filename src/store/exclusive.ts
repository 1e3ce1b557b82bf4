import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { makeFolder, removeEmptyFolder } from './disk.ts'
import {
  type Door,
  ForeignJournal,
  hasJournal,
  type Ignored,
  ignoredJournal,
  type Recovery,
  recover,
} from './journal.ts'
import { lock, type Waiting } from './lock.ts'

/** What a run needs of its caller beside time: what a journal may say, and to be told what became of an interrupted run. */
export interface Caller extends Waiting {
  /** Opened only where there is a journal. */
  door(): Promise<Door>
  recovered(recovery: Recovery): void
  ignored(journal: Ignored): void
}

/**
 * Does `work` as the only run that writes with the same `homes`: folders in which a journal may be kept, the best
 * first. Finishes or undoes an interrupted run before, and refuses to write over one that it may not touch. `work` gets the
 * home to write with: the first one that can hold a journal, of which `folder` is made for the time if it is not there.
 * Without one it gets undefined.
 */
export async function exclusively<T>(
  homes: readonly string[],
  folder: string | undefined,
  caller: Caller,
  work: (home: string | undefined) => Promise<T>,
): Promise<T> {
  for (const home of journalsIn(homes, caller))
    await locked(home, caller, async () => report(await recoverIn(home, caller), caller))
  const made = folder !== undefined && !existsSync(folder) && tryMake(folder)
  const home = homes.find((home) => isWritable(home) && !ignoredJournal(home))
  if (home === undefined) return work(undefined)
  try {
    return await locked(home, caller, async () => {
      report(await recoverIn(home, caller), caller)
      return await work(home)
    })
  } finally {
    if (made) removeEmptyFolder(folder)
  }
}

/**
 * Finishes or undoes the run that was interrupted in one of `homes`, if there is one. Else it only looks. What is left by
 * a run of another policy stays as it is.
 */
export async function settle(homes: readonly string[], caller: Caller): Promise<void> {
  for (const home of journalsIn(homes, caller)) {
    await locked(home, caller, async () => {
      try {
        report(await recoverIn(home, caller), caller)
      } catch (error) {
        if (!(error instanceof ForeignJournal)) throw error
        caller.ignored(error)
      }
    })
  }
}

/** The homes with a journal that counts. */
function journalsIn(homes: readonly string[], caller: Caller): string[] {
  return [...new Set(homes)].filter(hasJournal).filter((home) => {
    const ignored = ignoredJournal(home)
    if (ignored) caller.ignored(ignored)
    return !ignored
  })
}

async function locked<T>(home: string, caller: Caller, work: () => T | Promise<T>): Promise<T> {
  const release = await lock(home, caller)
  try {
    return await work()
  } finally {
    release()
  }
}

async function recoverIn(home: string, { door }: Caller): Promise<Recovery | undefined> {
  try {
    return await recover(home, door)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `an earlier run was interrupted, and tagwall cannot finish it now: ${(error as Error).message}; fix the cause, and run the command again`,
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
