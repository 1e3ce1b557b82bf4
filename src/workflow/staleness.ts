import { existsSync } from 'node:fs'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Finding, Staleness } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { FetchResult } from '../model/result.ts'
import { daysBetween } from '../model/text/dates.ts'
import { checkedPath, formatChecks, readChecks } from '../source/snapshot/checked.ts'
import { writeDrafts } from '../store/write.ts'
import type { History } from './history.ts'

// A week until new ranges are in use, and three days for a file that appears late.
const MOST_DAYS = 10
// Weeks are left out, and files appear up to nine days late: what the source serves may well be of last month.
const MOST_DAYS_SERVED = 30
// The longest time in which no tag of the built-in policies changed was 12 weeks.
const MOST_DAYS_UNCHANGED = 90

/** A warning when the document that was just seen is old: too old for a file that a person gave, or for one that the source serves. */
export function stalenessOf({ published }: FetchResult['seen'], isServed: boolean, io: Io): Finding[] {
  return older('document', published, isServed ? MOST_DAYS_SERVED : MOST_DAYS, io)
}

/**
 * A warning when nobody has looked for a new document for more than ten days. Where no check is on record, as in a fresh checkout, a
 * note says how old `newest` is, the newest change that is stored; a warning, once that is old.
 */
export function staleness(policy: Policy, history: History, newest: string, io: Io): Finding[] {
  const check = readChecks(history.directory).find(
    ({ cloud, policy: name }) => cloud === policy.cloud && name === policy.name,
  )
  if (check) return older('check', check.checked, MOST_DAYS, io)
  // Without the number of days, which would be another one tomorrow.
  const old = older(history.isShipped ? 'shipped' : 'change', newest, MOST_DAYS_UNCHANGED, io)
  const what = history.isShipped ? 'snapshot that came with tagwall' : 'stored change'
  if (old.length === 0) io.err(`note: the newest ${what} is from ${newest}; this folder records no later check\n`)
  return old
}

/** Notes that a policy's document was looked for, for `staleness`. Where that cannot be written, the run is as good, and a note says so. */
export function recordCheck(
  policy: Policy,
  { directory }: History,
  { published }: FetchResult['seen'],
  home: string | undefined,
  io: Io,
): void {
  if (!existsSync(directory)) return
  const check = { cloud: policy.cloud, policy: policy.name, checked: today(io), published }
  const text = formatChecks(readChecks(directory), check)
  try {
    writeDrafts([{ path: checkedPath(directory), text, owner: 'the record of the last check' }], home)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    io.err(
      `note: everything was written, but the date of this check could not be recorded in ${checkedPath(directory)}\n`,
    )
  }
}

function older(since: Staleness, date: string, most: number, io: Io): Finding[] {
  const days = daysBetween(date, today(io))
  return days > most ? [{ code: 'STALE', severity: 'warning', since, date, days }] : []
}

const today = (io: Io) => io.now().toISOString().slice(0, 10)
