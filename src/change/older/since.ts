import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkedSide, type PolicySide } from '../../compile/policy-side.ts'
import type { History } from '../../document/history.ts'
import { openDocument, openForRules, snapshotOn } from '../../document/open-document.ts'
import type { Io } from '../../io.ts'
import type { Policy } from '../../model/policy.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { readFile } from '../../parse/read-file.ts'
import type { CommonOptions } from '../../policy/load.ts'
import type { Lock } from '../../policy/lock/lock.ts'
import { stateKey } from '../../policy/lock/lock-text.ts'
import type { LockPlace, OpenLock } from '../../policy/lock/open-lock.ts'
import { parseLock } from '../../policy/lock/parse-lock.ts'
import { isDate } from '../../text/dates.ts'
import { type DocumentOf, documentsIn } from './documents.ts'
import { type ReadText, readerOfDisk } from './files-there.ts'
import { gitTree } from './git-tree.ts'
import { mergedFrom } from './merge.ts'

/** A document, by what names its snapshot. */
type DatedDocument = Pick<TagDocument, 'cloud' | 'published'>

/** The older side of a run: a lock with its files, or the current policy on an older document. */
export interface Since {
  /** For people: `tagwall.lock.json`, `git:main`. */
  readonly text: string
  /** True if its files are those in the working directory. */
  readonly isInPlace: boolean
  /** True if the files in place are of several commits, so that no lock describes them. */
  readonly isMerge?: boolean
  readonly lock: Lock | undefined
  readonly read: ReadText
  readonly documentOf: DocumentOf
  /** The text of a snapshot in the commit; undefined if this side is no commit. */
  readonly snapshotThen?: (document: DatedDocument) => string | undefined
  /** The current policy on the document that `--since` names, in place of a lock. */
  readonly onDocument?: PolicySide
}

/** The older side that is in place: the lock, and the files of the working directory. */
export function sinceInPlace({ shown, lock }: OpenLock, history: History, io: Io): Since {
  const text = lock ? shown : 'the files in place'
  return { text, isInPlace: true, lock, read: readerOfDisk(io), documentOf: documentsIn(history) }
}

/** The older side of a merge: the rules of the main branch, with their lock. Undefined if no merge is under way. */
export function sinceMerge(open: LockPlace, options: CommonOptions, history: History, io: Io): Since | undefined {
  const revision = mergedFrom(open.shown, io)
  if (revision === undefined) return undefined
  const text = `git:${revision}, the main branch before this merge`
  const { snapshotThen: _, ...side } = sinceCommit(revision, open, options, history, io)
  return { ...side, text, isInPlace: true, isMerge: true }
}

/** The lock and the files of a commit. Throws `UserError` if there is no such commit, or its lock is damaged. */
export function sinceCommit(
  revision: string,
  { shown }: LockPlace,
  { snapshots = 'snapshots' }: CommonOptions,
  history: History,
  io: Io,
): Since {
  const since = `git:${revision}`
  const read = gitTree(revision, io)
  const text = read(shown)
  const lock = text === undefined ? undefined : parseLock(text, `${shown} of ${since}`, stateKey)
  const snapshotThen = ({ cloud, published }: DatedDocument) => read(`${snapshots}/${cloud}/${published}.json`)
  return { text: since, isInPlace: false, lock, read, documentOf: documentsIn(history, snapshotThen), snapshotThen }
}

/** The values of `--since` and its companions. */
export interface SinceOptions extends CommonOptions {
  /** A date, `git:REV`, or a file with a lock, a snapshot or a published document. */
  readonly since: string
  /** Only the way back is asked for, so the older rules are what devices get. */
  readonly rollback?: boolean
}

/**
 * The older side that `--since` names: `git:REV` is the lock and the files of a commit, a lock file its states, and anything else a document
 * with the current policy. Throws `UserError` if there is no such thing.
 */
export async function openSince(
  options: SinceOptions,
  { policy, history, open }: { readonly policy: Policy; readonly history: History; readonly open: OpenLock },
  io: Io,
): Promise<Since> {
  const { since, rollback } = options
  const elsewhere = { text: since, isInPlace: false }
  if (since.startsWith('git:')) return sinceCommit(since.slice('git:'.length), open, options, history, io)
  const lock = lockIn(since, io)
  const read = () => undefined
  if (lock) return { ...elsewhere, lock, read, documentOf: documentsIn(history) }
  const dated = isDate(since) ? (snapshotOn(since, history) ?? since) : since
  const known = await (rollback ? openForRules : openDocument)(dated, policy, history, io)
  const text = dated === since ? since : `${since}, which has the rules of the snapshot of ${dated}`
  return { ...elsewhere, text, lock, read, documentOf: read, onDocument: checkedSide(policy, known, history) }
}

/** The lock in a file; undefined if there is no such file, or it is something else. */
function lockIn(name: string, io: Io): Lock | undefined {
  const path = resolve(io.cwd, name)
  if (!existsSync(path)) return undefined
  const text = new TextDecoder().decode(readFile(path, name, io))
  return /^\s*\{\s*"lock":/.test(text) ? parseLock(text, name, stateKey) : undefined
}
