import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { makeFolder, removeEmptyFolder } from './disk.ts'
import { undoIfInterrupted } from './interrupt.ts'
import {
  type Door,
  ForeignJournal,
  hasJournal,
  type Ignored,
  ignoredJournal,
  type Recovery,
  recover,
} from './journal.ts'
import { takeMutex, type Waiting } from './mutex.ts'

/** The caller's clock, its rules for journals, and its callbacks about an interrupted run. */
export interface Caller extends Waiting {
  /** Called only if there is a journal. */
  door(): Promise<Door>
  recovered(recovery: Recovery): void
  /** A signal ends the run before it writes anything. */
  interrupted(): void
  ignored(journal: Ignored): void
}

/**
 * Runs `work` while no other run writes with the same `homes`: possible folders of the journal, the best first. Before that it
 * finishes or undoes an interrupted run, and refuses to continue over one that it must not touch. `work` gets the first home
 * that can hold a journal, or undefined. `folder`, one of the homes, is created for the time if it does not exist.
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
  const keep = undoIfInterrupted(() => made && removeEmptyFolder(folder), caller.interrupted)
  try {
    return await locked(home, caller, async () => {
      report(await recoverIn(home, caller), caller)
      return await work(home)
    })
  } finally {
    keep()
    if (made) removeEmptyFolder(folder)
  }
}

/**
 * Finishes or undoes a run that was interrupted in one of `homes`. Without one it changes nothing. The journal of another
 * policy stays unchanged.
 */
export async function recoverInterruptedRun(homes: readonly string[], caller: Caller): Promise<void> {
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

/** The homes with a valid journal. */
function journalsIn(homes: readonly string[], caller: Caller): string[] {
  return [...new Set(homes)].filter(hasJournal).filter((home) => {
    const ignored = ignoredJournal(home)
    if (ignored) caller.ignored(ignored)
    return !ignored
  })
}

async function locked<T>(home: string, caller: Caller, work: () => T | Promise<T>): Promise<T> {
  const release = await takeMutex(home, caller)
  const keep = undoIfInterrupted(release, caller.interrupted)
  try {
    return await work()
  } finally {
    keep()
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
    // Writing a file there explains the obstacle.
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
