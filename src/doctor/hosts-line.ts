import { addressesOf } from './dns-answers.ts'
import type { AddressVerdict, Case } from './verdict.ts'
import { listed } from './words.ts'

/**
 * The lines of the hosts file that give an endpoint its addresses, such as `line 3 of /etc/hosts`; undefined without such lines.
 */
export function pinOf({ seen: { hostsFile = [] }, addresses }: Case) {
  const used = hostsFile.filter(({ address }) => addresses.some((one) => one.address === address))
  const [first] = used
  if (first === undefined) return undefined
  const numbers = [...new Set(used.map(({ line }) => String(line)))]
  return {
    lines: `${numbers.length === 1 ? 'line' : 'lines'} ${listed(numbers)} of ${first.file}`,
    addresses: addresses.filter(({ address }) => used.some((one) => one.address === address)),
  }
}

/** The answers of the name servers, if they are all other addresses than the endpoint has. */
export function otherAnswersOf({ seen: { dns = [] }, addresses }: Case): readonly string[] {
  const answers = [...new Set(dns.flatMap(addressesOf))]
  return addresses.some(({ address }) => answers.includes(address)) ? [] : answers
}

/** True if no address responds, or another machine does. */
export function isWrong({ seen: { tls }, addresses }: Case): boolean {
  const isFailed = ({ result }: AddressVerdict) => result !== undefined && result !== 'open'
  return addresses.every(isFailed) || tls?.error !== undefined || tls?.problem === 'ERR_TLS_CERT_ALTNAME_INVALID'
}
