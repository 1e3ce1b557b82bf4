import { readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../errors.ts'
import { realPath } from '../places.ts'
import { sha256 } from '../text/hashes.ts'
import { entriesOf, entryAt, moveFile, removeEmptyFolder, removeFile, replaceFile, syncFolders } from './disk.ts'
import type { Home } from './home.ts'
import type { StoredJournal } from './journal-schema.ts'

const TEMPORARY = /^\.tagwall-(\d+)-\d+\.tmp$/

/** The temporary files of a run, and the record of the last check, as a pattern for .gitignore. */
export const PASSING_FILES = '.tagwall-*'

/** The planned changes of a run, as the journal has them, but with full paths; those of temporary files too. */
export type Transaction = Omit<StoredJournal, 'format' | 'state'>

export type PlannedFile = Transaction['files'][number]

/** The outcome of an interrupted run: completed, undone, or neither is possible. */
export interface Recovery {
  readonly outcome: 'finished' | 'undone' | 'lost'
  readonly paths: readonly string[]
}

/** The temporary name of the `index`th file of this process. */
export const temporaryName = (run: number, index: number) => `.tagwall-${run}-${index}.tmp`

/** The path of the journal. */
export const journalPath = ({ folder, name }: Home) => join(folder, `${name}.journal`)

/** True if a run was interrupted, or writes just now. */
export const hasJournal = (home: Home) => entryAt(journalPath(home)) !== undefined

/** Records the state of a transaction. */
export function record(home: Home, state: StoredJournal['state'], { run, files, created, folders }: Transaction): void {
  const shown = (path: string) => relative(home.base, realPath(path)).replaceAll(sep, '/')
  const stored: StoredJournal = {
    format: 'tagwall-journal-3',
    state,
    run,
    files: files.map(({ path, temporary, sha256 }) => ({ path: shown(path), temporary: basename(temporary), sha256 })),
    created: created.map(({ path, sha256 }) => ({ path: shown(path), sha256 })),
    folders: folders.map(shown),
  }
  replaceFile(journalPath(home), draftPath(home), `${JSON.stringify(stored)}\n`)
}

const draftPath = (home: Home) => `${journalPath(home)}.tmp`

/** Removes the journal of a completed or undone transaction. */
export function forget(home: Home): void {
  removeFile(journalPath(home))
  removeFile(draftPath(home))
  syncFolders([home.folder])
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

/** Finishes or undoes an interrupted run. The caller holds the mutex of `home`. */
export async function recover(home: Home): Promise<Recovery | undefined> {
  if (!hasJournal(home)) {
    removeFile(draftPath(home))
    return undefined
  }
  const { state, transaction } = await readJournal(home)
  const paths = [...transaction.files, ...transaction.created].map((file) => file.path)
  const outcome = outcomeOf(state, transaction)
  if (state !== 'staging' && outcome !== 'lost' && transaction.files.every(canFinish)) carryOut(transaction)
  if (outcome === 'finished') sweep(transaction)
  else takeAway(outcome === 'undone' && state === 'undoing' ? transaction : { ...transaction, created: [] })
  forget(home)
  return { outcome, paths }
}

function outcomeOf(state: StoredJournal['state'], { files }: Transaction): Recovery['outcome'] {
  if (state === 'staging') return 'undone'
  if (files.every(canFinish)) return state === 'ready' ? 'finished' : 'undone'
  // The texts are gone, as after a failed run that removed them. If no file was replaced, that counts as undone.
  return state === 'ready' && !files.some(({ path, sha256 }) => holds(path, sha256)) ? 'undone' : 'lost'
}

const canFinish = ({ path, temporary, sha256 }: PlannedFile) => holds(temporary, sha256) || holds(path, sha256)

const holds = (path: string, hash: string) => entryAt(path)?.isFile() === true && sha256(readFileSync(path)) === hash

async function readJournal(home: Home): Promise<{ state: StoredJournal['state']; transaction: Transaction }> {
  const path = journalPath(home)
  const { parseJournal } = await import('./journal-schema.ts')
  const { run, state, files, created, folders } = parseJournal(readFileSync(path, 'utf8'), path)
  const fullOf = (below: string) => resolve(home.base, below)
  const transaction = {
    run,
    files: files.map(({ path, temporary, sha256 }) => {
      const full = fullOf(path)
      return { path: full, temporary: join(dirname(full), temporary), sha256 }
    }),
    created: created.map((file) => ({ ...file, path: fullOf(file.path) })),
    folders: folders.map(fullOf),
  }
  // The paths had no links; a checkout since then may have brought one that leads elsewhere.
  const linked = [...transaction.files, ...transaction.created].find((file) => realPath(file.path) !== file.path)
  if (linked)
    throw new UserError(
      `an earlier run was interrupted while it wrote ${linked.path}, and a link has come in the way since: restore that folder, or remove ${path} and run the command again`,
    )
  return { state, transaction }
}
