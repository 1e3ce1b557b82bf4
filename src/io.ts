import { fstatSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { GrowingBytes } from './model/address/growing-bytes.ts'

/** The world, as commands see it; a test hands in its own. */
export interface Io {
  /** Relative paths are relative to this. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Results; bytes are UTF-8. */
  out(text: string | Uint8Array): void
  /** Everything else: progress, warnings, the summary. */
  err(text: string): void
  /** Whether a person watches stderr. */
  readonly isTerminal: boolean
  /** Columns of the terminal, or as many as a person would want elsewhere. */
  readonly outWidth: number
  /** Columns of the terminal that results go to; undefined where they go elsewhere, and nothing has to fit. */
  readonly outColumns?: number | undefined
  readonly errWidth: number
  /** Whether results go to a terminal that shows color. */
  readonly outColor: boolean
  readonly errColor: boolean
  /** All of standard input, or as much of it as is enough to see that it has more than `most` bytes. */
  stdin(most: number): Promise<Uint8Array>
  /** What asks a person; undefined where there is none at a terminal. */
  readonly prompts: (() => Promise<Prompts>) | undefined
  now(): Date
  /** Ends early, without an error, when `signal` says so. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** From 0 up to 1. */
  random(): number
  /** What replaces the real sites and limits; a test hands in its own servers. */
  readonly network: Partial<Network>
}

/** Questions to a person. Each throws `UserError` when the person gives up. */
export interface Prompts {
  one(message: string, choices: readonly Choice[], initial: string): Promise<string>
  /** At least one. */
  several(message: string, choices: readonly Choice[], initial: readonly string[]): Promise<readonly string[]>
  /** Asks until `problemOf` has nothing to say. */
  text(message: string, initial: string, problemOf: (text: string) => string | undefined): Promise<string>
}

export interface Choice {
  readonly value: string
  readonly hint?: string
}

/** Where documents are published, by cloud, and how to get there. */
export interface Network {
  readonly pages: Readonly<Record<string, string>>
  readonly folders: Readonly<Record<string, string>>
  readonly apis: Readonly<Record<string, string>>
  /** The hosts that may be asked. */
  readonly hosts: readonly string[]
  /** The only certificate authority that counts, as PEM; else those of Node. */
  readonly ca: string
  readonly limits: Partial<NetworkLimits>
  /** The addresses of a host, in the order in which they are tried; else those that the system knows. */
  readonly addresses: (host: string) => Promise<readonly { address: string; family: number }[]>
}

/** In milliseconds. */
export interface NetworkLimits {
  readonly connect: number
  readonly headers: number
  /** Between two parts of a body. */
  readonly idle: number
  /** One request and the whole of its answer. */
  readonly attempt: number
  /** Everything that one run asks. */
  readonly overall: number
}

const [IN, OUT, ERR] = [0, 1, 2]

/** The real world. */
export function processIo(prompts: () => Promise<Prompts>): Io {
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (text) => print(OUT, text),
    err: (text) => print(ERR, text),
    get isTerminal() {
      return isTerminal(ERR)
    },
    get outWidth() {
      return widthOf(OUT)
    },
    get outColumns() {
      return isTerminal(OUT) ? widthOf(OUT) : undefined
    },
    get errWidth() {
      return widthOf(ERR)
    },
    get outColor() {
      return wantsColor(OUT)
    },
    get errColor() {
      return wantsColor(ERR)
    },
    stdin: readStdin,
    get prompts() {
      return process.stdin.isTTY && isTerminal(ERR) ? prompts : undefined
    },
    now: () => new Date(),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => {}),
    random: Math.random,
    network: {},
  }
}

const streamOf = (descriptor: number) => (descriptor === OUT ? process.stdout : process.stderr)

// Node's streams take a tenth of the time that an empty process does, so they are made only where they are needed: a
// terminal is a character device, and what takes all at once needs no stream.
function isTerminal(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && Boolean(streamOf(descriptor).isTTY)
  } catch {
    return false
  }
}

function widthOf(descriptor: number): number {
  return (isTerminal(descriptor) && streamOf(descriptor).columns) || 80
}

/** As https://no-color.org and https://force-color.org say; who asks for both gets none. */
function wantsColor(descriptor: number): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return !['', '0', 'false'].includes(FORCE_COLOR)
  return TERM !== 'dumb' && isTerminal(descriptor)
}

/** What has begun to go through a stream goes on there, so that nothing overtakes it. */
const streaming = new Set<number>()

/** What cannot be written to any more. A command goes on without it: its files are worth more than its words. */
const broken = new Set<number>()

let isIncomplete = false

/** Writes to a descriptor; before it returns, where all of it can be taken at once. */
function print(descriptor: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  let written = 0
  while (!streaming.has(descriptor) && !broken.has(descriptor) && written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') giveUp(descriptor, error as NodeJS.ErrnoException)
      else {
        // A full pipe. The stream knows how to wait.
        streaming.add(descriptor)
        streamOf(descriptor).on('error', (error: NodeJS.ErrnoException) => giveUp(descriptor, error))
      }
    }
  }
  if (written < bytes.length && !broken.has(descriptor)) streamOf(descriptor).write(bytes.subarray(written))
}

function giveUp(descriptor: number, error: NodeJS.ErrnoException): void {
  if (broken.has(descriptor)) return
  broken.add(descriptor)
  // A reader that has seen enough (`| head`) closes the pipe: that is not an error.
  if (error.code === 'EPIPE') return
  isIncomplete = true
  process.exitCode = 2
  if (descriptor === OUT) print(ERR, `tagwall: standard output cannot be written: ${error.message}\n`)
}

/**
 * Ends the process with that code, or with 2 where something could not be printed: at once where everything that was
 * printed has been taken. Otherwise Node would first take its own heap apart, for which the operating system has no use.
 */
export function endProcess(code: number): void {
  process.exitCode = isIncomplete ? 2 : code
  if ([...streaming].every((descriptor) => broken.has(descriptor))) process.exit()
}

async function readStdin(most: number): Promise<Uint8Array> {
  // Node would take a directory for an empty input.
  if (fstatSync(IN).isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
  const all = new GrowingBytes()
  for await (const piece of process.stdin) {
    all.add(piece as Buffer)
    if (all.length > most) break
  }
  return all.bytes
}
