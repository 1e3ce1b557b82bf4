import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkedSide, type PolicySide } from '../../compile/policy-side.ts'
import { type History, newestFirst } from '../../document/history.ts'
import { openDocument, openForRules, snapshotOn } from '../../document/open-document.ts'
import { isSnapshot, parseSnapshot } from '../../document/snapshot/snapshot-file.ts'
import { listSnapshots, readSnapshot } from '../../document/snapshot/stored-snapshots.ts'
import { unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { newestOf } from '../../model/delta.ts'
import { ruleSelectors, type TagDocument } from '../../model/service-tag.ts'
import { readFile } from '../../parse/read-file.ts'
import type { CommonOptions } from '../../policy/load.ts'
import {
  type Lock,
  type LockedDocument,
  lockOn,
  type PolicyLock,
  type State,
  tagsHash,
} from '../../policy/lock/lock.ts'
import { parseLock } from '../../policy/lock/lock-file.ts'
import type { LockPlace, OpenLock } from '../../policy/lock/open-lock.ts'
import { isDate } from '../../text/dates.ts'
import { sha256 } from '../../text/hashes.ts'
import { gitTree, mergedFrom, type ReadText, readerOfDisk } from './disk-and-git.ts'

/** A document, by what names its snapshot. */
type DatedDocument = Pick<TagDocument, 'cloud' | 'published'>

/** Where the older side of a run comes from: a lock with its files, or the current policy on an older document. */
export interface OlderSource extends PolicyLock {
  /** For people: `tagwall.lock.json`, `git:main`. */
  readonly text: string
  /** The commit that it is, as a person named it; undefined if it is none. */
  readonly revision?: string
  /** True if its files are those in the working directory. */
  readonly isInPlace: boolean
  /** True if the files in place are of several commits, so that no lock describes them. */
  readonly isMerge?: boolean
  readonly read: ReadText
  readonly documentOf: DocumentOf
  /** The text of a snapshot in the commit; undefined if this side is no commit. */
  readonly snapshotThen?: (document: DatedDocument) => string | undefined
  /** The current policy on the document that `--since` names, in place of a lock. */
  readonly onDocument?: PolicySide
}

/** The older side that is in place: the lock, and the files of the working directory. */
export function sourceInPlace({ shown, lock, entries }: OpenLock, history: History, io: Io): OlderSource {
  const text = lock ? shown : 'the files in place'
  return { text, isInPlace: true, lock, entries, read: readerOfDisk(io), documentOf: documentsIn(history) }
}

/** The lock, options and snapshots of a run. */
interface Place {
  readonly open: LockPlace
  readonly options: CommonOptions
  readonly history: History
}

/** The older side of a merge: the rules of the main branch, with their lock. Undefined if no merge is under way. */
export function sourceOfMerge(place: Place, io: Io): OlderSource | undefined {
  const revision = mergedFrom(place.open.shown, io)
  if (revision === undefined) return undefined
  const text = `git:${revision}, the main branch before this merge`
  const { snapshotThen: _, ...side } = sourceOfCommit(revision, place, io)
  return { ...side, text, isInPlace: true, isMerge: true }
}

/** The lock and the files of a commit. Throws `UserError` if there is no such commit, or its lock is damaged. */
export function sourceOfCommit(revision: string, { open: { shown }, options, history }: Place, io: Io): OlderSource {
  const { snapshots = 'snapshots' } = options
  const since = `git:${revision}`
  const read = gitTree(revision, io)
  const text = read(shown)
  const lock = text === undefined ? undefined : parseLock(text, `${shown} of ${since}`)
  const snapshotThen = ({ cloud, published }: DatedDocument) => read(`${snapshots}/${cloud}/${published}.json`)
  return {
    text: since,
    revision,
    isInPlace: false,
    ...lockOn(history.policy, lock),
    read,
    documentOf: documentsIn(history, snapshotThen),
    snapshotThen,
  }
}

/**
 * The older side that `--since` names: `git:REV` is the lock and the files of a commit, a lock file its states, and anything else, such as a date, a
 * document with the current policy. With `rollback`, only the way back is asked for, so the older rules are what devices get. Throws `UserError` if there is
 * no such thing.
 */
export async function openSource(
  options: CommonOptions & { readonly since: string; readonly rollback?: boolean },
  { history, open }: { readonly history: History; readonly open: OpenLock },
  io: Io,
): Promise<OlderSource> {
  const { since, rollback } = options
  if (since.startsWith('git:')) return sourceOfCommit(since.slice('git:'.length), { open, options, history }, io)
  const lock = lockIn(since, io)
  const elsewhere = { text: since, isInPlace: false, ...lockOn(history.policy, lock) }
  const read = () => undefined
  if (lock) return { ...elsewhere, read: readerOfLock(lock, io), documentOf: documentsIn(history) }
  const dated = isDate(since) ? (snapshotOn(since, history) ?? since) : since
  const known = await (rollback ? openForRules : openDocument)(dated, history, io)
  const text = dated === since ? since : `${since}, which has the rules of the snapshot of ${dated}`
  return { ...elsewhere, text, read, documentOf: read, onDocument: checkedSide(known, history) }
}

/** The lock in a file; undefined if there is no such file, or it is something else. */
function lockIn(name: string, io: Io): Lock | undefined {
  const path = resolve(io.cwd, name)
  if (!existsSync(path)) return undefined
  const text = new TextDecoder().decode(readFile(path, name, io))
  return /^\s*\{\s*"lock":/.test(text) ? parseLock(text, name) : undefined
}

/** Reads files in place of the targets whose files are all as a lock says. */
function readerOfLock({ targets }: Lock, io: Io): ReadText {
  const read = readerOfDisk(io)
  const isAsLocked = ([path, hash]: readonly [string, string]) => sha256(read(path) ?? '') === hash
  const files = [...targets.values()].map(({ files }) => [...files])
  const known = new Set(files.filter((own) => own.every(isAsLocked)).flatMap((own) => own.map(([path]) => path)))
  return (path) => (known.has(path) ? read(path) : undefined)
}

/** Finds the document of a state; undefined if no snapshot has its addresses any more. */
type DocumentOf = (state: State) => TagDocument | undefined

/**
 * Looks for the documents of states among the snapshots of a folder: the one of its date, else any with the same addresses, as a
 * document that was stored under another date since. `others` are snapshots elsewhere, such as in a commit, as texts.
 */
function documentsIn(
  history: History,
  others: (document: LockedDocument) => string | undefined = () => undefined,
): DocumentOf {
  return ({ document: locked, rules }) => {
    const selectors = ruleSelectors(rules)
    const isIt = (document: TagDocument) =>
      document.cloud === locked.cloud && tagsHash(document, selectors) === locked.tags
    const labelled = (document: TagDocument): TagDocument => {
      return { ...document, published: locked.published, changeNumber: locked.changeNumber }
    }
    const first = history.files.find(({ published }) => published === locked.published)?.read()
    if (first && isIt(first)) return labelled(first)
    const found = [...newestFirst(history.files)].find(isIt) ?? ofOtherCloud(locked, history) ?? parsed(others(locked))
    return found && isIt(found) ? labelled(found) : undefined
  }
}

/** The snapshot of another cloud than that of the policy now: somebody changed it. */
function ofOtherCloud({ cloud, published }: LockedDocument, { directory, policy }: History): TagDocument | undefined {
  const files = cloud === policy.cloud ? [] : listSnapshots(directory, cloud)
  const dated = files.find((file) => file.published === published)
  return dated && readSnapshot(dated.path, cloud)
}

function parsed(text: string | undefined): TagDocument | undefined {
  if (text === undefined || !isSnapshot(text)) return undefined
  return unlessRefused(() => parseSnapshot(text, 'the snapshot'))
}

/** The newest document that targets of a lock are made from; undefined if there is no lock, or no snapshot has its addresses. */
export function lockedDocument(lock: Lock | undefined, documentOf: DocumentOf): TagDocument | undefined {
  const states = new Set([...(lock?.targets.values() ?? [])].map(({ state }) => lock?.states.get(state)))
  const documents = [...states].flatMap((state) => (state && documentOf(state)) ?? [])
  return newestOf(documents)
}
