import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { unlessFailed, unlessMissing } from '../errors.ts'
import { folderAbove, realPath } from '../places.ts'
import { withUnixLines } from '../text/lines.ts'

// The few disk operations, each atomic even in a power cut.

/** A new file to write. */
export interface NewFile {
  readonly path: string
  readonly content: string | Uint8Array
  readonly mode?: number | undefined
}

/** Under Node's permission model (--permission) no open file can be synced or get a mode, so each write syncs by itself. */
const NEW_AND_SYNCED = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_SYNC ?? 0)

/** Milliseconds before each new try on Windows, 1.6 seconds in all: a virus scanner or an indexer holds a new file for a moment. */
const PAUSES = [10, 20, 50, 100, 200, 400, 800]
/** How Windows refuses a file that another program holds. It also refuses one without rights so, hence the limit. */
const HELD = new Set(['EPERM', 'EBUSY', 'EACCES'])

/** The result of `work`, on Windows tried again while another program may hold the file. Throws its last error. */
function insistently<T>(work: () => T): T {
  for (const pause of process.platform === 'win32' ? PAUSES : []) {
    try {
      return work()
    } catch (error) {
      if (!HELD.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
    }
  }
  return work()
}

/** Writes new files and then syncs them all, which most file systems do in one step. A planted link is not followed. */
export function writeNew(files: readonly NewFile[]): void {
  const isRestricted = process.permission !== undefined
  for (const { path, content, mode } of files) {
    removeFile(path)
    withFile(path, isRestricted ? NEW_AND_SYNCED : 'wx', (file) => {
      writeFileSync(file, content)
      if (mode !== undefined && !isRestricted) fchmodSync(file, mode)
    })
    if (mode !== undefined && isRestricted) chmodSync(path, mode)
  }
  if (isRestricted) return
  for (const { path } of files) withFile(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0), fsyncSync)
}

function withFile(path: string, flags: string | number, work: (file: number) => void): void {
  const file = insistently(() => openSync(path, flags))
  try {
    work(file)
  } catch (error) {
    // Node names the file only of what it opens, not of a full disk.
    if (error instanceof Error) error.message += ` in ${dirname(path)}`
    throw error
  } finally {
    closeSync(file)
  }
}

/** Replaces a file in one step. `draft` is the temporary path. */
export function replaceFile(path: string, draft: string, content: string | Uint8Array, mode?: number): void {
  writeNew([{ path: draft, content, mode }])
  moveFile(draft, path)
  syncFolders([dirname(path)])
}

/** Syncs these folders, so their changes survive a power cut, if the file system can. */
export function syncFolders(folders: Iterable<string>): void {
  // Some file systems, Windows, and Node's permission model cannot sync a folder.
  for (const folder of new Set(folders))
    unlessFailed(() => {
      const handle = openSync(folder, 'r')
      try {
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
    })
}

/** Moves a file within its folder, in one step; on Windows with several tries. */
export const moveFile = (from: string, to: string): void => insistently(() => renameSync(from, to))

/** Removes a file if it exists; on Windows with several tries. */
export const removeFile = (path: string): void => insistently(() => rmSync(path, { force: true }))

/** Makes a folder and those above it. Node's own recursion never ends below a folder in which nobody can make another, such as /proc. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (existsSync(path) && statSync(path).isDirectory()) return
    const above = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync(above)) throw error
    makeFolder(above)
    makeFolder(path)
  }
}

/** Removes a folder if it exists and is empty. */
export const removeEmptyFolder = (path: string): void => unlessFailed(() => rmdirSync(path))

/** The entry at a path, without following a final link; undefined if the path does not exist. Throws `UserError` if Node may not look. */
export const entryAt = (path: string) => unlessMissing(() => lstatSync(path, { throwIfNoEntry: false }))

/** The names in a folder; empty without a folder. Throws `UserError` if Node may not look. */
export const entriesOf = (folder: string): string[] => unlessMissing(() => readdirSync(folder)) ?? []

/** The kind of an entry, for messages about entries other than regular files. */
export function kindOf(entry: Stats): string {
  if (entry.isDirectory()) return 'a directory'
  if (entry.isSymbolicLink()) return 'a symbolic link'
  if (entry.isFIFO()) return 'a named pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}

/** Adds text to the end of a file, which need not exist. */
export const appendToFile = (path: string, text: string): void => appendFileSync(path, text)

/** The difference of the file in the place of a draft: git writes the line ends of Windows there. A missing file counts as another text. */
export type Difference = 'none' | 'line ends' | 'text'

/** The entry in the place of a draft. A file is read once, when somebody asks for its content. */
export class FileInPlace {
  readonly entry: ReturnType<typeof entryAt>
  #content: Buffer | undefined

  constructor(private readonly path: string) {
    this.entry = entryAt(path)
  }

  get content(): Buffer {
    this.#content ??= readFileSync(this.path)
    return this.#content
  }

  differenceFrom(text: string | Buffer): Difference {
    if (!this.entry?.isFile()) return 'text'
    if (this.content.equals(typeof text === 'string' ? Buffer.from(text) : text)) return 'none'
    const found = this.content.toString()
    return found.includes('\r\n') && withUnixLines(found) === text.toString() ? 'line ends' : 'text'
  }
}

/** The folder of a path. */
export type Folder = ReturnType<typeof folderOn>

/** Finds the folders of paths, and looks at each once. */
export function folderFinder(): (path: string) => Folder {
  const known = new Map<string, Folder>()
  return (path) => {
    const name = dirname(resolve(path))
    const folder = known.get(name) ?? folderOn(path)
    known.set(name, folder)
    return folder
  }
}

function folderOn(path: string) {
  // The folder itself, or the nearest one above it that exists, which may be a file.
  const above = folderAbove(path)
  return { real: dirname(realPath(path)), above, isFolder: statSync(above).isDirectory() }
}
