/** A proxy for https connections. */
export interface HttpsProxy {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
  /** The value of a Proxy-Authorization header. */
  readonly authorization: string | undefined
}

/** The proxy of a URL: http or https, with or without user and password. Undefined for any other text. */
export function parseProxy(text: string): HttpsProxy | undefined {
  try {
    const { protocol, hostname, port, username, password } = new URL(text)
    const isTls = protocol === 'https:'
    const credentials = [username, password].map(decodeURIComponent).join(':')
    if ((!isTls && protocol !== 'http:') || hostname === '') return undefined
    return {
      isTls,
      host: withoutBrackets(hostname),
      port: Number(port) || (isTls ? 443 : 80),
      authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
    }
  } catch {
    return undefined
  }
}

/** True if a proxy that answers 407 and offers these ways to log in takes a user and a password as they are. */
export const takesPassword = (schemes: readonly string[]): boolean =>
  schemes.length === 0 || schemes.some((scheme) => /^basic$/i.test(scheme))

/** An IPv6 address without brackets, for sockets. */
export const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1')
