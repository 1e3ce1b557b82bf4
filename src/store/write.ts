import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { denialOf, UserError, UserErrors } from '../errors.ts'
import { sha256 } from '../text/hashes.ts'
import { withUnixLines } from '../text/lines.ts'
import {
  type Difference,
  entryAt,
  FileInPlace,
  type Folder,
  folderFinder,
  kindOf,
  makeFolder,
  moveFile,
  type NewFile,
  removeFile,
  replaceFile,
  syncFolders,
  writeNew,
} from './disk.ts'
import type { Home } from './home.ts'
import {
  carryOut,
  forget,
  journalPath,
  type PlannedFile,
  record,
  type Transaction,
  takeAway,
  temporaryName,
} from './journal.ts'
import { looksRemovable, looksWritten } from './likeness.ts'
import { placeProblems, type Territory } from './territory.ts'

/** A file to write. `owner` names its origin in errors. */
export interface Draft {
  readonly path: string
  /** As bytes if there are many such files: the heap grows to several times the size of texts. */
  readonly text: string | Buffer
  readonly owner: string
  /** Set if a policy chose the path, which is then checked. */
  readonly place?: Place
}

/** The checks for the file of a target. */
export interface Place {
  readonly territory: Territory
  /** Regular expressions; a replaceable file matches one of them. */
  readonly recognise: readonly string[]
}

// In bytes, on every common file system; `length` is never larger than that.
const LONGEST_NAME = 255

/** Removes outdated files of an earlier run; anything except a regular file stays. */
export function removeStale(paths: readonly string[]): void {
  const problems: string[] = []
  for (const path of paths) {
    try {
      if (entryAt(path)?.isFile()) removeFile(path)
    } catch (error) {
      problems.push((error as Error).message)
    }
  }
  syncFolders(paths.map((path) => dirname(path)))
  if (problems.length > 0)
    throw new UserErrors(
      'everything was written, but tagwall could not remove outdated files; remove them yourself',
      problems,
    )
}

/** Why some files must not be removed as outdated ones of a target, one sentence each: a person may have written them. `owner` names the target. */
export function foreignAmong(paths: readonly string[], owner: string, { territory, recognise }: Place): string[] {
  // A vendor without patterns has no commands, and its outdated parts have the header.
  if (territory.overwrites || recognise.length === 0) return []
  return paths
    .filter((path) => entryAt(path)?.isFile() && !looksRemovable(readFileSync(path, 'utf8'), recognise))
    .map(
      (path) =>
        `${owner}: ${path} would be removed as outdated, and does not look like a file of this target; move it away, or remove it with --overwrite`,
    )
}

/**
 * Throws `UserErrors` if nobody may write some drafts: two have the same path, or the path is forbidden or holds something else. Needs no
 * permission to write, and writes nothing. Returns how each file in place differs. Only the paths of `checked` are compared with the others: they were
 * checked by themselves.
 */
export function checkDrafts(
  drafts: readonly Draft[],
  checked: readonly Draft[] = [],
  problemsOf = obstacles,
): ReadonlyMap<Draft, Difference> {
  const folderOf = folderFinder()
  const known = new Set(checked)
  const problems = [...overlaps(drafts, folderOf)]
  const differences = new Map<Draft, Difference>()
  for (const draft of drafts) {
    if (known.has(draft)) continue
    const file = new FileInPlace(draft.path)
    const own = problemsOf(draft, file, folderOf(draft.path)).map((line) => `${draft.owner}: ${line}`)
    // Texts are large, so each file is compared at once.
    if (own.length === 0) differences.set(draft, file.differenceFrom(draft.text))
    problems.push(...own)
  }
  if (problems.length > 0) throw new UserErrors('nothing was written', [...new Set(problems)])
  return differences
}

/**
 * Writes all drafts or none, even if the process is killed or the power fails: all texts are on disk before the first file is
 * replaced, and a journal in `home` lets the next run finish or undo this one. Unchanged files are not touched.
 */
