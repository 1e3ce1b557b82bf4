import { resolve } from 'node:path'
import type { Recovery } from '../emit/journal.ts'
import * as run from '../emit/run.ts'
import type { Io } from '../io.ts'
import { type CommonOptions, shownPath } from './inputs.ts'

type Options = CommonOptions & { readonly dryRun?: boolean }

/** Does what writes as the only run that does, after an interrupted run was finished or undone. */
export function alone<T>(
  options: Options,
  keepsSnapshots: boolean,
  io: Io,
  work: (home: string | undefined) => Promise<T>,
): Promise<T> {
  if (options.dryRun) return work(undefined)
  const homes = homesOf(options, io)
  return run.alone(homes, keepsSnapshots ? homes[0] : undefined, callerOf(io), work)
}

/** Finishes or undoes an interrupted run, before anything is read. */
export function settle(options: CommonOptions, io: Io): Promise<void> {
  return run.settle(homesOf(options, io), callerOf(io))
}

// Snapshots may be shared by several working directories, so the journal belongs to them.
const homesOf = ({ snapshots }: CommonOptions, io: Io) => [resolve(io.cwd, snapshots ?? 'snapshots'), io.cwd]

const callerOf = (io: Io) => ({
  sleep: (milliseconds: number) => io.sleep(milliseconds),
  now: () => io.now(),
  recovered: (recovery: Recovery) => io.err(`tagwall: ${sentenceOf(recovery, io)}\n`),
})

function sentenceOf({ outcome, paths }: Recovery, io: Io): string {
  const files = paths.map((path) => shownPath(path, io)).join(', ')
  switch (outcome) {
    case 'finished':
      return `an earlier run was interrupted; finished writing ${files}`
    case 'undone':
      return `an earlier run was interrupted before it replaced a file; undone, so these are as they were: ${files}`
    case 'lost':
      return `an earlier run was interrupted, and its files were changed since; check ${files}, and run tagwall update again`
  }
}
