import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { ReadFile } from '../model/reading.ts'
import type { Vendor } from '../model/vendor.ts'
import { inputName, readInput } from '../parse/read-file.ts'
import { withUnixLines } from '../text/lines.ts'
import type { Reader } from '../vendor/kit/reader-api.ts'
import { loadReader } from '../vendor/reader.ts'
import { listVendors, readVendor } from '../vendor/vendor.ts'

/** The reader of a vendor's configurations. Throws `UserError` if it has none. */
export async function readerOf(vendor: Vendor): Promise<Reader> {
  const readers = await loadReader(vendor)
  if (!readers) throw new UserError(`vendor ${vendor.name} has no reader, so tagwall cannot audit its configurations`)
  return readers.read
}

/** The texts of a configuration by path; `-` is standard input. Throws `UserError` for what is unreadable, empty, binary, or another vendor's. */
export async function readConfiguration(
  paths: readonly string[],
  vendor: Vendor,
  folders: readonly string[],
  io: Io,
): Promise<ReadFile[]> {
  const read = async (part: string): Promise<ReadFile> => ({ part, family: undefined, text: await readText(part, io) })
  const files = await Promise.all(paths.map(read))
  for (const { part, text } of files) checkKind(part, text, vendor, folders)
  return files
}

async function readText(path: string, io: Io): Promise<string> {
  const { name, bytes } = await readInput(path, io)
  if (bytes.length === 0) throw new UserError(`${name} is empty`)
  if (bytes.includes(0)) throw new UserError(`${name} is binary; expected a configuration in text`)
  try {
    return withUnixLines(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new UserError(`${name} is not UTF-8 text`)
  }
}

/** Throws `UserError` for a text that looks like a configuration of another vendor. */
export function checkKind(path: string, text: string, vendor: Vendor, folders: readonly string[]): void {
  if (looksLike(text, vendor)) return
  const others = [...listVendors(folders).keys()]
    .map((name) => readVendor(name, folders))
    .filter((other) => looksLike(text, other))
  const advice = others.map(({ name, title }) => `it looks like ${title}; name the vendor ${name}`)[0]
  throw new UserError(
    `${inputName(path)} does not look like a configuration of ${vendor.name}${advice ? `: ${advice}` : '; docs/capabilities.md names the commands that print one'}`,
  )
}

const looksLike = (text: string, { recognise }: Vendor) =>
  recognise.some((pattern) => new RegExp(pattern, 'mu').test(text))

// Reading a larger text takes noticeable time.
const SLOW_LENGTH = 1_000_000

/** On a terminal, prints a note before a configuration is read that takes noticeable time. */
export function noteSlow(files: readonly ReadFile[], io: Io): void {
  const length = files.reduce((sum, { text }) => sum + text.length, 0)
  if (io.isTerminal && length > SLOW_LENGTH) io.err(`reading ${Math.round(length / 1e6)} MB...\n`)
}
