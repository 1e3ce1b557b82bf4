import { closeSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { GrowingBytes } from '../address/growing-bytes.ts'
import { throwDenial, UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { refuseLinkOut } from '../places.ts'

/** The most bytes that any input may have, decoded. The largest document published so far has 4.2 MB. */
const MAX_BYTES = 64 * 1024 * 1024

/** The result of `read`. Throws `UserError` if the file cannot be read; the message calls the file `shown`. */
export function reading<T>(shown: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof UserError) throw error
    throwDenial(error)
    const { code, message } = error as NodeJS.ErrnoException
    throw new UserError(
      code === 'ENOENT'
        ? `there is no file ${shown}`
        : code === 'EISDIR'
          ? `${shown} is a directory, not a file`
          : `${shown} cannot be read: ${message}`,
    )
  }
}

/** Reads standard input. Throws `UserError` if it cannot be read or is too large. */
export async function readStdin(io: Io): Promise<Uint8Array> {
  const shown = inputName('-')
  const refuse = (error: unknown) =>
    reading(shown, () => {
      throw error
    })
  return checked(shown, await io.stdin(MAX_BYTES).catch(refuse))
}

/** The bytes of a file, or of standard input for `-`, and its name for errors. */
export async function readInput(path: string, io: Io): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  return {
    name: inputName(path),
    bytes: path === '-' ? await readStdin(io) : readFile(resolve(io.cwd, path), path, io),
  }
}

/** Reads a file, pipe or device. Throws `UserError` if it does not exist, cannot be read, is too large, or a link leads to it out of the checkout. */
export function readFile(path: string, shown: string, { cwd }: Pick<Io, 'cwd'>): Uint8Array {
  refuseLinkOut(path, cwd, shown)
  return reading(shown, () => {
    const file = openSync(path, 'r')
    try {
      const all = new GrowingBytes()
      const piece = new Uint8Array(1 << 16)
      // A device has no size, and a pipe may be endless.
      for (let size = -1; size !== 0 && all.length <= MAX_BYTES; ) {
        size = readSync(file, piece)
        all.add(piece.subarray(0, size))
      }
      return checked(shown, all.bytes)
    } finally {
      closeSync(file)
    }
  })
}

function checked(shown: string, bytes: Uint8Array): Uint8Array {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new UserError(
      `${shown} is UTF-16, as ">" of Windows PowerShell writes it; expected UTF-8: use "Out-File -Encoding utf8"`,
    )
  if (bytes.length <= MAX_BYTES) return bytes
  throw new UserError(`${shown} is larger than ${MAX_BYTES >> 20} MB, the most that tagwall reads`)
}

/** Reads a text in UTF-8, without its byte order mark. Throws `UserError` like `readFile`, and for another encoding, with the line. */
export function readText(path: string, shown: string, io: Pick<Io, 'cwd'>): string {
  const bytes = readFile(path, shown, io)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const before = new TextDecoder().decode(bytes).split('\ufffd', 1)[0] as string
    const line = before.split('\n').length
    throw new UserError(
      `${shown}:${line}: this line is not UTF-8, but Latin-1, Windows-1252 or another encoding; save the file as UTF-8`,
    )
  }
}

/** The name of an input in messages: the path that a user gave, or `standard input` for `-`. */
export const inputName = (path: string): string => (path === '-' ? 'standard input' : path)
