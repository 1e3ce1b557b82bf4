import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { entryAt, moveFile, removeEmptyFolder, removeFile, replaceFile, syncFolders } from './disk.ts'

const FORMAT = 'tagwall-journal-1'
const NAME = '.tagwall-journal.json'
const TEMPORARY = /^\.tagwall-\d+-\d+\.tmp$/

/** Matches every file that is there only while a run goes on, or after one that was killed: for version control to ignore. */
export const PASSING_FILES = '.tagwall-*'

/** What a run is about to do. All paths are absolute. */
export interface Plan {
  readonly files: readonly PlannedFile[]
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

/** `staging`: no file has been replaced. `ready`: every text is on the disk, and files are being replaced. */
export type State = 'staging' | 'ready'

/** What became of an interrupted run: done to its end, as if it had not begun, or impossible to do either. */
export interface Recovery {
  readonly outcome: 'finished' | 'undone' | 'lost'
  readonly paths: readonly string[]
}

/** The name of the `index`th file that this process stages. */
export const temporaryName = (process: number, index: number) => `.tagwall-${process}-${index}.tmp`

export const hashOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Whether a run was interrupted that kept its journal in `home`. */
export const hasJournal = (home: string) => existsSync(join(home, NAME))

/** Puts on record in `home` how far a plan has come. */
export function record(home: string, state: State, { files, folders }: Plan): void {
  // Relative, so that a checkout that is moved, or mounted elsewhere, can still be put right.
  const shown = (path: string) => relative(home, path)
  const text = JSON.stringify({
    format: FORMAT,
    state,
    files: files.map(({ path, temporary, sha256 }) => ({ path: shown(path), temporary: basename(temporary), sha256 })),
    folders: folders.map(shown),
  })
  replaceFile(join(home, NAME), join(home, `${NAME}.tmp`), `${text}\n`)
}

/** The plan has been carried out, or undone. */
export function forget(home: string): void {
  removeFile(join(home, NAME))
  removeFile(join(home, `${NAME}.tmp`))
  syncFolders([home])
}

/** Takes back what was staged of a plan none of whose files was replaced. May be done twice. */
export function unstage({ files, folders }: Plan): void {
  for (const { temporary } of files) if (entryAt(temporary)?.isFile()) removeFile(temporary)
  for (const folder of folders.toReversed()) removeEmptyFolder(folder)
}

/** Finishes the run that was interrupted, or undoes it. The caller holds the lock of `home`. */
export function recover(home: string): Recovery | undefined {
  const path = join(home, NAME)
  if (!existsSync(path)) {
    removeFile(`${path}.tmp`)
    return undefined
  }
  const { state, plan } = parseJournal(readFileSync(path, 'utf8'), home, path)
  const paths = plan.files.map((file) => file.path)
  const outcome = state === 'staging' ? 'undone' : plan.files.every(canFinish) ? 'finished' : 'lost'
  if (outcome === 'finished') {
    for (const file of plan.files) if (holds(file.temporary, file.sha256)) moveFile(file.temporary, file.path)
    syncFolders(plan.files.map((file) => dirname(file.path)))
  } else {
    unstage(plan)
  }
  forget(home)
  return { outcome, paths }
}

const canFinish = ({ path, temporary, sha256 }: PlannedFile) => holds(temporary, sha256) || holds(path, sha256)

const holds = (path: string, sha256: string) =>
  entryAt(path)?.isFile() === true && hashOf(readFileSync(path)) === sha256

// A journal may have come with a checkout. All that it can do is to rename a file of our form within its folder.
function parseJournal(text: string, home: string, path: string): { state: State; plan: Plan } {
  try {
    const { format, state, files, folders } = JSON.parse(text)
    if (format !== FORMAT || !['staging', 'ready'].includes(state)) throw new Error('another format')
    return {
      state,
      plan: {
        files: files.map((file: Record<string, unknown>): PlannedFile => {
          const [target, temporary, sha256] = [String(file.path), String(file.temporary), String(file.sha256)]
          if (!TEMPORARY.test(temporary)) throw new Error(`${temporary} is no name that tagwall gives`)
          const full = resolve(home, target)
          return { path: full, temporary: join(dirname(full), temporary), sha256 }
        }),
        folders: folders.map((folder: unknown) => resolve(home, String(folder))),
      },
    }
  } catch (error) {
    throw new UserError(
      `${path} is not a journal of this version of tagwall (${(error as Error).message}); restore the snapshots from version control, remove it, and run tagwall update again`,
    )
  }
}
