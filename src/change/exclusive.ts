import { resolve } from 'node:path'
import type { Io } from '../io.ts'
import { type CommonOptions, shownPath } from '../policy/load.ts'
import { CLEAR } from '../progress.ts'
import * as run from '../store/exclusive.ts'
import { type Home, homesOf } from '../store/home.ts'
import type { Recovery } from '../store/journal.ts'
import { sanitize } from '../text/sanitize.ts'

/**
 * Runs `work` while no other run writes, after an interrupted run is finished or undone. `work` gets the home of its journal; undefined in
 * a dry run, which changes nothing. Throws `UserError` if no home can be written.
 */
export async function exclusively<T>(
  options: CommonOptions & { readonly dryRun?: boolean },
  io: Io,
  work: (home: Home | undefined) => Promise<T>,
): Promise<T> {
  if (options.dryRun) return tellInterruptedRun(options, io).then(() => work(undefined))
  return run.exclusively(homesIn(options, io), callerOf(io), work)
}

/** Says that an earlier run was interrupted, and what to run, before a command that only reads. */
export async function tellInterruptedRun(options: CommonOptions, io: Io): Promise<void> {
  if (await run.wasInterrupted(homesIn(options, io), callerOf(io)))
    io.err(
      'warning: an earlier run was interrupted, so some files may be new and others old: run "tagwall build", which first finishes or undoes that run\n',
    )
}

const homesIn = ({ snapshots = 'snapshots' }: CommonOptions, io: Io) => homesOf(resolve(io.cwd, snapshots), io.env)

const callerOf = (io: Io) => ({
  sleep: (milliseconds: number) => io.sleep(milliseconds),
  now: () => io.now(),
  waits: (sentence: string) => io.err(`tagwall: ${sanitize(sentence)}\n`),
  interrupted: () => io.err(`${io.isTerminal ? CLEAR : ''}tagwall: interrupted; nothing was written\n`),
  recovered: (recovery: Recovery) => io.err(`tagwall: ${sanitize(sentenceOf(recovery, io))}\n`),
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
