import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { JournalState, StoredJournal } from '../model/journal.ts'
import {
  entriesOf,
  entryAt,
  isWithin,
  kindOf,
  moveFile,
  realPath,
  removeEmptyFolder,
  removeFile,
  replaceFile,
  syncFolders,
} from './disk.ts'

const FORMAT = 'tagwall-journal-2'
const NAME = '.tagwall-journal.json'
const TEMPORARY = /^\.tagwall-(\d+)-\d+\.tmp$/
const MOST_BYTES = 64 * 1024 * 1024

/** Matches what is there while a run goes on or after one that was killed, and the record of the last check: for version control to ignore. */
export const PASSING_FILES = '.tagwall-*'

/** What a run is about to do. All paths are absolute. */
export interface Plan {
  /** The number of the process whose run it is: the names of all that it stages have it. */
  readonly run: number
  readonly files: readonly PlannedFile[]
  /** Files that were made by the run that is undone: they go again while they hold that text. */
  readonly created: readonly CreatedFile[]
  /** Folders to be made, outermost first. */
  readonly folders: readonly string[]
}

export interface PlannedFile {
  readonly path: string
  /** Where its text is until it is put in place: in the same folder. */
  readonly temporary: string
  /** SHA-256 of its text. */
  readonly sha256: string
}

export type CreatedFile = Pick<PlannedFile, 'path' | 'sha256'>

/** What became of an interrupted run: done to its end, as if it had not begun, or impossible to do either. */
export interface Recovery {
  readonly outcome: 'finished' | 'undone' | 'lost'
  readonly paths: readonly string[]
}

/** What a journal must be to count: it may have come with a checkout, so it is as hostile as one. */
export interface Door {
  /** What a text says, if it has the form. Throws an error that says what is wrong. */
  parse(text: string): StoredJournal
  /** Whether the runs of this policy may write a file at a path, which is free of links. */
  mayWrite(path: string): boolean
}

/** A journal of which nothing is carried out, and why. */
export interface Ignored {
  readonly message: string
}

/** A journal that a run of another policy has left, or no run at all. */
export class ForeignJournal extends UserError {}

/** The name of the `index`th file that this process stages. */
export const temporaryName = (run: number, index: number) => `.tagwall-${run}-${index}.tmp`

export const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Whether something stands in `home` where a run keeps its journal. */
export const hasJournal = (home: string) => entryAt(join(home, NAME)) !== undefined

/** Where a run keeps its journal. */
export const journalPath = (home: string) => join(home, NAME)

/** Puts on record in `home` how far a plan has come. */
export function record(home: string, state: JournalState, { run, files, created, folders }: Plan): void {
  // Relative, so that a checkout that is moved, or mounted elsewhere, can still be put right; and between places without
  // links, so that it does not matter by which way a later run gets here.
  const real = realpathSync(home)
  const shown = (path: string) => relative(real, realPath(path))
  const stored: StoredJournal = {
    format: FORMAT,
    state,
    run,
    files: files.map(({ path, temporary, sha256 }) => ({ path: shown(path), temporary: basename(temporary), sha256 })),
    created: created.map(({ path, sha256 }) => ({ path: shown(path), sha256 })),
    folders: folders.map(shown),
  }
  replaceFile(join(home, NAME), join(home, `${NAME}.tmp`), `${JSON.stringify(stored)}\n`)
}

/** The plan has been carried out, or undone. */
export function forget(home: string): void {
  removeFile(join(home, NAME))
  removeFile(join(home, `${NAME}.tmp`))
  syncFolders([home])
}

/** Puts every text in its place. May be done twice. */
export function carryOut({ files }: Plan): void {
  for (const { path, temporary, sha256 } of files) if (holds(temporary, sha256)) moveFile(temporary, path)
  syncFolders(files.map(({ path }) => dirname(path)))
}

/** Takes away what a run has staged or made, and is to leave nothing of. May be done twice. */
export function takeAway(plan: Plan): void {
  for (const { path, sha256 } of plan.created) if (holds(path, sha256)) removeFile(path)
  sweep(plan)
  for (const folder of plan.folders.toReversed()) removeEmptyFolder(folder)
}

