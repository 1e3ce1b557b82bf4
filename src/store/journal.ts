import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../errors.ts'
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
import type { JournalState, StoredJournal } from './journal-values.ts'

const FORMAT = 'tagwall-journal-2'
const NAME = '.tagwall-journal.json'
const TEMPORARY = /^\.tagwall-(\d+)-\d+\.tmp$/
const MOST_BYTES = 64 * 1024 * 1024

/** The temporary files of a run, and the record of the last check, as a pattern for .gitignore. */
export const PASSING_FILES = '.tagwall-*'

/** The planned changes of a run. All paths are absolute. */
export interface Transaction {
  /** The process number of the run; the names of all staged files contain it. */
  readonly run: number
  readonly files: readonly PlannedFile[]
  /** Files that the undone run created; they are removed if they still hold that text. */
  readonly created: readonly CreatedFile[]
  /** Folders to create, outermost first. */
  readonly folders: readonly string[]
}

export interface PlannedFile extends CreatedFile {
  /** The temporary path of the text, in the same folder. */
  readonly temporary: string
}

export interface CreatedFile {
  readonly path: string
  /** SHA-256 of its text. */
  readonly sha256: string
}

/** The outcome of an interrupted run: completed, undone, or neither is possible. */
export interface Recovery {
  readonly outcome: 'finished' | 'undone' | 'lost'
  readonly paths: readonly string[]
}

/** The checks of a journal, which may have come with a checkout and is therefore not trusted. */
export interface Door {
  /** Parses a journal. Throws an error that explains the problem. */
  parse(text: string): StoredJournal
  /** True if runs of this policy may write a file at a path, which has no links. */
  mayWrite(path: string): boolean
}

/** A journal that is ignored, and why. */
export interface Ignored {
  readonly message: string
}

/** A journal of another policy, or not of any run. */
export class ForeignJournal extends UserError {}

/** The temporary name of the `index`th file of this process. */
export const temporaryName = (run: number, index: number) => `.tagwall-${run}-${index}.tmp`

export const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

/** True if `home` has an entry at the path of the journal. */
export const hasJournal = (home: string) => entryAt(join(home, NAME)) !== undefined

/** The path of the journal. */
export const journalPath = (home: string) => join(home, NAME)

