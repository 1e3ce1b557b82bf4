import { setTimeout as wait } from 'node:timers/promises'

/** The world, as commands see it; a test hands in its own. */
export interface Io {
  /** Relative paths are relative to this. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Results; bytes are UTF-8. */
  out(text: string | Uint8Array): void
  /** Everything else: progress, warnings, the summary. */
  err(text: string): void
  /** Whether results go to a terminal that wants colour. */
  /** Whether a person watches stderr. */
  readonly isTerminal: boolean
  readonly outColor: boolean
  readonly errColor: boolean
  stdin(): Promise<Uint8Array>
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

/** The real world. */
export function processIo(): Io {
  const wantsColor = (stream: NodeJS.WriteStream) =>
    Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: Boolean(process.stderr.isTTY),
    outColor: wantsColor(process.stdout),
    errColor: wantsColor(process.stderr),
    stdin: readStdin,
    prompts: process.stdin.isTTY && process.stderr.isTTY ? prompts : undefined,
    now: () => new Date(),
    sleep: (milliseconds, signal) => wait(milliseconds, undefined, { signal }).catch(() => {}),
    random: Math.random,
    network: {},
  }
}

// Loaded when there is a question: most runs have none.
const prompts = async () => (await import('./prompts.ts')).prompts

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
