import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserErrors } from '../errors.ts'
import { entryAt, makeFolder, moveFile, removeFile, replaceFile, syncFolders, writeNew } from './disk.ts'
import { forget, hashOf, type Plan, record, temporaryName, unstage } from './journal.ts'

/** A file to be, whole. `owner` is what errors call whoever wants it. */
export interface Draft {
  readonly path: string
  readonly text: string
  readonly owner: string
}

// In bytes, on every common file system; `length` counts no more than those.
const LONGEST_NAME = 255

/** Removes files that an earlier run wrote and that no longer hold. What is there stays there unless it is a file. */
export function removeStale(paths: readonly string[]): void {
  for (const path of paths) if (entryAt(path)?.isFile()) removeFile(path)
  syncFolders(paths.map((path) => dirname(path)))
}

/** The drafts whose files are not there yet, or are there with another text. */
export function changedDrafts<D extends Draft>(drafts: readonly D[]): D[] {
  return drafts.filter(({ path, text }) => {
    // What is no file is an obstacle, which `checkDrafts` explains.
    const isFile = existsSync(path) && statSync(path).isFile()
    return !isFile || !readFileSync(path).equals(Buffer.from(text))
  })
}

/**
 * Throws `UserErrors` when the drafts cannot all be written: two want one file, a directory is in the way, or a folder
 * is not writable. Writes nothing.
 */
export function checkDrafts(drafts: readonly Draft[]): void {
  const problems = [
    ...overlaps(drafts),
    ...drafts.flatMap(({ path, owner }) => obstacles(path).map((line) => `${owner}: ${line}`)),
  ]
  if (problems.length > 0) throw new UserErrors('nothing was written', problems)
}

/**
 * Writes every draft, or none, also when the process is killed or the power fails: all texts are on the disk beside
 * their files before the first file is replaced, and a journal in `home` lets the next run finish or undo this one.
 * Without a home there can be no journal, and only a single file may change. A file that has its text is not touched.
 */
export function writeDrafts(drafts: readonly Draft[], home: string | undefined): void {
  checkDrafts(drafts)
  const changed = changedDrafts(drafts)
  if (changed.length === 0) return
  if (home === undefined && changed.length > 1) {
    throw new UserErrors('nothing was written', [
      'several files are to change together, for which a journal is kept in the snapshot directory or the working directory, and neither is writable',
    ])
  }
  const plan = planOf(changed)
  const replaced: [path: string, before: Before | undefined][] = []
  try {
    if (home !== undefined) record(home, 'staging', plan)
    stage(plan, changed)
    if (home !== undefined) record(home, 'ready', plan)
    for (const { path, temporary } of plan.files) {
      const before = beforeOf(path)
      moveFile(temporary, path)
      replaced.push([path, before])
    }
    syncFolders(plan.files.map(({ path }) => dirname(path)))
  } catch (error) {
    takeBack(plan, replaced, home)
    throw new UserErrors('nothing was written', [(error as Error).message])
  }
  if (home !== undefined) forget(home)
}

function planOf(drafts: readonly Draft[]): Plan {
  const hashes = new Map<string, string>()
  const files = drafts.map(({ path, text }, index) => {
    const sha256 = hashes.get(text) ?? hashOf(text)
    hashes.set(text, sha256)
    return { path, temporary: join(dirname(path), temporaryName(process.pid, index)), sha256 }
  })
  const folders = new Set<string>()
  for (const place of new Set(drafts.map(({ path }) => dirname(path)))) {
    const missing: string[] = []
    for (let folder = place; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
    for (const folder of missing) folders.add(folder)
  }
  return { files, folders: [...folders] }
}

function stage({ files, folders }: Plan, drafts: readonly Draft[]): void {
  for (const folder of folders) makeFolder(folder)
  writeNew(
    files.map(({ path, temporary }, index) => {
      return { path: temporary, content: (drafts[index] as Draft).text, mode: entryAt(path)?.mode }
    }),
  )
  syncFolders([...folders.map((folder) => dirname(folder)), ...files.map(({ path }) => dirname(path))])
}

interface Before {
  readonly content: Uint8Array
  readonly mode: number
}

function beforeOf(path: string): Before | undefined {
  const entry = entryAt(path)
  return entry && { content: readFileSync(path), mode: entry.mode }
}

/** Restores what a failing run replaced. It tries, and no more: the error that led here is the one to report. */
function takeBack(
  plan: Plan,
  replaced: readonly [path: string, before: Before | undefined][],
  home: string | undefined,
): void {
  try {
    for (const [path, before] of replaced) {
      const draft = join(dirname(path), temporaryName(process.pid, plan.files.length))
      if (before === undefined) removeFile(path)
      else replaceFile(path, draft, before.content, before.mode)
    }
    unstage(plan)
    if (home !== undefined) forget(home)
  } catch {}
}

function* overlaps(drafts: readonly Draft[]): Generator<string> {
  const owners = new Map<string, string>()
  const folders = new Map<string, string>()
  for (const { path, owner } of drafts) {
    const real = realPath(path, folders)
    const before = owners.get(real)
    if (before) yield `${before} and ${owner} both write ${path}; give each its own "out"`
    else owners.set(real, owner)
  }
  for (const [path, owner] of owners) {
    for (let other = dirname(path); other !== dirname(other); other = dirname(other)) {
      const above = owners.get(other)
      if (above) yield `${owner} writes ${path}, below ${other}, which is a file of ${above}`
    }
  }
}

/** A path whose folder is written without links, so that one file has one path. `known` keeps folders from being asked again. */
function realPath(path: string, known: Map<string, string>): string {
  const folder = dirname(resolve(path))
  const real = known.get(folder) ?? realFolder(folder)
  known.set(folder, real)
  return join(real, basename(path))
}

function realFolder(path: string): string {
  let folder = path
  while (!existsSync(folder)) folder = dirname(folder)
  return join(realpathSync(folder), path.slice(folder.length))
}

function obstacles(path: string): string[] {
  if (basename(path).length > LONGEST_NAME) return [`${path} is too long a name for a file`]
  if (existsSync(path) && statSync(path).isDirectory()) return [`${path} is a directory, not a file`]
  // Replacing a link would leave what it points to as it is; following it would let the link say where we write.
  if (entryAt(path)?.isSymbolicLink())
    return [`${path} is a symbolic link; name the file that it points to, or remove the link`]
  let folder = dirname(resolve(path))
  while (!existsSync(folder)) folder = dirname(folder)
  if (!statSync(folder).isDirectory()) return [`${folder} is not a directory, so ${path} cannot be written`]
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    if (existsSync(path)) accessSync(path, constants.W_OK)
    return []
  } catch {
    return [`${existsSync(path) ? path : folder} is not writable`]
  }
}
