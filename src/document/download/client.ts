import { Denied, UserError } from '../../errors.ts'
import type { Io, NetworkLimits } from '../../io.ts'
import type { HttpsProxy } from '../../model/proxy.ts'
import { isCutOff } from '../../parse/json-end.ts'
import { redactUrls } from '../../text/sanitize.ts'
import { type Answer, ask, Deadline } from './download.ts'
import { Failure, type Silent, Unreachable } from './failures.ts'
import { proxiesOf } from './proxy.ts'
import { allowedHosts, checkUrl } from './sites.ts'

const LIMITS: NetworkLimits = { connect: 15_000, headers: 30_000, idle: 30_000, attempt: 120_000, overall: 300_000 }
// Tries of one URL, and failures of a whole run with its page, files, redirects and proxies.
const TRIES = 4
const MOST_FAILURES = 12
const MAX_REDIRECTS = 5
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 60_000
// From the first request to the last look-up of a name that DNS does not know; the program itself needs some time too.
const NAMES_MS = 4_000

/** A response with a document or page, or status 304. */
export interface Reply extends Answer {
  readonly status: 200 | 304
  /** The final URL after redirects. */
  readonly url: string
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>
  /** JSON must be complete, or it was cut off. */
  readonly kind: 'json' | 'page'
  /** The headers hold a secret, so no redirect is followed. */
  readonly isSecret?: boolean
  /** Advice, by status. */
  readonly advice?: Readonly<Record<number, string>>
}

/** Downloads URLs: only https and allowed hosts, with retries, and one deadline and one limit of failures for the whole run. */
export class Client {
  /** The end of the run. */
  readonly deadline: Deadline
  /** That of the source which is asked now. */
  private share: Deadline
  private failures = 0
  /** Hosts that failed every try; they get only one try next time. */
  private readonly tired = new Set<string>()
  /** Hosts that never answered. Nothing is asked of them again. */
  readonly silent: Silent[] = []
  /** True if any host has answered. */
  hasAnswer = false
  private readonly began: number
  private readonly hosts: ReadonlySet<string>
  readonly limits: NetworkLimits
  /** The proxy of HTTPS_PROXY and NO_PROXY. */
  private readonly proxyFor: (url: URL) => HttpsProxy | undefined
  /** The last URL that was asked, after redirects. */
  private asked: URL | undefined

  constructor(
    addedHosts: readonly string[],
    readonly io: Io,
  ) {
    this.hosts = allowedHosts(addedHosts, io)
    this.limits = { ...LIMITS, ...io.network.limits }
    this.proxyFor = proxiesOf(io.env)
    this.deadline = new Deadline(this.limits.overall, new UserError(`gave up after ${seconds(this.limits.overall)}`))
    this.share = this.deadline
    this.began = this.now
  }

  private get now(): number {
    return this.io.now().getTime()
  }

  /** Runs `use` with a part of the time, in milliseconds, so one slow source leaves time for the others. */
  async within<T>(milliseconds: number, use: () => Promise<T>): Promise<T> {
    const late = new UserError(`gave up after ${seconds(milliseconds)}, its share of the time`)
    this.share = new Deadline(milliseconds, late, this.deadline)
    try {
      return await use()
    } finally {
      this.share = this.deadline
    }
  }

  /** True if the host of `url`, or the proxy before it, has been asked in vain. */
  isSilent(url: URL): boolean {
    const isProxied = this.proxyFor(url) !== undefined
    return this.silent.some(({ host, obstacle }) => host === url.host || (isProxied && obstacle === 'proxy'))
  }

  /** Throws `UserError` if `url` cannot be downloaded, an `Unreachable` if no answer came. */
  async get(url: string, ask: Ask): Promise<Reply> {
    const shown = redactUrls(url)
    if (!URL.canParse(url)) throw new UserError(`${shown} is not a URL`)
    const first = new URL(url)
    checkUrl(first, this.hosts, shown)
    const tries = this.tired.has(first.host) ? 1 : TRIES
    for (let attempt = 1; ; attempt++) {
      const began = this.now
      try {
        this.share.check()
        return await this.follow(first, ask)
      } catch (error) {
        if (error instanceof UserError && !(error instanceof Denied)) throw new UserError(named(shown, error.message))
        if (!(error instanceof Failure)) throw error
        const { obstacle, isFinal, wait = 0 } = error.facts
        if (isFinal) throw this.unreachable(named(shown, error.message), error)
        if (wait > MAX_WAIT_MS) throw new UserError(named(shown, this.laterText(error.message, wait)))
        if (++this.failures >= MOST_FAILURES) {
          this.deadline.giveUp(
            new UserError(`${shown}: gave up after ${MOST_FAILURES} failures; the last: ${error.message}`),
          )
          this.deadline.check()
        }
        const pause = this.pauseAfter(attempt, wait)
        const isName = obstacle === 'dns'
        // Leaves time to look up another host too.
        const end = this.now + pause + 2 * (this.now - began)
        if (attempt === tries || (isName && end > this.began + NAMES_MS)) {
          this.tired.add(first.host)
          const message = `${shown} could not be fetched in ${attempt === 1 ? '1 try' : `${attempt} tries`}: ${error.message}`
          throw obstacle ? this.unreachable(message, error) : new UserError(message)
        }
        // Short, and the error tells the same.
        if (!isName) this.io.err(`fetch: ${error.message}; try ${attempt + 1} of ${tries} in ${seconds(pause)}\n`)
        await this.io.sleep(pause, this.share.signal)
      }
    }
  }

