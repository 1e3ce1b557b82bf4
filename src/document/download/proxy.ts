import { UserError } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { type HttpsProxy, parseProxy, withoutBrackets } from '../../model/proxy.ts'

const EXPECTED =
  'expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with the characters % @ : / of a password as %25 %40 %3A %2F'

/** Returns a function that finds the proxy for a URL in HTTPS_PROXY and NO_PROXY. Throws `UserError` if HTTPS_PROXY is invalid. */
export function proxiesOf(env: Io['env']): (url: URL) => HttpsProxy | undefined {
  const text = env.https_proxy ?? env.HTTPS_PROXY ?? ''
  const proxy = text === '' ? undefined : parseProxy(text)
  // The value may hold a password, so the message does not show it.
  if (text !== '' && proxy === undefined) throw new UserError(`HTTPS_PROXY is not a valid URL; ${EXPECTED}`)
  return (url) => (isDirect(url, env.no_proxy ?? env.NO_PROXY ?? '') ? undefined : proxy)
}

/** True if NO_PROXY lists the host, a parent domain, or `*`; with or without a port. */
function isDirect({ hostname, port }: URL, noProxy: string): boolean {
  const host = withoutBrackets(hostname).toLowerCase()
  return noProxy.split(/[,\s]+/).some((entry) => {
    if (entry === '*') return true
    // An IPv6 address has a port only after brackets.
    const [, name = '', only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? ['', entry]
    const domain = withoutBrackets(name)
      .replace(/^\*?\./, '')
      .toLowerCase()
    if (domain === '' || (only !== undefined && only !== (port || '443'))) return false
    return host === domain || host.endsWith(`.${domain}`)
  })
}
