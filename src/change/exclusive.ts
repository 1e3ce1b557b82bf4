import { join, resolve } from 'node:path'
import type { Io } from '../io.ts'
import { type CommonOptions, shownPath } from '../policy/load.ts'
import { entryAt } from '../store/disk.ts'
import * as run from '../store/exclusive.ts'
import { type Home, homesOf } from '../store/home.ts'
import type { Recovery } from '../store/journal.ts'
import { sanitize } from '../text/sanitize.ts'

type Options = CommonOptions & { readonly dryRun?: boolean }

/**
 * Runs `work` while no other run writes, after an interrupted run is finished or undone. `work` gets the home of its journal; undefined in
 * a dry run, which changes nothing. Throws `UserError` if no home can be written.
 */
export async function exclusively<T>(
  options: Options,
  io: Io,
  work: (home: Home | undefined) => Promise<T>,
): Promise<T> {
  if (options.dryRun) return tellInterruptedRun(options, io).then(() => work(undefined))
  tellLeftovers(options, io)
  return run.exclusively(homesIn(options, io), callerOf(io), work)
}

/** Says that an earlier run was interrupted, and what to run, before a command that only reads. */
export async function tellInterruptedRun(options: CommonOptions, io: Io): Promise<void> {
  tellLeftovers(options, io)
  if (await run.wasInterrupted(homesIn(options, io), callerOf(io)))
    io.err(
      'warning: an earlier run was interrupted, so some files may be new and others old: run "tagwall build", which first finishes or undoes that run\n',
    )
}

const snapshotsIn = ({ snapshots }: CommonOptions, io: Io) => resolve(io.cwd, snapshots ?? 'snapshots')

const homesIn = (options: CommonOptions, io: Io) => homesOf(snapshotsIn(options, io), io.env)

/** The journal and the mutex of older versions, which a checkout can bring. */
const LEFTOVERS = ['.tagwall-journal.json', '.tagwall-mutex']

function tellLeftovers(options: CommonOptions, io: Io): void {
  const folders = new Set([snapshotsIn(options, io), io.cwd])
  for (const path of [...folders].flatMap((folder) => LEFTOVERS.map((name) => join(folder, name))))
    if (entryAt(path))
      io.err(
        `warning: ${sanitize(shownPath(path, io))} is ignored: a checkout can bring it, so tagwall keeps its journal and mutex elsewhere; remove it\n`,
      )
}

/** Removes a progress bar. */
const CLEAR = '\r\u001b[K'

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
