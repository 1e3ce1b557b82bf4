import { UserError } from '../errors.ts'
import { type Home, usableHome } from './home.ts'
import { hasJournal, type Recovery, recover } from './journal.ts'
import { awaitRelease, takeMutex, type Waiting } from './mutex.ts'

/** The caller's clock, and its callbacks about an interrupted run. */
export interface Caller extends Waiting {
  recovered(recovery: Recovery): void
  /** A signal ends the run before it writes anything. */
  interrupted(): void
}

/** Runs `work` with the first home that can be written, alone, after an interrupted run is finished or undone. Throws `UserError` without any home. */
export async function exclusively<T>(
  homes: readonly Home[],
  caller: Caller,
  work: (home: Home) => Promise<T>,
): Promise<T> {
  const own = usableHome(homes)
  for (const home of homes) if (home !== own && hasJournal(home)) await locked(home, caller, async () => {})
  return locked(own, caller, () => work(own))
}

/** True if a run was interrupted in one of `homes`; a run that writes just now is waited for. Changes nothing. */
export async function wasInterrupted(homes: readonly Home[], caller: Waiting): Promise<boolean> {
  for (const home of homes) {
    if (hasJournal(home)) await awaitRelease(home, caller)
    if (hasJournal(home)) return true
  }
  return false
}

async function locked<T>(home: Home, caller: Caller, work: () => Promise<T>): Promise<T> {
  const release = await takeMutex(home, caller)
  const keep = undoIfInterrupted(release, caller.interrupted)
  try {
    const recovery = await recoverIn(home)
    if (recovery) caller.recovered(recovery)
    return await work()
  } finally {
    keep()
    release()
  }
}

async function recoverIn(home: Home): Promise<Recovery | undefined> {
  try {
    return await recover(home)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `an earlier run was interrupted, and tagwall cannot finish it now: ${(error as Error).message}; fix the cause, and run the command again`,
    )
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Until the returned function is called, a signal calls `undo` and `tell` before it ends the process: between two steps of the event loop, so never
 * amid writing.
 */
function undoIfInterrupted(undo: () => void, tell: () => void): () => void {
  const end = (signal: NodeJS.Signals) => {
    keep()
    undo()
    tell()
    process.kill(process.pid, signal)
  }
  const keep = () => {
    for (const signal of SIGNALS) process.off(signal, end)
  }
  for (const signal of SIGNALS) process.on(signal, end)
  return keep
}

/** Lets a signal that has come meanwhile end the process. For long work without a wait. */
export const stopIfInterrupted = (): Promise<void> => new Promise((done) => void setImmediate(done))
