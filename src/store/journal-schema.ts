import * as z from 'zod'
import { UserError } from '../errors.ts'
import { explainIssues } from '../parse/schema.ts'

const path = z.string().min(1).max(4096)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const temporary = z.string().regex(/^\.tagwall-\d{1,10}-\d{1,10}\.tmp$/, { error: 'is not a name used by tagwall' })
/** The planned writes of a run that writes several files. Paths are relative to the base of its home. */
const journalSchema = z.strictObject({
  format: z.literal('tagwall-journal-3', { error: 'is the format of another version of tagwall' }),
  /** `staging`: no file is replaced yet. `ready`: every text is on disk, and files are being replaced. `undoing`: files are being restored. */
  state: z.enum(['staging', 'ready', 'undoing']),
  /** The process number of the run; the names of all staged files contain it. */
  run: z.int().nonnegative(),
  /** Each with the name of the temporary file in the same folder that holds its text. */
  files: z.array(z.strictObject({ path, temporary, sha256 })),
  /** In `undoing`: new files, which are removed if they still hold this text. */
  created: z.array(z.strictObject({ path, sha256 })),
  /** Folders to create, outermost first. */
  folders: z.array(path),
})

export type StoredJournal = z.output<typeof journalSchema>

/** Parses the journal at `path`. Throws `UserError` for that of another version, or a damaged one. */
export function parseJournal(text: string, path: string): StoredJournal {
  try {
    const parsed = journalSchema.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
    throw new Error(explainIssues(parsed.error).join('; '))
  } catch (error) {
    throw new UserError(
      `${path} is not a journal of this version of tagwall (${(error as Error).message}), so tagwall did nothing with it; restore the snapshots from version control, remove the journal, and run tagwall update again`,
    )
  }
}
