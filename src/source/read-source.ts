import { closeSync, openSync, readSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { GrowingBytes } from '../model/address/growing-bytes.ts'
import { dateInName, type Source } from './document/document.ts'
import { getFile } from './download/acquire.ts'
import { Client } from './download/client.ts'
import { MAX_BYTES } from './download/download.ts'
import { reading } from './opened.ts'

/**
 * The document that `from` names: a file, an https URL, or `-` for standard input. Its date is the one in the name,
 * else today's (UTC). Throws `UserError` when it cannot be read.
 */
export async function readSource(from: string, io: Io, allowHost: readonly string[] = []): Promise<Source> {
  if (from === '-') return { bytes: await readStdin(io), name: 'standard input', published: today(io), isUndated: true }
  if (isUrl(from)) return Client.with(allowHost, io, (client) => getFile(client, from, io))
  const name = basename(from)
  const date = dateInName(name)
  return { bytes: readFile(resolve(io.cwd, from), from), name, published: date ?? today(io), isUndated: !date }
}

/** Whether `from` is a URL and no file. */
export const isUrl = (from: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(from)

/** All of standard input. Throws `UserError` when it cannot be read, or is larger than any document. */
export async function readStdin(io: Io): Promise<Uint8Array> {
  const shown = 'standard input'
  try {
    return checkSize(shown, await io.stdin(MAX_BYTES))
  } catch (error) {
    return reading(shown, () => {
      throw error
    })
  }
}

/**
 * The bytes of a file, which may also be a pipe or a device. Throws `UserError` when there is none, or it cannot be read,
 * or it is larger than any document.
 */
export function readFile(path: string, shown = path): Uint8Array {
  return reading(shown, () => {
    const file = openSync(path, 'r')
    try {
      const all = new GrowingBytes()
      const piece = new Uint8Array(1 << 16)
      // A device has no size to ask for, and a pipe may have no end.
      for (let size = -1; size !== 0 && all.length <= MAX_BYTES; ) {
        size = readSync(file, piece)
        all.add(piece.subarray(0, size))
      }
      return checkSize(shown, all.bytes)
    } finally {
      closeSync(file)
    }
  })
}

function checkSize(shown: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_BYTES) return bytes
  throw new UserError(`${shown} has more than ${MAX_BYTES >> 20} MB, which is the most that tagwall reads`)
}

const today = (io: Io) => io.now().toISOString().slice(0, 10)
