/**
 * `staging`: no file is replaced yet. `ready`: every text is on disk, and files are being replaced. `undoing`: files are being
 * restored.
 */
export type JournalState = 'staging' | 'ready' | 'undoing'

/** A stored journal: the planned writes of a run that writes several files. Paths are relative to the base of its home. */
export interface StoredJournal {
  readonly format: 'tagwall-journal-3'
  readonly state: JournalState
  /** The process number of the run. */
  readonly run: number
  readonly files: readonly {
    readonly path: string
    /** The name of the temporary file in the same folder that holds the text. */
    readonly temporary: string
    /** SHA-256 of its text. */
    readonly sha256: string
  }[]
  /** In `undoing`: new files, which are removed if they still hold this text. */
  readonly created: readonly { readonly path: string; readonly sha256: string }[]
  /** Folders to create, outermost first. */
  readonly folders: readonly string[]
}
