import { addressesOf, dnsReasonOf, isFailure } from '../dns-answers.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const dnsFails: Verdict<'DNS_FAILS', 'servers' | 'reason'> = {
  code: 'DNS_FAILS',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find: each((one) => {
    const { lookup, dns = [] } = one.seen
    if (one.addresses.length > 0) return undefined
    const failed = dns.filter(({ a }) => isFailure(a.error))
    const names = (some: typeof dns) => some.map(({ server }) => server).join(', ')
    if (dns.some((server) => addressesOf(server).length > 0)) {
      if (!isFailure(lookup?.error)) return undefined
      // The resolver waited too long for one of its servers.
      return at(one, {
        servers: names(failed.length > 0 ? failed : dns),
        reason: dnsReasonOf(lookup?.error ?? ''),
      })
    }
    if (failed.length < dns.length || (dns.length === 0 && !isFailure(lookup?.error))) return undefined
    return at(one, { servers: names(dns), reason: dnsReasonOf(failed[0]?.a.error ?? lookup?.error ?? '') })
  }),
  say: ({ hosts, facts: { reason, servers } }) => ({
    what: `${hosts} cannot be looked up: ${reason}${servers === '' ? '' : `, from ${servers}`}`,
    fix: 'Open UDP and TCP port 53 to the name servers, or correct the list of name servers of this host (/etc/resolv.conf; in a pod, the forwarders of CoreDNS).',
  }),
  title: 'the name servers do not answer',
  means:
    'The host asks its name servers and gets no answer, SERVFAIL or REFUSED. Whether the name exists is not known.',
}
