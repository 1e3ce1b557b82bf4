import { fstatSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { GrowingBytes } from './address/growing-bytes.ts'

/** Everything a command needs of the outside world; tests pass their own. */
export interface Io {
  /** Relative paths are relative to this. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Results; bytes are UTF-8. */
  out(text: string | Uint8Array): void
  /** Everything else: progress, warnings, the summary. */
  err(text: string): void
  /** True if stderr is a terminal. */
  readonly isTerminal: boolean
  /** Columns of the terminal for results; undefined if stdout is not a terminal, so nothing is cut. */
  readonly outColumns?: number | undefined
  /** Columns of the terminal for everything else; undefined without one. */
  readonly errColumns?: number | undefined
  /** True if results go to a terminal that shows color. */
  readonly outColor: boolean
  readonly errColor: boolean
  /** Standard input, cut off soon after `most` bytes. */
  stdin(most: number): Promise<Uint8Array>
  /** Asks a person; undefined without a terminal. */
  readonly prompts: (() => Promise<Prompts>) | undefined
  now(): Date
  /** Ends early, without an error, if `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** From 0 to 1, exclusive. */
  random(): number
  /** Replaces the real sites and limits; tests pass their own servers. */
  readonly network: Partial<Network>
}

/** The date of today in UTC, YYYY-MM-DD. */
export const today = (io: { now(): Date }): string => io.now().toISOString().slice(0, 10)

/** Questions to a person. Each throws `UserError` if the person cancels. */
export interface Prompts {
  one(message: string, choices: readonly Choice[], initial: string): Promise<string>
  /** At least one, of choices that a part of a name filters. */
  several(message: string, choices: readonly Choice[], initial: readonly string[]): Promise<readonly string[]>
  /** Asks until `problemOf` returns undefined. */
  text(message: string, initial: string, problemOf: (text: string) => string | undefined): Promise<string>
}

export interface Choice {
  readonly value: string
  readonly hint?: string
}

/** Where documents are published, by cloud. */
export interface PublishedSites {
  readonly pages: Readonly<Record<string, string>>
  readonly folders: Readonly<Record<string, string>>
  readonly apis: Readonly<Record<string, string>>
  /** The allowed hosts. */
  readonly hosts: readonly string[]
}

/** Where documents are published, and how to reach them. */
export interface Network extends PublishedSites {
  /** The only trusted certificate authority, as PEM; by default those of Node. */
  readonly ca: string
  readonly limits: Partial<NetworkLimits>
  /** The addresses of a host, in the order of the attempts; by default those of the system resolver. */
  readonly addresses: (host: string) => Promise<readonly { address: string; family: number }[]>
  /** The name servers, as ADDRESS or ADDRESS:PORT; by default those of the system. */
  readonly resolvers: readonly string[]
}

/** In milliseconds. */
export interface NetworkLimits {
  readonly connect: number
  readonly headers: number
  /** Between two parts of a body. */
  readonly idle: number
  /** One request and its complete response. */
  readonly attempt: number
  /** All requests of one run. */
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
    get outColumns() {
      return columnsOf(OUT)
    },
    get errColumns() {
      return columnsOf(ERR)
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

// Creating Node's streams takes a tenth of the time of an empty process. So a stream is only made when a write does not
// take everything at once.
function isTerminal(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice() && Boolean(streamOf(descriptor).isTTY)
  } catch {
    return false
  }
}

const columnsOf = (descriptor: number) => (isTerminal(descriptor) ? streamOf(descriptor).columns || 80 : undefined)

/** As https://no-color.org and https://force-color.org say; NO_COLOR wins. */
function wantsColor(descriptor: number): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return !['', '0', 'false'].includes(FORCE_COLOR)
  return TERM !== 'dumb' && isTerminal(descriptor)
}

/** Once a stream is used, all output goes through it, to keep the order. */
const streaming = new Set<number>()

/** Descriptors that failed. The command continues without them, because its files matter more. */
const broken = new Set<number>()

let isIncomplete = false

/** Writes to a descriptor, synchronously if possible. */
function print(descriptor: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  let written = 0
  while (!streaming.has(descriptor) && !broken.has(descriptor) && written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') giveUp(descriptor, error as NodeJS.ErrnoException)
      else {
        // The pipe is full; a stream can wait.
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
  // A reader such as `head` may close the pipe early, without an error.
  if (error.code === 'EPIPE') return
  isIncomplete = true
  process.exitCode = 2
  if (descriptor === OUT) print(ERR, `tagwall: standard output cannot be written: ${error.message}\n`)
}

/** Ends the process with that code, or with 2 if output failed; at once if all output is written, because the shutdown of Node takes longer. */
export function endProcess(code: number): void {
  process.exitCode = isIncomplete ? 2 : code
  if ([...streaming].every((descriptor) => broken.has(descriptor))) process.exit()
}

async function readStdin(most: number): Promise<Uint8Array> {
  // Node reads a directory as empty input.
  if (fstatSync(IN).isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' })
  const all = new GrowingBytes()
  for await (const piece of process.stdin) {
    all.add(piece as Buffer)
    if (all.length > most) break
  }
  return all.bytes
}
