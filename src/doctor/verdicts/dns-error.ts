import { dnsReasonOf, isAnswer, isErrorAnswer } from '../dns-answers.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const dnsError: Verdict<'DNS_ERROR', 'servers' | 'reason'> = {
  code: 'DNS_ERROR',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find: each((one) => {
    const { dns = [] } = one.seen
    const first = dns.find(({ a }) => isErrorAnswer(a.error))
    if (one.addresses.length > 0 || first === undefined || dns.some(isAnswer)) return undefined
    const reason = first.a.error ?? ''
    const servers = dns.filter(({ a }) => a.error === reason).map(({ server }) => server)
    return at(one, { servers: servers.join(', '), reason: dnsReasonOf(reason) })
  }),
  say: ({ hosts, facts: { servers, reason } }) => ({
    what: `${servers} answers ${reason} for ${hosts}`,
    fix:
      reason === 'REFUSED'
        ? `${servers} does not serve this host: add this host to the clients that the name server allows, or use another name server.`
        : `${servers} is reached, but cannot resolve the name: check its forwarders and the log of the name server. 168.63.129.16 answers only inside of a virtual network.`,
  }),
  title: 'a name server answers with an error',
  means:
    'SERVFAIL: the server asked another one, such as a forwarder, and got no usable answer. REFUSED: the server does not answer this host. In both cases the path to the name server is open.',
}
