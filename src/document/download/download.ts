import type { TLSSocket } from 'node:tls'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { buildConnector, Dispatcher } from 'undici'
import { GrowingBytes } from '../../address/growing-bytes.ts'
import { UserError } from '../../errors.ts'
import { MOST_DOCUMENT_BYTES } from '../../parse/json-budget.ts'
import { Progress } from '../../progress.ts'
import { openTls, type Route, reasonOf } from './connect.ts'
import { Failure } from './failures.ts'

const MAX_ERROR_BYTES = 16 * 1024

// Microsoft's download hosts answer requests without a User-Agent with an error page.
const USER_AGENT = 'tagwall (+https://www.npmjs.com/package/tagwall)'

type Headers = Readonly<Record<string, string>>

/** One response to one request, without redirects or retries. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The decoded body with status 200; otherwise the start of a JSON body. */
  readonly bytes: Uint8Array
}

/** Sends a request over a connection of its own: a run needs only a few requests, and a fresh connection has no bad state. */
export async function ask(url: URL, headers: Headers, route: Route, deadline: Deadline): Promise<Answer> {
  const progress = new Progress(route.io)
  let client: Dispatcher | undefined
  try {
    // The network module is slow to load and rarely needed.
    const { Client } = await import('undici')
    client = new Client(url.origin, {
      connect: once(await openTls(url, route, deadline.signal)),
      headersTimeout: route.limits.headers,
      bodyTimeout: route.limits.idle,
    })
    const {
      statusCode: status,
      body,
      ...response
    } = await client.request({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'gzip, br', ...headers },
      signal: deadline.signal,
    })
    // The first of several.
    const its = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, [value].flat()[0] ?? '']),
    )
    const encoding = its['content-encoding']
    if (status === 200) {
      const wire = await readAll(body, its['content-length'], progress, deadline)
      return { status, headers: its, bytes: decode(wire, encoding) }
    }
    const isJson = /json/i.test(its['content-type'] ?? '')
    const bytes = isJson ? await readStart(body, encoding) : new Uint8Array()
    body.on('error', () => {}).destroy()
    return { status, headers: its, bytes }
  } catch (error) {
    deadline.check()
    throw error instanceof UserError || error instanceof Failure ? error : new Failure(reasonOf(error))
  } finally {
    progress.end()
    // Destroy instead of close: a response that never ends must not delay the exit.
    await client?.destroy()
  }
}

/** Hands out the connection only once: retries are counted elsewhere. */
function once(socket: TLSSocket): buildConnector.connector {
  let isTaken = false
  return (_, callback) => {
    const isFirst = !isTaken
    isTaken = true
    // undici expects the callback asynchronously.
    setImmediate(() => (isFirst ? callback(null, socket) : callback(new Failure('the connection broke off'), null)))
  }
}

/** Reads a whole body. Throws `UserError` if it is too large, `Failure` if it ends early. */
export async function readAll(
  body: AsyncIterable<Uint8Array>,
  length: string | undefined,
  progress: { advance(bytes: number, total: number | undefined): void },
  deadline: Deadline,
): Promise<Uint8Array> {
  const total = length === undefined ? undefined : Number(length)
  if (total !== undefined && total > MOST_DOCUMENT_BYTES) throw tooLarge()
  const all = new GrowingBytes()
  for await (const piece of body) {
    deadline.check()
    if (all.length + piece.length > MOST_DOCUMENT_BYTES) throw tooLarge()
    all.add(piece)
    progress.advance(all.length, total)
  }
  return all.bytes
}

/** The start of an error response; empty if it does not arrive. */
async function readStart(body: AsyncIterable<Uint8Array>, encoding: string | undefined): Promise<Uint8Array> {
  const all = new GrowingBytes()
  try {
    for await (const piece of body) {
      all.add(piece)
      if (all.length > MAX_ERROR_BYTES) break
    }
    return decode(all.bytes, encoding)
  } catch {
    // The status is enough.
    return new Uint8Array()
  }
}

const tooLarge = () =>
  new UserError(`the response is larger than ${MOST_DOCUMENT_BYTES} bytes, too large for a service tag document`)

function decode(wire: Uint8Array, encoding = 'identity'): Uint8Array {
  const options = { maxOutputLength: MOST_DOCUMENT_BYTES }
  try {
    if (/^(x-)?gzip$/i.test(encoding)) return gunzipSync(wire, options)
    if (/^br$/i.test(encoding)) return brotliDecompressSync(wire, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new Failure(`the compressed response is damaged or truncated (${(error as Error).message})`)
  }
  if (/^identity$/i.test(encoding)) return wire
  throw new UserError(`the response has an unexpected encoding: ${JSON.stringify(encoding)}`)
}

/** A time limit that also holds while the program is too busy for timers. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #end: number
  readonly #outer: Deadline | undefined
  readonly #late: Error
  /** Aborts with the deadline. */
  readonly signal: AbortSignal

  /** Throws `late` when the time is over. Also ends with `outer`, for its reason. */
  constructor(milliseconds: number, late: Error, outer?: Deadline) {
    const own = this.#controller.signal
    this.#end = performance.now() + milliseconds
    this.#late = late
    this.#outer = outer
    this.signal = outer ? AbortSignal.any([outer.signal, own]) : own
    setTimeout(() => this.giveUp(late), milliseconds).unref()
  }

  get isOver(): boolean {
    if (!this.#outer?.isOver && performance.now() >= this.#end) this.giveUp(this.#late)
    return this.signal.aborted
  }

  /** In milliseconds. */
  get left(): number {
    return this.isOver ? 0 : Math.min(this.#end - performance.now(), this.#outer?.left ?? Number.POSITIVE_INFINITY)
  }

  /** Throws the reason when the time is over. */
  check(): void {
    if (this.isOver) throw this.signal.reason
  }

  /** Ends the time now. The first reason stays. */
  giveUp(reason: Error): void {
    this.#controller.abort(reason)
  }
}
