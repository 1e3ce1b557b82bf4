import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const PROGRAM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0,
)
export const HAS_CHROMIUM = PROGRAM !== undefined
export const WITHOUT_CHROMIUM = 'no chromium on this machine'

/** The fields that the tests read; the protocol has more. */
// biome-ignore lint/suspicious/noExplicitAny: answers of the DevTools protocol are as many types as it has methods
type Answer = any

/** One page in a headless browser, driven over a pipe with the DevTools protocol. */
export class Page {
  #next = 1
  #buffer = ''
  readonly #waiting = new Map<number, { resolve: (result: Answer) => void; reject: (error: Error) => void }>()
  readonly events: { method: string; params: Answer }[] = []
  #session: string | undefined

  private constructor(
    private readonly browser: ChildProcess,
    private readonly profile: string,
  ) {
    const output = browser.stdio[4] as Readable
    output.setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (this.#buffer + chunk).split('\0')
      this.#buffer = messages.pop() as string
      for (const message of messages) this.receive(JSON.parse(message))
    })
  }

  static async open(): Promise<Page> {
    const profile = mkdtempSync(join(tmpdir(), 'tagwall-browser-'))
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
    const browser = spawn(
      PROGRAM as string,
      [...flags, `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'],
      {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      },
    )
    const page = new Page(browser, profile)
    const { targetId } = await page.send('Target.createTarget', { url: 'about:blank' })
    page.#session = (await page.send('Target.attachToTarget', { targetId, flatten: true })).sessionId
    for (const domain of ['Page', 'Runtime', 'Network', 'Log', 'Accessibility']) await page.send(`${domain}.enable`)
    return page
  }

  send(method: string, params: object = {}): Promise<Answer> {
    const id = this.#next++
    const session = this.#session === undefined ? {} : { sessionId: this.#session }
    ;(this.browser.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  private receive({ id, result, error, method, params }: Answer): void {
    if (id === undefined) this.events.push({ method, params })
    else if (error) this.#waiting.get(id)?.reject(new Error(error.message))
    else this.#waiting.get(id)?.resolve(result)
    this.#waiting.delete(id)
  }

  /** Opens a page and waits until it is loaded. */
  async goTo(url: string): Promise<void> {
    this.events.length = 0
    await this.send('Page.navigate', { url })
    while (!this.events.some(({ method }) => method === 'Page.loadEventFired')) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** What a script says in the page. */
  async evaluate(expression: string): Promise<Answer> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.browser.once('exit', resolve))
    this.#session = undefined
    // Its processes end after they have answered, and write their profile until then.
    await Promise.race([this.send('Browser.close'), ended])
    await ended
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
