import { basename, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { type Io, today } from '../io.ts'
import { readFile, readStdin } from '../parse/read-file.ts'
import { dateInName, type Source } from './document.ts'
import { getFile } from './download/acquire.ts'
import { Client } from './download/client.ts'

/**
 * Reads the document `from`: a file, an https URL, or `-` for standard input. Its date is the one in the name, else today
 * (UTC). Throws `UserError` if it cannot be read.
 */
export async function readSource(from: string, io: Io, allowHost: readonly string[] = []): Promise<Source> {
  if (from === '-') return { bytes: await readStdin(io), name: 'standard input', published: today(io), isUndated: true }
  if (isUrl(from)) return Client.with(allowHost, io, (client) => getFile(client, from, io))
  const name = basename(from)
  const date = dateInName(name)
  return { bytes: readFile(resolve(io.cwd, from), from), name, published: date ?? today(io), isUndated: !date }
}

/** True if `from` is a URL, not a file. Throws `UserError` for the URL of a file. */
export function isUrl(from: string): boolean {
  if (/^file:\/\//i.test(from)) throw new UserError(`${from} is a file: name it by its path, without file://`)
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(from)
}