export function writeDrafts(all: readonly Draft[], home: Home): void {
  const drafts = draftsToWrite(all)
  if (drafts.length === 0) return
  const transaction = transactionOf(drafts)
  const replaced: Replaced[] = []
  try {
    record(home, 'staging', transaction)
    stage(transaction, drafts)
    record(home, 'ready', transaction)
    for (const file of transaction.files) {
      const mode = entryAt(file.path)?.mode
      const before = mode === undefined ? undefined : { content: readFileSync(file.path), mode }
      moveFile(file.temporary, file.path)
      replaced.push({ file, before })
    }
    syncFolders(transaction.files.map(({ path }) => dirname(path)))
  } catch (error) {
    takeBack(transaction, replaced, home, error as Error)
  }
  try {
    forget(home)
  } catch (error) {
    // All files have their texts, so only the journal must go.
    throw new UserError(
      `everything was written, but ${journalPath(home)} could not be removed (${(error as Error).message}); the next run removes it`,
    )
  }
}

/** Writes all drafts, then removes outdated files; without a home, as in a dry run, only checks the drafts. */
export function writeAndRemove(drafts: readonly Draft[], stale: readonly string[], home: Home | undefined): void {
  if (home === undefined) checkDrafts(drafts)
  else {
    writeDrafts(drafts, home)
    removeStale(stale)
  }
}

/** Writes each draft by itself, without a journal, because it can be made again from other files. */
export function writeEach(drafts: readonly Draft[]): void {
  for (const { path, text, owner } of draftsToWrite(drafts)) {
    try {
      makeFolder(dirname(path))
      replaceFile(path, join(dirname(path), temporaryName(process.pid, 0)), text, entryAt(path)?.mode)
    } catch (error) {
      throw new UserError(`${owner} was not written: ${(error as Error).message}`)
    }
  }
}

/** The changed drafts. Throws `UserErrors` if this user must not write some. */
function draftsToWrite(drafts: readonly Draft[]): Draft[] {
  const differences = checkDrafts(drafts, [], (draft, file, folder) =>
    [...obstacles(draft, file, folder), ...locked(draft, file, folder)].slice(0, 1),
  )
  return drafts.filter((draft) => differences.get(draft) !== 'none')
}

