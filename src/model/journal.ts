/** `staging`: no file has been replaced. `ready`: every text is on the disk, and files are being replaced. `undoing`: back. */
export type JournalState = 'staging' | 'ready' | 'undoing'

/** A journal as it is stored: what a run that writes several files is about to do. Its paths are relative to its folder. */
export interface StoredJournal {
  readonly format: 'tagwall-journal-2'
  readonly state: JournalState
  /** The number of the process that ran. */
  readonly run: number
  readonly files: readonly {
    readonly path: string
    /** The name of the file beside it that holds its text until it is put in place. */
    readonly temporary: string
    /** SHA-256 of its text. */
    readonly sha256: string
  }[]
  /** In `undoing`: files that were not there before, and go again while they hold this text. */
  readonly created: readonly { readonly path: string; readonly sha256: string }[]
  /** Folders to be made, outermost first. */
  readonly folders: readonly string[]
}