/** Records the state of a transaction in `home`. */
export function record(home: string, state: JournalState, { run, files, created, folders }: Transaction): void {
  // Relative paths without links, so a later run can recover a checkout that was moved, mounted elsewhere, or reached
  // by another path.
  const real = realpathSync(home)
  const shown = (path: string) => relative(real, realPath(path)).replaceAll(sep, '/')
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

/** Removes the journal of a completed or undone transaction. */
export function forget(home: string): void {
  removeFile(join(home, NAME))
  removeFile(join(home, `${NAME}.tmp`))
  syncFolders([home])
}

/** Puts every text in its place. Idempotent. */
export function carryOut({ files }: Transaction): void {
  for (const { path, temporary, sha256 } of files) if (holds(temporary, sha256)) moveFile(temporary, path)
  syncFolders(files.map(({ path }) => dirname(path)))
}

/** Removes everything that a run staged or created. Idempotent. */
export function takeAway(transaction: Transaction): void {
  for (const { path, sha256 } of transaction.created) if (holds(path, sha256)) removeFile(path)
  sweep(transaction)
  for (const folder of transaction.folders.toReversed()) removeEmptyFolder(folder)
}

/** Removes staged texts that were not used. */
function sweep({ run, files, created }: Transaction): void {
  const folders = new Set([...files, ...created].map(({ path }) => dirname(path)))
  for (const folder of folders)
    for (const name of entriesOf(folder))
      if (TEMPORARY.exec(name)?.[1] === String(run) && entryAt(join(folder, name))?.isFile())
        removeFile(join(folder, name))
  syncFolders(folders)
}

/** Why the entry at the journal's path is ignored, if no run of this user can have written it. */
export function ignoredJournal(home: string): Ignored | undefined {
  const path = join(home, NAME)
  const entry = entryAt(path)
  const user = process.getuid?.()
  const because = (why: string) => ({ message: `${path} is ignored: ${why}` })
  if (!entry) return undefined
  if (!entry.isFile()) return because(`it is ${kindOf(entry)}; expected a regular file; remove it`)
  if (user !== undefined && entry.uid !== user) return because(`it belongs to another user (${entry.uid}); remove it`)
  const doubt = doubtOf(home)
  return doubt === undefined ? undefined : because(doubt)
}

/** Why the journal of `home` may have come with a commit; undefined if git does not track it, and without git or a repository. */
function doubtOf(home: string): string | undefined {
  const { error, status, stderr } = spawnSync(
    'git',
    ['-c', 'core.fsmonitor=false', 'ls-files', '--error-unmatch', '--', NAME],
    {
      cwd: realpathSync(home),
      env: { ...process.env, LC_ALL: 'C' },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 10_000,
    },
  )
  if (status === 0) return 'git tracks it, so it came with a commit; remove it with "git rm"'
  const isUntracked = status === 1 || (status === 128 && /not a git repository/i.test(stderr))
  if (isUntracked || (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined
  // As in a checkout of another user, which git refuses to read.
  const [reason = ''] = (stderr || String(error?.message ?? '')).trim().split('\n')
  return `git does not say whether it came with a commit (${reason}); fix that, or remove it`
}

/** Finishes or undoes an interrupted run. The caller holds the mutex of `home`. */
export async function recover(home: string, door: () => Promise<Door>): Promise<Recovery | undefined> {
  const path = join(home, NAME)
  if (!entryAt(path)) {
    removeFile(`${path}.tmp`)
    return undefined
  }
  const { state, transaction } = readJournal(home, await door())
  const paths = [...transaction.files, ...transaction.created].map((file) => file.path)
  const outcome = outcomeOf(state, transaction)
  if (state !== 'staging' && outcome !== 'lost' && transaction.files.every(canFinish)) carryOut(transaction)
  if (outcome === 'finished') sweep(transaction)
  else takeAway(outcome === 'undone' && state === 'undoing' ? transaction : { ...transaction, created: [] })
  forget(home)
  return { outcome, paths }
}

function outcomeOf(state: JournalState, { files }: Transaction): Recovery['outcome'] {
  if (state === 'staging') return 'undone'
  if (files.every(canFinish)) return state === 'ready' ? 'finished' : 'undone'
  // The texts are gone, as after a failed run that removed them. If no file was replaced, that counts as undone.
  return state === 'ready' && !files.some(({ path, sha256 }) => holds(path, sha256)) ? 'undone' : 'lost'
}

const canFinish = ({ path, temporary, sha256 }: PlannedFile) => holds(temporary, sha256) || holds(path, sha256)

const holds = (path: string, sha256: string) =>
  entryAt(path)?.isFile() === true && hashOf(readFileSync(path)) === sha256

function readJournal(home: string, door: Door): { state: JournalState; transaction: Transaction } {
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
  const transaction = {
    run: stored.run,
    files: stored.files.map((file): PlannedFile => {
      const full = fullOf(file.path)
      return { path: full, temporary: join(dirname(full), file.temporary), sha256: file.sha256 }
    }),
    created: stored.created.map((file) => ({ ...file, path: fullOf(file.path) })),
    folders: stored.folders.map(fullOf),
  }
  const all = [...transaction.files, ...transaction.created].map((file) => file.path)
  const foreign = [
    ...all.filter((file) => !door.mayWrite(file)),
    ...transaction.folders.filter((folder) => !all.some((file) => file !== folder && isWithin(file, folder))),
  ]
  if (foreign.length > 0)
    throw new ForeignJournal(
      `${path} names files that this policy does not write (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', ...' : ''}), so tagwall did nothing with it; if a run with another --policy, or with --allow-outside, was interrupted, run that command again; otherwise remove ${path}`,
    )
  return { state: stored.state, transaction }
}
