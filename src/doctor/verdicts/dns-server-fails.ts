import { dnsReasonOf, isFailure } from '../dns-answers.ts'
import { atHost, type Verdict } from '../verdict.ts'

export const dnsServerFails: Verdict<'DNS_SERVER_FAILS', 'servers' | 'reason'> = {
  code: 'DNS_SERVER_FAILS',
  severity: 'warning',
  /** Name servers that answer nothing, while others do: each lookup may wait for them. */
  find({ seen: { endpoints } }) {
    const answers = endpoints.flatMap(({ dns = [] }) => dns)
    const names = [...new Set(answers.map(({ server }) => server))]
    const silent = names.filter((name) => answers.every(({ server, a }) => server !== name || isFailure(a.error)))
    if (silent.length === 0 || silent.length === names.length) return []
    const reason = answers.find(({ server }) => server === silent[0])?.a.error ?? ''
    return [atHost({ servers: silent.join(', '), reason: dnsReasonOf(reason) })]
  },
  say: ({ facts }) => ({
    what: `the name server ${facts.servers} does not answer (${facts.reason}), so each lookup may take seconds`,
    fix: 'Remove it from the name servers of this host, or open port 53 to it.',
  }),
  title: 'one of the name servers does not answer',
  means: 'The others answer, but programs ask the servers in order and wait for the silent one first.',
}
