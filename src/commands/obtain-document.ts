import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Policy } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { discover, getFile } from '../source/acquire.ts'
import { readApi } from '../source/api.ts'
import { Client } from '../source/client.ts'
import { dateInName, parseDocument, type Source } from '../source/document.ts'
import { isUrl, readSource } from '../source/read-source.ts'
import { isSameContent, readSnapshot } from '../source/snapshot.ts'
import { type History, selectorsOf } from './inputs.ts'

/** Where the document is to come from, as the command line says it. */
export interface DocumentOptions {
  readonly from?: string
  readonly allowHost?: readonly string[]
  readonly source?: 'file' | 'api'
  readonly subscription?: string
  readonly location?: string
}

/** A snapshot, and where it is kept. */
export interface Stored {
  readonly path: string
  readonly document: TagDocument
}

/** The document that `options` ask for, or the current one; or the snapshot that it is, when the server says so. */
export async function obtainDocument(
  options: DocumentOptions,
  policy: Policy,
  history: History,
  io: Io,
): Promise<Source | { unchanged: Stored }> {
  const { from, allowHost = [], subscription, location } = options
  if (options.source === 'api') {
    if (from !== undefined) throw new UserError('--from and --source api exclude each other; leave one out')
    return readApi({ cloud: policy.cloud, subscription, location }, allowHost, io)
  }
  if (subscription !== undefined || location !== undefined)
    throw new UserError('--subscription and --location go with --source api; add it, or leave them out')
  if (from !== undefined && !isUrl(from)) return readSource(from, io)
  const newest = newestStored(history, policy.cloud)
  const known = newest && coversPolicy(newest.document, policy) ? newest.document : undefined
  const check = (source: Source) => void parseDocument(source, policy.cloud, selectorsOf(policy))
  const source =
    from === undefined
      ? await discover({ cloud: policy.cloud, known, lastSource: newest?.document.source, check }, allowHost, io)
      : await Client.with(allowHost, io, (client) => getFile(client, from, io, known))
  return source ?? { unchanged: newest as Stored }
}

/** Whether the document has the date of retrieval because nothing else dates it, and comes by itself every time. */
export function isUndated({ name }: Source, { from, source }: DocumentOptions): boolean {
  return source === 'api' || (from === undefined && dateInName(name) === undefined)
}

/** The newest snapshot, if it says what `document` says: the same content is not stored again under another day. */
export function newestWithContent(document: TagDocument, history: History): Stored | undefined {
  const newest = newestStored(history, document.cloud)
  return newest && isSameContent(newest.document, document) ? newest : undefined
}

/** The newest snapshot of the user's own; undefined when there is none, or it is damaged and worth getting again. */
function newestStored({ files, isShipped }: History, cloud: Cloud): Stored | undefined {
  const path = files.at(-1)?.path
  if (path === undefined || isShipped) return undefined
  try {
    return { path, document: readSnapshot(path, cloud) }
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

// A policy that has grown needs the whole document again, and what `Sql.*` would find there cannot be known here.
function coversPolicy({ tags, cloud }: TagDocument, policy: Policy): boolean {
  return cloud === policy.cloud && selectorsOf(policy).every((selector) => tags.has(selector))
}
