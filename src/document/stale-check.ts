import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { refusalOf, unlessMissing } from '../errors.ts'
import { type Finding, findingAbout, type Staleness } from '../finding/finding.ts'
import { type Io, today } from '../io.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import type { FetchResult } from '../model/result.ts'
import { shownPath } from '../policy/load.ts'
import type { Home } from '../store/home.ts'
import { writeDrafts } from '../store/write.ts'
import { daysBetween } from '../text/dates.ts'
import { future, isAhead } from './guards/guards.ts'
import { type History, nameAmongSnapshots } from './history.ts'
import type { SnapshotFile } from './snapshot/stored-snapshots.ts'
import '../parse/schema-messages.ts'

// New ranges are used after a week; three days allow for a late file.
const MOST_DAYS = 10
// Some weeks have no file, and files appear up to nine days late, so the newest one can be a month old.
const MOST_DAYS_SERVED = 30
// The tags of the built-in policies once did not change for 12 weeks.
const MOST_DAYS_UNCHANGED = 90

/** Warns if the document is too old. One from Microsoft (`isServed`) may be older than a file that a person names. */
export function staleDocument({ published }: FetchResult['seen'], isServed: boolean, io: Io): Finding[] {
  return staleAfter('document', published, isServed ? MOST_DAYS_SERVED : MOST_DAYS, io)
}

/**
 * Warns if the last check for a new document is more than ten days ago. Without a recorded check, as in a fresh checkout, a note
 * shows the date of `newest`, the newest stored change, and becomes a warning when that is old.
 */
export function staleCheck(history: History, newest: string, io: Io): Finding[] {
  const check = checkOf(history)
  // A clock that was wrong once must not silence the warning for years. Two hosts may differ by a day around midnight.
  if (check && daysBetween(check.checked, today(io)) >= -1) return staleAfter('check', check.checked, MOST_DAYS, io)
  // Leave out the number of days, which changes every day.
  const old = staleAfter(history.isShipped ? 'shipped' : 'change', newest, MOST_DAYS_UNCHANGED, io)
  const what = history.isShipped ? 'snapshot that came with tagwall' : 'stored change'
  if (old.length === 0) io.err(`note: the newest ${what} is from ${newest}; this folder records no later check\n`)
  return old
}

/** Records a check for `staleCheck`. If that fails, the run still succeeds and prints a note. */
export function recordCheck(history: History, { seen, outcome }: FetchResult, home: Home, io: Io): void {
  const { policy, directory } = history
  const { published } = seen
  if (!existsSync(directory)) return
  if (future(published, today(io), []).length > 0) {
    io.err(
      `note: the document is dated ${published}, in the future, so this run does not count as a check for a new one\n`,
    )
    return
  }
  const quiet = outcome === 'unchanged' ? published : lastQuiet(history)
  const check = {
    cloud: policy.cloud,
    policy: nameAmongSnapshots(history),
    checked: today(io),
    published,
    ...(quiet && { quiet }),
  }
  const others = readChecks(directory).filter((one) => !isOf(one, history))
  const text = `${JSON.stringify({ format: FORMAT, checks: [...others, check] }, null, 2)}\n`
  const path = checkedPath(directory)
  if (refusalOf(() => writeDrafts([{ path, text, owner: 'the record of the last check' }], home)))
    io.err(`note: everything was written, but the date of this check could not be recorded in ${path}\n`)
}

/** The snapshots of a history that are dated more than two weeks from now. */
export const snapshotsAhead = ({ files, isShipped }: History, io: Io): SnapshotFile[] =>
  isShipped ? [] : files.filter(({ published }) => isAhead(published, today(io)))

/** A warning about such snapshots, if there are any. */
export const aheadFindings = (files: readonly SnapshotFile[], io: Io): Finding[] =>
  findingAbout(files, {
    code: 'FUTURE_SNAPSHOT',
    severity: 'warning',
    paths: files.map(({ path }) => shownPath(path, io)),
  })

function staleAfter(since: Staleness, date: string, mostDays: number, io: Io): Finding[] {
  const days = daysBetween(date, today(io))
  return days > mostDays ? [{ code: 'STALE', severity: 'warning', since, date, days }] : []
}

const FORMAT = 'tagwall-checked-1'

/** The last check for a new document of a policy: its day, and the date of the document seen. */
const checkSchema = z.strictObject({
  cloud: z.enum(CLOUD_NAMES),
  policy: z.string(),
  checked: z.iso.date(),
  published: z.iso.date(),
  /** The date of the last document that changed nothing. */
  quiet: z.iso.date().optional(),
})
type Check = z.output<typeof checkSchema>

const schema = z.strictObject({ format: z.literal(FORMAT), checks: z.array(checkSchema) })

const isOf = ({ cloud, policy }: Check, history: History) =>
  cloud === history.policy.cloud && policy === nameAmongSnapshots(history)

/** The date of the last document that a check found to change nothing; undefined if no check is recorded, as in a fresh checkout. */
export const lastQuiet = (history: History): string | undefined => checkOf(history)?.quiet

const checkOf = (history: History): Check | undefined =>
  readChecks(history.directory).find((check) => isOf(check, history))

/** The file with the checks, in the snapshot folder. Version control ignores its name. */
const checkedPath = (directory: string) => join(directory, '.tagwall-checked.json')

/** The recorded checks. A damaged record counts as none, because it only silences a warning. */
const readChecks = (directory: string): readonly Check[] =>
  unlessMissing(() => schema.parse(JSON.parse(readFileSync(checkedPath(directory), 'utf8'))).checks) ?? []
