import * as z from 'zod'
import { explainIssues } from '../parse/schema.ts'
import type { StoredJournal } from './journal-values.ts'

const path = z.string().min(1).max(4096)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const temporary = z.string().regex(/^\.tagwall-\d{1,10}-\d{1,10}\.tmp$/, { error: 'is not a name used by tagwall' })
const journalSchema = z.strictObject({
  format: z.literal('tagwall-journal-2', { error: 'is the format of another version of tagwall' }),
  state: z.enum(['staging', 'ready', 'undoing']),
  run: z.int().nonnegative(),
  files: z.array(z.strictObject({ path, temporary, sha256 })),
  created: z.array(z.strictObject({ path, sha256 })),
  folders: z.array(path),
})

/** Parses a journal. Throws an error with every problem. */
export function parseJournal(text: string): StoredJournal {
  const parsed = journalSchema.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(explainIssues(parsed.error).join('; '))
  return parsed.data
}
