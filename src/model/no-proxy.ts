import { type Prefix, prefixAt, scanPrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'

/**
 * True if NO_PROXY lists a host, read as Go's programs read it, and so the Arc agents: `*`, an address, a CIDR, `example.com`
 * with every subdomain, `.example.com` only the subdomains; each may have a port.
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export const isInNoProxy = (host: string, port: number, noProxy: string): boolean =>
  noProxy.split(',').some((entry) => matches(entry.trim().toLowerCase(), host.toLowerCase(), port))

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  const address = scanPrefix(host)
  const range = entry.includes('/') ? rangeOf(entry) : undefined
  if (range) return address !== undefined && PrefixSet.of([range]).contains(PrefixSet.of([address]))
  const [, name = '', only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? ['', entry]
  if (only !== undefined && Number(only) !== port) return false
  const plain = name.replace(/^\[(.*)\]$/, '$1')
  if (address) return plain === host
  const domain = plain.replace(/^\*\./, '.')
  if (domain === '' || domain === '.') return false
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
