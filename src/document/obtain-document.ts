import { basename, resolve } from 'node:path'
import { PrefixSet } from '../address/prefix-set.ts'
import { UserError, unlessRefused } from '../errors.ts'
import { type Io, today } from '../io.ts'
import { lazy } from '../model/lazy.ts'
import type { Policy } from '../model/policy.ts'
import { selectorsOf } from '../model/service-tag.ts'
import { inputName, readFile, readStdin } from '../parse/read-file.ts'
import { readAllTags } from './all-tags.ts'
import { dateInName, impossibleDateInName, parseDocument, type ReadDocument, type Source } from './document.ts'
import { discover, getFile } from './download/acquire.ts'
import { readApi } from './download/api.ts'
import { Client } from './download/client.ts'
import { type History, type KnownDocument, knowsAll, type Stored, storedDocument } from './history.ts'
import { isSnapshot, parseSnapshot } from './snapshot/snapshot-file.ts'

/** The source of the document, from the command line. */
export interface DocumentOptions {
  readonly from?: string
  readonly allowHost?: readonly string[]
  readonly source?: 'file' | 'api'
  readonly subscription?: string
  readonly location?: string
  /** The publication date of the document `from`, YYYY-MM-DD. */
  readonly published?: string
}

/** The requested document, or the current one; or the newest snapshot, if the server reports no change. */
export async function obtainDocument(options: DocumentOptions, history: History, io: Io) {
  const { policy } = history
  const { from, allowHost = [], subscription, location, published } = options
  if (published !== undefined && from === undefined)
    throw new UserError('--published needs --from; add --from, or remove --published')
  if (options.source === 'api') {
    if (from !== undefined) throw new UserError('--from and --source api exclude each other; remove one of them')
    return readApi({ cloud: policy.cloud, subscription, location }, allowHost, io)
  }
  if (subscription !== undefined || location !== undefined)
    throw new UserError('--subscription and --location need --source api; add --source api, or remove them')
  if (from !== undefined && !isUrl(from)) return dated(await readSource(from, io), published)
  const newest = newestStored(history)
  // A policy with new tags needs the whole document again.
  const known = newest && knowsAll(newest.document, selectorsOf(policy)) ? newest.document : undefined
  const parse = (source: Source) => parseDocument(source, policy.cloud, selectorsOf(policy)).document
  const source =
    from === undefined
      ? await discover({ cloud: policy.cloud, known, newest: newest?.document, parse }, allowHost, io)
      : await getFile(new Client(allowHost, io), from, known)
  return source ? dated(source, published) : { unchanged: newest as Stored }
}

/** A document with the date that a person gave. Throws `UserError` if its name has an impossible date. */
function dated(source: Source, published: string | undefined): Source {
  if (published !== undefined) return { ...source, published, isUndated: false }
  const file = source.name.split('/').at(-1) as string
  const impossible = impossibleDateInName(file)
  if (impossible !== undefined) {
    throw new UserError(
      `the date ${impossible} in the name ${file} does not exist; pass the right one with --published YYYY-MM-DD`,
    )
  }
  return source
}

/** The user's newest snapshot; undefined if there is none, or if it is damaged and must be fetched again. */
function newestStored(history: History): Stored | undefined {
  const newest = history.files.at(-1)
  if (newest === undefined || history.isShipped) return undefined
  return unlessRefused(() => ({ path: newest.path, document: newest.read() }))
}

/** The document in a file, at a URL or on standard input: a snapshot, or a published document. */
export async function openFile(
  spec: string,
  policy: Policy,
  io: Io,
  allowHost?: readonly string[],
): Promise<KnownDocument> {
  const { cloud } = policy
  const source = await readSource(spec, io, allowHost)
  const text = new TextDecoder().decode(source.bytes)
  if (!isSnapshot(text)) return publishedDocument(parseDocument(source, cloud, selectorsOf(policy)), source)
  return storedDocument(parseSnapshot(text, spec, cloud), spec)
}

/** A published document in the form for `compile`. */
export function publishedDocument(read: ReadDocument, source: Source): ReadDocument & KnownDocument {
  const everyTag = lazy(() => [...readAllTags(source, read.document.cloud).tags.values()])
  return {
    ...read,
    where: source.name,
    everything: lazy(() => PrefixSet.union(everyTag().map(({ prefixes }) => prefixes))),
    everyTag,
  }
}

/** Reads a file, an https URL, or `-` for standard input. Its date is the one in the name, else today (UTC). Throws `UserError`. */
export async function readSource(from: string, io: Io, allowHost: readonly string[] = []): Promise<Source> {
  if (from === '-') return { bytes: await readStdin(io), name: inputName(from), published: today(io), isUndated: true }
  if (isUrl(from)) return (await getFile(new Client(allowHost, io), from)) as Source
  const name = basename(from)
  const date = dateInName(name)
  return { bytes: readFile(resolve(io.cwd, from), from, io), name, published: date ?? today(io), isUndated: !date }
}

/** True if `from` is a URL, not a file. Throws `UserError` for the URL of a file. */
function isUrl(from: string): boolean {
  if (/^file:\/\//i.test(from)) throw new UserError(`${from} is a file: name it by its path, without file://`)
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(from)
}
