import { UserError } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { type HttpsProxy, isInNoProxy, parseProxy, withoutBrackets } from '../../model/proxy.ts'

/**
 * HTTPS_PROXY and NO_PROXY as Go reads them, and so the Arc agents: the first variable with a value counts, and a proxy without a scheme is one
 * for http. Throws `UserError` if HTTPS_PROXY is invalid. https://pkg.go.dev/golang.org/x/net/http/httpproxy#FromEnvironment
 */
export function proxySettings(env: Io['env']): { proxy: HttpsProxy | undefined; noProxy: string } {
  const text = env.HTTPS_PROXY || env.https_proxy || ''
  const proxy = text === '' ? undefined : parseProxy(text.includes('://') ? text : `http://${text}`)
  // The value may hold a password, so the message does not show it.
  if (text !== '' && proxy === undefined)
    throw new UserError(
      'HTTPS_PROXY is not a proxy that tagwall can use; expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, ' +
        'with the characters % @ : / of a password as %25 %40 %3A %2F',
    )
  return { proxy, noProxy: env.NO_PROXY || env.no_proxy || '' }
}

/** Returns a function that finds the proxy for a URL. Spaces may separate the entries of NO_PROXY too. Throws `UserError` if HTTPS_PROXY is invalid. */
export function proxiesOf(env: Io['env']): (url: URL) => HttpsProxy | undefined {
  const { proxy, noProxy } = proxySettings(env)
  const entries = noProxy.replaceAll(/\s+/g, ',')
  return ({ hostname, port }) =>
    isInNoProxy(withoutBrackets(hostname), Number(port) || 443, entries) ? undefined : proxy
}
