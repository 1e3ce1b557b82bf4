import { parsePrefix, scanPrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { isInNoProxy } from '../model/no-proxy.ts'

/** True if agents reach a host without the proxy. Go never sends loopback there. */
export function bypassesProxy(host: string, port: number, noProxy: string): boolean {
  const address = scanPrefix(host)
  const isLoopback = host === 'localhost' || (address && LOOPBACK.contains(PrefixSet.of([address])))
  return isLoopback || isInNoProxy(host, port, noProxy)
}

const LOOPBACK = PrefixSet.of(['127.0.0.0/8', '::1/128'].map(parsePrefix))
