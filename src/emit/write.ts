import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { UserErrors } from '../errors.ts'

/** A file to be, whole. `owner` is what errors call whoever wants it. */
export interface Draft {
  readonly path: string
  readonly text: string
  readonly owner: string
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
 * Writes every draft, or none: all texts are on the disk beside their files before the first file is replaced, each in
 * one step, so that a reader sees the old file or the new one. A file that already has its text is not touched.
 */
export function writeDrafts(drafts: readonly Draft[]): void {
  checkDrafts(drafts)
  const staged: Staged[] = []
  const replaced: Staged[] = []
  try {
    for (const { path, text } of changedDrafts(drafts)) {
      const firstFolder = mkdirSync(dirname(path), { recursive: true })
      const before = existsSync(path) ? readFileSync(path) : undefined
      const file = { path, temporary: `${path}.${process.pid}.tmp`, before, firstFolder }
      staged.push(file)
      writeFileSync(file.temporary, text)
    }
    for (const file of staged) {
      renameSync(file.temporary, file.path)
      replaced.push(file)
    }
  } catch (error) {
    for (const { path, before } of replaced) {
      if (before === undefined) rmSync(path, { force: true })
      else writeFileSync(path, before)
    }
    for (const file of staged.reverse()) clearAway(file)
    throw new UserErrors('nothing was written', [(error as Error).message])
  }
}

/** A file whose text is on the disk beside it, and what there was before. */
interface Staged {
  readonly path: string
  readonly temporary: string
  readonly before: Uint8Array | undefined
  /** The topmost of the folders that had to be made for it. */
  readonly firstFolder: string | undefined
}

/** Removes what staging made. It tries, and no more: the error that led here is the one to report. */
function clearAway({ path, temporary, firstFolder }: Staged): void {
  try {
    rmSync(temporary, { force: true })
  } catch {}
  if (firstFolder === undefined) return
  try {
    for (let folder = dirname(path); folder.length >= firstFolder.length; folder = dirname(folder)) rmdirSync(folder)
  } catch {}
}

function* overlaps(drafts: readonly Draft[]): Generator<string> {
  const owners = new Map<string, string>()
  for (const { path, owner } of drafts) {
    const before = owners.get(resolve(path))
    if (before) yield `${before} and ${owner} both write ${path}; give each its own "out"`
    else owners.set(resolve(path), owner)
  }
  for (const [path, owner] of owners) {
    for (const [other, above] of owners) {
      if (path.startsWith(other + sep)) yield `${owner} writes ${path}, below ${other}, which is a file of ${above}`
    }
  }
}

function obstacles(path: string): string[] {
  if (existsSync(path) && statSync(path).isDirectory()) return [`${path} is a directory, not a file`]
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
