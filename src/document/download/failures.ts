import { UserError } from '../../errors.ts'

/** The cause why a host does not answer: its name, the proxy before it, its certificate, or the connection. */
export type Obstacle = 'dns' | 'proxy' | 'certificate' | 'connection'

/** A failed try. `obstacle` is set if no answer came; `isFinal` if another try cannot help; `wait` is the pause that the server requested, in milliseconds. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly facts: { readonly obstacle?: Obstacle; readonly isFinal?: true; readonly wait?: number | undefined } = {},
  ) {
    super(message)
  }
}

/** A host that never answered, and why. */
export interface Silent {
  readonly host: string
  readonly obstacle: Obstacle
  readonly reason: string
}

/** No answer came from the host of a URL, so its other files cannot be had either. */
export class Unreachable extends UserError {}

/** Two lines: which hosts did not answer and why, and what to do. `page` is where a browser finds the document. */
export function unreachableText(silent: readonly Silent[], page: string): string[] {
  const reasons = [...new Set(silent.map(({ reason }) => reason))]
  const hosts = (reason: string) => silent.filter((one) => one.reason === reason).map(({ host }) => host)
  const told = reasons.map((reason) => `could not reach ${hosts(reason).join(' and ')}: ${reason}`)
  const first = ADVICE[(silent[0] as Silent).obstacle]
  return [
    `${told.join('; ')}; nothing was fetched`,
    `  ${first}"tagwall doctor" looks for the cause, or use --from FILE with a download from ${page}`,
  ]
}

const ADVICE: Readonly<Record<Obstacle, string>> = {
  dns: 'behind a proxy, set HTTPS_PROXY; ',
  proxy: 'check HTTPS_PROXY and NO_PROXY; ',
  // Its reason says what to set.
  certificate: '',
  connection: 'behind a proxy, set HTTPS_PROXY; ',
}