  /** A run does not wait so long; the Service Tag Discovery API has asked for pauses of 446 to 778 seconds. */
  private laterText(message: string, wait: number): string {
    const time = new Date(this.io.now().getTime() + wait).toISOString().replace('T', ' ').slice(0, 16)
    return `${message}; it asks for a pause of ${seconds(wait)}, so run the command again after ${time} UTC`
  }

  /** In milliseconds. Half of the pause is random, so many clients do not retry at the same moment. */
  private pauseAfter(attempt: number, wait: number): number {
    const backOff = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + this.io.random() / 2)
    return Math.min(Math.max(backOff, wait), MAX_WAIT_MS)
  }

  private unreachable(message: string, { message: reason, facts: { obstacle = 'connection' } }: Failure): Unreachable {
    this.silent.push({ host: (this.asked as URL).host, obstacle, reason })
    return new Unreachable(message)
  }

  private async follow(first: URL, ask: Ask): Promise<Reply> {
    let url = first
    for (let redirects = 0; ; redirects++) {
      const answer = await this.once(url, ask)
      const { status, headers } = answer
      if (status === 200) return { ...answer, status, url: url.href }
      if (status === 304 && isConditional(ask)) return { ...answer, status, url: url.href }
      if (status < 300 || status > 399 || status === 304 || !headers.location) throw refusal(url, answer, ask, this.io)
      if (ask.isSecret) throw new UserError(`responds with a redirect, which tagwall does not follow with a token`)
      if (redirects === MAX_REDIRECTS) throw new UserError(`redirects more than ${MAX_REDIRECTS} times`)
      if (!URL.canParse(headers.location, url.href)) throw new UserError('redirects to an invalid URL')
      url = new URL(headers.location, url)
      checkUrl(url, this.hosts, `redirected to ${redactUrls(url.href)}, which`)
    }
  }

  private async once(url: URL, { headers, kind }: Ask): Promise<Answer> {
    const { io, limits } = this
    const late = new Failure(`no complete response within ${seconds(limits.attempt)}`)
    const deadline = new Deadline(limits.attempt, late, this.share)
    const accept = kind === 'json' ? 'application/json' : 'text/html'
    this.asked = url
    const answer = await ask(url, { accept, ...headers }, { io, limits, proxy: this.proxyFor(url) }, deadline)
    this.hasAnswer = true
    if (answer.status === 200 && kind === 'json') checkEnd(answer.bytes)
    return answer
  }
}

const named = (url: string, message: string) => (message.startsWith(url) ? message : `${url}: ${message}`)

const isConditional = ({ headers = {} }: Ask) => 'if-none-match' in headers || 'if-modified-since' in headers

function refusal(url: URL, { status, headers, bytes }: Answer, { advice }: Ask, io: Io): Error {
  const hint = advice?.[status]
  const where = `${url.host} answered with status ${status}${reasonIn(bytes)}${hint ? `; ${hint}` : ''}`
  if (status !== 408 && status !== 429 && status < 500) return new UserError(where)
  return new Failure(where, { wait: retryAfter(headers['retry-after'], io) })
}

/** The reason in an error of an Azure API: https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md#handling-errors */
function reasonIn(bytes: Uint8Array): string {
  try {
    const { error } = JSON.parse(Buffer.from(bytes).toString('utf8'))
    const texts = [error.code, error.message].filter((text) => typeof text === 'string' && text !== '')
    return texts.length === 0 ? '' : ` (${texts.join(': ').replaceAll(/\s+/g, ' ').slice(0, 400)})`
  } catch {
    return ''
  }
}

/** Retry-After: seconds or a date. */
function retryAfter(text: string | undefined, io: Io): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - io.now().getTime())
}

/** A connection that ends early looks like a complete response without a length. */
function checkEnd(bytes: Uint8Array): void {
  const head = Buffer.from(bytes.subarray(0, 64))
    .toString('latin1')
    .trimStart()
    .replace(/^\u00ef\u00bb\u00bf\s*/, '')
  if (bytes.length === 0) throw new Failure('the response is empty')
  if (head.startsWith('{') && isCutOff(bytes))
    throw new Failure(`the response is truncated: its JSON ends after ${bytes.length} bytes`)
}

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 100) / 10} s`
