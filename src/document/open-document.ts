import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { shownPath } from '../policy/load.ts'
import { baselineOf, type History, type KnownDocument, newestFor, type Stored, storedDocument } from './history.ts'
import { type SnapshotFile, shippedSnapshots, snapshotPath } from './snapshot/stored-snapshots.ts'

/** Opens a date, `latest`, `previous`, or a file with a snapshot or a published document; with its tag names, and its name for errors. */
export async function openDocument(spec: string, history: History, io: Io, allowHost?: readonly string[]) {
  const stored = storedAs(spec, history)
  if (stored) return storedDocument(stored.document, shownPath(stored.path, io))
  if (namesSnapshot(spec)) throw new UserError(noSnapshot(spec, history, io))
  if (!/[/\\]|\.json$|^-$/.test(spec) && !existsSync(resolve(io.cwd, spec)))
    throw new UserError(
      `there is neither a snapshot nor a file "${spec}"; expected a date as YYYY-MM-DD, such as 2025-11-10, latest, previous, or a file`,
    )
  const { openFile } = await import('./obtain-document.ts')
  return openFile(spec, history.policy, io, allowHost)
}

/** Opens the document that rules are made from. Snapshots passed the guards when they were stored; a published document must pass them. */
export async function openForRules(spec: string, history: History, io: Io): Promise<KnownDocument> {
  const opened = await openDocument(spec, history, io)
  if (opened.everyTag) (await import('./guards/refuse.ts')).refuseUnstored(opened, history)
  return opened
}

/** The date of the newest snapshot up to `date`, from which rules of that date are made: a week that changes no tag in use stores none. */
export const snapshotOn = (date: string, { files }: History): string | undefined =>
  files.findLast(({ published }) => published <= date)?.published

/** True if `spec` is a date or a keyword for a snapshot, and not a file. */
export const namesSnapshot = (spec: string) => /^(latest|previous|\d{4}-\d{2}-\d{2})$/.test(spec)

/** The snapshot of a date or a word; the policy decides what `latest` and `previous` mean. */
function storedAs(spec: string, history: History): Stored | undefined {
  const { files, policy, isShipped, isGiven } = history
  const at = (file: SnapshotFile | undefined) => file && { path: file.path, document: file.read() }
  if (spec !== 'latest' && spec !== 'previous') {
    // The first build stores only the newest of the shipped ones.
    const others = isShipped || isGiven ? [] : shippedSnapshots(policy.cloud)
    return at([...files, ...others].find(({ published }) => published === spec))
  }
  // If no snapshot knows all tags of the policy, the newest shows the missing ones.
  const state = newestFor(history) ?? at(files.at(-1))
  if (spec === 'latest' || !state) return state
  const document = baselineOf(state.document, history)
  return document && { path: snapshotPath(dirname(dirname(state.path)), document), document }
}

/** The error text for an unknown snapshot, with the names of the stored ones. */
export function noSnapshot(spec: string, { policy: { cloud }, files, directory, isShipped }: History, io: Io): string {
  const place = shownPath(join(directory, cloud), io)
  if (files.length === 0)
    return `found no snapshot of the cloud ${cloud} in ${place}; store one with "tagwall fetch --from FILE"`
  const [first, last] = [files[0]?.published, files.at(-1)?.published]
  const range = files.length === 1 ? `found only ${first}` : `found ${files.length}, from ${first} to ${last}`
  const where = isShipped ? 'among those shipped with tagwall' : `in ${place}`
  return `there is no ${spec === 'previous' ? 'previous snapshot' : `snapshot ${spec}`} ${where}; ${range}`
}
