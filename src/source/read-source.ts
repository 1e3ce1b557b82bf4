import { readFileSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { getFile } from './acquire.ts'
import { Client } from './client.ts'
import { dateInName, type Source } from './document.ts'
import { MAX_BYTES } from './download.ts'
import { reading } from './reading.ts'

/**
 * The document that `from` names: a file, an https URL, or `-` for standard input. Its date is the one in the name,
 * else today's (UTC). Throws `UserError` when it cannot be read.
 */
export async function readSource(from: string, io: Io, allowHost: readonly string[] = []): Promise<Source> {
  if (from === '-') return { bytes: await io.stdin(), name: 'standard input', published: today(io) }
  if (isUrl(from)) return Client.with(allowHost, io, (client) => getFile(client, from, io))
  const name = basename(from)
  return { bytes: readFile(resolve(io.cwd, from), from), name, published: dateInName(name) ?? today(io) }
}

/** Whether `from` is a URL and no file. */
export const isUrl = (from: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(from)

/** The bytes of a file. Throws `UserError` when there is none, or it is no file, or it is larger than any document. */
export function readFile(path: string, shown = path): Uint8Array {
  return reading(shown, () => {
    const { size } = statSync(path)
    if (size > MAX_BYTES)
      throw new UserError(`${shown} has ${size} bytes; no service tag document is larger than ${MAX_BYTES}`)
    return readFileSync(path)
  })
}

const today = (io: Io) => io.now().toISOString().slice(0, 10)
