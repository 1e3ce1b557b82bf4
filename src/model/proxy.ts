import { type Prefix, parsePrefix, prefixAt, scanPrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'

/** A proxy for https connections. */
export type HttpsProxy = NonNullable<ReturnType<typeof parseProxy>>

/** The proxy of a URL: http or https, with or without user and password. Undefined for any other text. */
export function parseProxy(text: string) {
  try {
    const { protocol, hostname, port, username, password } = new URL(text)
    const isTls = protocol === 'https:'
    const credentials = [username, password].map(decodeURIComponent).join(':')
    if (!isTls && protocol !== 'http:') return undefined
    return {
      isTls,
      host: withoutBrackets(hostname),
      port: Number(port) || (isTls ? 443 : 80),
      /** The value of a Proxy-Authorization header. */
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

/**
 * True if NO_PROXY lists a host, read as Go's programs read it, and so the Arc agents: `*`, an address, a CIDR, `example.com`
 * with every subdomain, `.example.com` only the subdomains; each may have a port.
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export const isInNoProxy = (host: string, port: number, noProxy: string): boolean =>
  noProxy.split(',').some((entry) => matches(entry.trim().toLowerCase(), host.toLowerCase(), port))

/** True if agents reach a host without the proxy. Go never sends loopback there. */
export function bypassesProxy(host: string, port: number, noProxy: string): boolean {
  const address = scanPrefix(host)
  const isLoopback = host === 'localhost' || (address && LOOPBACK.contains(PrefixSet.of([address])))
  return isLoopback || isInNoProxy(host, port, noProxy)
}

const LOOPBACK = PrefixSet.of(['127.0.0.0/8', '::1/128'].map(parsePrefix))

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true
  const address = scanPrefix(host)
  const range = entry.includes('/') ? rangeOf(entry) : undefined
  if (range) return address !== undefined && PrefixSet.of([range]).contains(PrefixSet.of([address]))
  const [, name = '', only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? ['', entry]
  if (only !== undefined && Number(only) !== port) return false
  const plain = withoutBrackets(name)
  if (address) return plain === host
  const domain = plain.replace(/^\*\./, '.')
  if (domain === '') return false
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
}

/** A CIDR, which may have host bits. */
function rangeOf(text: string): Prefix | undefined {
  const [address = '', length = ''] = text.split('/')
  const one = scanPrefix(address)
  return one && /^\d{1,3}$/.test(length) && Number(length) <= one.length
    ? prefixAt(one.family, one.address, Number(length))
    : undefined
}
