import { basename, resolve } from 'node:path'
import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import { type Io, today } from '../io.ts'
import { lazy } from '../model/lazy.ts'
import type { Policy } from '../model/policy.ts'
import { selectorsOf } from '../model/service-tag.ts'
import { inputName, readFile, readStdin } from '../parse/read-file.ts'
import { readAllTags } from './all-tags.ts'
import { dateInName, parseDocument, type ReadDocument, type Source } from './document.ts'
import { getFile } from './download/acquire.ts'
import { Client } from './download/client.ts'
import { type KnownDocument, storedDocument } from './history.ts'
import { isSnapshot, parseSnapshot } from './snapshot/snapshot-file.ts'

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

/**
 * Reads the document `from`: a file, an https URL, or `-` for standard input. Its date is the one in the name, else today
 * (UTC). Throws `UserError` if it cannot be read.
 */
export async function readSource(from: string, io: Io, allowHost: readonly string[] = []): Promise<Source> {
  if (from === '-') return { bytes: await readStdin(io), name: inputName(from), published: today(io), isUndated: true }
  if (isUrl(from)) return (await getFile(new Client(allowHost, io), from)) as Source
  const name = basename(from)
  const date = dateInName(name)
  return { bytes: readFile(resolve(io.cwd, from), from, io), name, published: date ?? today(io), isUndated: !date }
}

/** True if `from` is a URL, not a file. Throws `UserError` for the URL of a file. */
export function isUrl(from: string): boolean {
  if (/^file:\/\//i.test(from)) throw new UserError(`${from} is a file: name it by its path, without file://`)
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(from)
}
