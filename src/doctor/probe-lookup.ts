import { isSilence } from './dns-answers.ts'
import type { Answer, ServerAnswer } from './observation.ts'
import { lookupAll } from './probe-dns.ts'

/**
 * The resolver of the system works on two names at a time (libuv gives slow work half of its four threads), it cannot be
 * stopped, and a program ends only when it has finished. It waits seconds for each silent name server.
 */
const AT_ONCE = 2
/** This many slow lookups prove that programs wait for a silent server. */
const MOST_SLOW = 2

/** The names for the system's resolver, in a separate queue, so waiting does not use up the time of a name. */
export class SystemLookups {
  readonly #addressesOf: (host: string) => Promise<readonly { readonly address: string }[]>
  readonly #timeLeft: () => number
  readonly #waiting: (() => void)[] = []
  #running = 0
  #slow = 0
  #begin: number | undefined

  /** `timeLeft`: the milliseconds that a step may take now. */
  constructor(addressesOf: (host: string) => Promise<readonly { readonly address: string }[]>, timeLeft: () => number) {
    this.#addressesOf = addressesOf
    this.#timeLeft = timeLeft
  }

  /**
   * The addresses that programs get for a name, after the name servers gave `dns` for it. Returns undefined if the system is not
   * asked, because it would wait for silent servers, or other names wait for so long that it is too late.
   */
  async ask(host: string, dns: readonly ServerAnswer[]): Promise<Answer | undefined> {
    const isSlow = isSilence(dns[0]?.a.error)
    if (dns.length > 0 && dns.every(({ a }) => isSilence(a.error))) return undefined
    if (isSlow && ++this.#slow > MOST_SLOW) return undefined
    if (this.#running >= AT_ONCE) await new Promise<void>((done) => this.#waiting.push(done))
    const limit = this.#timeLeft()
    this.#begin ??= performance.now()
    // The answers of the name servers are known, so the rest of the time is for the connections.
    if (limit === 0 || performance.now() - this.#begin >= limit) return this.#skip()
    this.#running++
    const answer = await lookupAll(host, isSlow ? 2 * limit : limit, this.#addressesOf)
    this.#running--
    this.#waiting.shift()?.()
    return isSlow && answer.error === 'ETIMEDOUT' ? undefined : answer
  }

  #skip(): undefined {
    this.#waiting.shift()?.()
    return undefined
  }
}
