import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import { type CommonOptions, loadPolicy, shownPath } from '../policy/load.ts'
import * as run from '../store/exclusive.ts'
import type { Ignored, Recovery } from '../store/journal.ts'
import { sanitize } from '../text/sanitize.ts'
import type { PlaceOptions } from './own-files.ts'

type Options = CommonOptions & PlaceOptions & { readonly dryRun?: boolean }

/**
 * Runs `work` while no other run writes, after an interrupted run is finished or undone. `work` gets the folder for its journal;
 * undefined in a dry run, or if no folder can hold one.
 */
export function exclusively<T>(
  options: Options,
  { createsSnapshots }: { readonly createsSnapshots: boolean },
  io: Io,
  work: (home: string | undefined) => Promise<T>,
): Promise<T> {
  const homes = homesOf(options, io)
  const caller = callerOf(options, io)
  if (options.dryRun) return run.recoverInterruptedRun(homes, caller).then(() => work(undefined))
  return run.exclusively(homes, createsSnapshots ? homes[0] : undefined, caller, work)
}

/** Finishes or undoes an interrupted run before anything is read. */
export function recoverInterruptedRun(options: CommonOptions, io: Io): Promise<void> {
  return run.recoverInterruptedRun(homesOf(options, io), callerOf(options, io))
}

// Several working directories can share the snapshots, so the journal belongs to the snapshots.
const homesOf = ({ snapshots }: CommonOptions, io: Io) => [resolve(io.cwd, snapshots ?? 'snapshots'), io.cwd]

/** Removes a progress bar. */
const CLEAR = '\r\u001b[K'

const callerOf = (options: Options, io: Io) => ({
  sleep: (milliseconds: number) => io.sleep(milliseconds),
  now: () => io.now(),
  waits: (sentence: string) => io.err(`tagwall: ${sanitize(sentence)}\n`),
  interrupted: () => io.err(`${io.isTerminal ? CLEAR : ''}tagwall: interrupted; nothing was written\n`),
  door: async () => {
    const [{ parseJournal }, { isOwnFile }] = await Promise.all([
      import('../store/journal-schema.ts'),
      import('./own-files.ts'),
    ])
    return { parse: parseJournal, mayWrite: isOwnFile(options, await loadPolicy(options, io), io) }
  },
  recovered: (recovery: Recovery) => io.err(`tagwall: ${sanitize(sentenceOf(recovery, io))}\n`),
  ignored: ({ message }: Ignored) => io.err(`warning: ${sanitize(message)}\n`),
})

function sentenceOf({ outcome, paths }: Recovery, io: Io): string {
  const files = paths.map((path) => shownPath(path, io)).join(', ')
  switch (outcome) {
    case 'finished':
      return `an earlier run was interrupted; finished writing ${files}`
    case 'undone':
      return `an earlier run was interrupted; restored ${files}`
    case 'lost':
      return `an earlier run was interrupted, and somebody changed its files since; check ${files}, and run tagwall update again`
  }
}
