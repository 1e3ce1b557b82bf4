import type { Dispatcher } from 'undici'

/** The world, as commands see it; a test hands in its own. */
export interface Io {
  /** Relative paths are relative to this. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Results. */
  out(text: string): void
  /** Everything else: progress, warnings, the summary. */
  err(text: string): void
  /** Whether results go to a terminal that wants colour. */
  /** Whether a person watches stderr. */
  readonly isTerminal: boolean
  readonly outColor: boolean
  readonly errColor: boolean
  stdin(): Promise<Uint8Array>
  now(): Date
  sleep(milliseconds: number): Promise<void>
  /** What carries HTTP requests; undefined is the real network. */
  readonly dispatcher: Dispatcher | undefined
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
    now: () => new Date(),
    sleep: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    dispatcher: undefined,
  }
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