function transactionOf(drafts: readonly Draft[]): Transaction {
  const run = process.pid
  const files = drafts.map(({ path, text }, index) => plannedFile(run, index, path, text))
  const folders = new Set<string>()
  for (const place of new Set(drafts.map(({ path }) => dirname(path)))) {
    const missing: string[] = []
    for (let folder = place; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
    for (const folder of missing) folders.add(folder)
  }
  return { run, files, created: [], folders: [...folders] }
}

const plannedFile = (run: number, index: number, path: string, text: string | Uint8Array): PlannedFile => {
  return { path, temporary: join(dirname(path), temporaryName(run, index)), sha256: sha256(text) }
}

function stage({ files, folders }: Transaction, drafts: readonly Draft[]): void {
  for (const folder of folders) makeFolder(folder)
  writeNew(
    files.map(({ path, temporary }, index) => {
      return { path: temporary, content: (drafts[index] as Draft).text, mode: entryAt(path)?.mode }
    }),
  )
  syncFolders([...folders.map((folder) => dirname(folder)), ...files.map(({ path }) => dirname(path))])
}

/** A replaced file and its old text, if there was one. */
interface Replaced {
  readonly file: PlannedFile
  readonly before: Omit<NewFile, 'path'> | undefined
}

/**
 * Restores the files that a failing run replaced, and throws. The undo is itself a journaled run: the old texts are on disk
 * before the first file is restored. Until then the journal still leads forward, with everything that it needs.
 */
function takeBack(written: Transaction, replaced: readonly Replaced[], home: Home, cause: Error): never {
  try {
    if (replaced.length === 0) takeAway(written)
    else {
      const undo = undoOf(written, replaced)
      const older = replaced.flatMap(({ before }) => before ?? [])
      writeNew(older.map((before, index) => ({ ...before, path: (undo.files[index] as PlannedFile).temporary })))
      record(home, 'undoing', undo)
      carryOut(undo)
      takeAway(undo)
    }
    forget(home)
  } catch (error) {
    const state =
      replaced.length === 0
        ? 'no file was replaced, but files named .tagwall-* are left'
        : 'the files are in a mixed state, some new and some old'
    throw new UserError(
      `writing failed (${cause.message}), and so did undoing it (${(error as Error).message}): ${state}; fix the cause, and run any tagwall command that writes: it finishes or undoes the run with ${journalPath(home)}`,
    )
  }
  throw new UserErrors('nothing was written', [cause.message])
}

function undoOf({ run, files, folders }: Transaction, replaced: readonly Replaced[]): Transaction {
  return {
    run,
    files: replaced.flatMap(({ file: { path }, before }, index) =>
      before ? plannedFile(run, files.length + index, path, before.content) : [],
    ),
    // Includes files that were not replaced yet: the old file stays, and its temporary text goes.
    created: files.filter(({ path }) => !replaced.some(({ file, before }) => before && file.path === path)),
    folders,
  }
}

function* overlaps(drafts: readonly Draft[], folderOf: (path: string) => Folder): Generator<string> {
  const owners = new Map<string, { readonly owner: string; readonly path: string; readonly real: string }>()
  for (const { path, owner } of drafts) {
    const real = join(folderOf(path).real, basename(path))
    const key = caseless(real)
    const before = owners.get(key)
    if (!before) owners.set(key, { owner, path, real })
    else if (before.real === real)
      yield `${before.owner} and ${owner} both write ${path}; give them different values of "out"`
    else
      yield `${before.owner} writes ${before.path}, and ${owner} writes ${path}: that is one file on Windows and macOS, where case does not count; give them different values of "out"`
  }
  for (const [key, { owner, real }] of owners) {
    for (let other = dirname(key); other !== dirname(other); other = dirname(other)) {
      const above = owners.get(other)
      if (above) yield `${owner} writes ${real}, below ${above.real}, which is a file of ${above.owner}`
    }
  }
}

/** Equal for paths that some file systems take for one. */
export const caseless = (path: string) => path.normalize('NFC').toLowerCase()

function obstacles(draft: Draft, file: FileInPlace, { real, above, isFolder }: Folder): string[] {
  const { path, place } = draft
  if (basename(path).length > LONGEST_NAME) return [`the file name ${path} is too long`]
  const { entry } = file
  if (entry?.isDirectory()) return [`${path} is a directory, not a file`]
  // Replacing a link would not change its target, and following it would let the link choose where we write.
  if (entry?.isSymbolicLink())
    return [`${path} is a symbolic link; use the path of the file behind the link, or remove the link`]
  if (entry && !entry.isFile()) return [`${path} is ${kindOf(entry)}, not a file`]
  const where = place ? placeProblems(path, place.territory, join(real, basename(path))) : []
  if (where.length > 0) return where
  if (!isFolder) return [`${above} is not a directory, so ${path} cannot be written`]
  if (entry && place && !mayReplace(draft, file, place))
    return [
      `${path} exists and does not look like a file of this target; choose another "out", or replace the file with --overwrite`,
    ]
  return []
}

/** True if an earlier run wrote the file at a path, by the lock or by its look, or if a person says that it may go. */
function mayReplace({ path, text }: Draft, file: FileInPlace, { territory, recognise }: Place): boolean {
  const locked = territory.locked.get(path)
  if (territory.overwrites || locked === sha256(file.content)) return true
  const found = file.content.toString()
  return locked === sha256(withUnixLines(found)) || looksWritten(found, text.toString(), recognise)
}

/** A file or folder that this user must not write. */
function locked({ path }: Draft, { entry }: FileInPlace, { above }: Folder): string[] {
  try {
    accessSync(above, constants.W_OK | constants.X_OK)
    if (entry) accessSync(path, constants.W_OK)
    return []
  } catch (error) {
    return [denialOf(error) ?? `${entry ? path : above} is not writable`]
  }
}