/** Removes the texts that a run has staged and that did not come to their place, because they were damaged, or not wanted. */
function sweep({ run, files, created }: Plan): void {
  const folders = new Set([...files, ...created].map(({ path }) => dirname(path)))
  for (const folder of folders)
    for (const name of entriesOf(folder))
      if (TEMPORARY.exec(name)?.[1] === String(run) && entryAt(join(folder, name))?.isFile())
        removeFile(join(folder, name))
  syncFolders(folders)
}

/** Why what stands in the journal's place does not count, if it does not: no run of this user can have left it. */
export function ignoredJournal(home: string): Ignored | undefined {
  const path = join(home, NAME)
  const entry = entryAt(path)
  const user = process.getuid?.()
  const because = (why: string) => ({ message: `${path} is ignored: ${why}` })
  if (!entry) return undefined
  if (!entry.isFile()) return because(`it is ${kindOf(entry)}; expected a regular file; remove it`)
  if (user !== undefined && entry.uid !== user) return because(`it belongs to another user (${entry.uid}); remove it`)
  if (isTracked(home)) return because('git tracks it, so it came with a commit; remove it with "git rm"')
  return undefined
}

/** Whether git has the journal of `home` in its index. Where git is not there or knows no repository, it has not. */
function isTracked(home: string): boolean {
  const { status } = spawnSync('git', ['-c', 'core.fsmonitor=false', 'ls-files', '--error-unmatch', '--', NAME], {
    cwd: realpathSync(home),
    stdio: 'ignore',
    timeout: 10_000,
  })
  return status === 0
}

/** Finishes the run that was interrupted, or undoes it. The caller holds the lock of `home`. */
export async function recover(home: string, door: () => Promise<Door>): Promise<Recovery | undefined> {
  const path = join(home, NAME)
  if (!entryAt(path)) {
    removeFile(`${path}.tmp`)
    return undefined
  }
  const { state, plan } = readJournal(home, await door())
  const paths = [...plan.files, ...plan.created].map((file) => file.path)
  const outcome = outcomeOf(state, plan)
  if (state !== 'staging' && outcome !== 'lost' && plan.files.every(canFinish)) carryOut(plan)
  if (outcome === 'finished') sweep(plan)
  else takeAway(outcome === 'undone' && state === 'undoing' ? plan : { ...plan, created: [] })
  forget(home)
  return { outcome, paths }
}

function outcomeOf(state: JournalState, { files }: Plan): Recovery['outcome'] {
  if (state === 'staging') return 'undone'
  if (files.every(canFinish)) return state === 'ready' ? 'finished' : 'undone'
  // Texts are gone, as after a failing run that took them away; that is as good as undone while no file was replaced.
  return state === 'ready' && !files.some(({ path, sha256 }) => holds(path, sha256)) ? 'undone' : 'lost'
}

const canFinish = ({ path, temporary, sha256 }: PlannedFile) => holds(temporary, sha256) || holds(path, sha256)

const holds = (path: string, sha256: string) =>
  entryAt(path)?.isFile() === true && hashOf(readFileSync(path)) === sha256

function readJournal(home: string, door: Door): { state: JournalState; plan: Plan } {
  const path = join(home, NAME)
  let stored: StoredJournal
  try {
    if ((entryAt(path)?.size ?? 0) > MOST_BYTES) throw new Error('it is too large')
    stored = door.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UserError(
      `${path} is not a journal of this version of tagwall (${(error as Error).message}), so tagwall did nothing with it; restore the snapshots from version control, remove the journal, and run tagwall update again`,
    )
  }
  const real = realpathSync(home)
  const fullOf = (below: string) => realPath(resolve(real, below))
  const plan = {
    run: stored.run,
    files: stored.files.map((file): PlannedFile => {
      const full = fullOf(file.path)
      return { path: full, temporary: join(dirname(full), file.temporary), sha256: file.sha256 }
    }),
    created: stored.created.map((file) => ({ ...file, path: fullOf(file.path) })),
    folders: stored.folders.map(fullOf),
  }
  const all = [...plan.files, ...plan.created].map((file) => file.path)
  const foreign = [
    ...all.filter((file) => !door.mayWrite(file)),
    ...plan.folders.filter((folder) => !all.some((file) => file !== folder && isWithin(file, folder))),
  ]
  if (foreign.length > 0)
    throw new ForeignJournal(
      `${path} names files that this policy does not write (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', ...' : ''}), so tagwall did nothing with it; if a run with another --policy, or with --allow-outside, was interrupted, run that command again; otherwise remove ${path}`,
    )
  return { state: stored.state, plan }
}
