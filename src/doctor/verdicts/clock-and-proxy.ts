import { bypassesProxy, takesPassword } from '../../model/proxy.ts'
import { plural } from '../../text/numbers.ts'
import { at, atHost, each, failing, reasonOf, verdict } from '../verdict.ts'

/** Tokens are refused when the clock is off by more. */
const MOST_SECONDS = 300

const REASONS = {
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name could not be looked up',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
}

/** Answers of a web server to CONNECT. */
const NO_PROXY_STATUS = [400, 404, 405, 501]

/** Answers to CONNECT, or to the handshake before it, of something other than a proxy; by the code of the failure. */
const WRONG: Readonly<Record<string, string>> = {
  NOT_HTTP: 'something else than HTTP',
  CLOSED: 'the end of the connection',
  ERR_SSL_WRONG_VERSION_NUMBER: 'something else than TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'something else than TLS',
}

const failure = failing('proxy', 'endpoint')

/** The clock and the proxy of this host. In order of evaluation. */
export const CLOCK_AND_PROXY = {
  CLOCK_OFF: verdict<'seconds' | 'direction'>({
    severity: 'error',
    /** The clock of the host against the Date of services that proved who they are: the middle one, because one may be wrong. */
    find({ seen: { made, endpoints } }) {
      const here = Date.parse(made)
      const differences = endpoints
        .filter(({ tls, http }) => tls?.trust === 'public' && http?.date !== undefined)
        .map(({ http }) => (here - Date.parse(http?.date as string)) / 1000)
        .filter((seconds) => !Number.isNaN(seconds))
        .sort((a, b) => a - b)
      const middle = differences[Math.floor((differences.length - 1) / 2)]
      if (middle === undefined || Math.abs(middle) <= MOST_SECONDS) return []
      return [atHost({ seconds: String(Math.round(Math.abs(middle))), direction: middle > 0 ? 'fast' : 'slow' })]
    },
    what: ({ facts }) =>
      `the clock of this host is ${durationOf(Number(facts.seconds))} ${facts.direction}, so tokens are refused`,
    fix: 'Set the clock, and keep it with NTP: timedatectl set-ntp true (Windows: w32tm /resync).',
    title: 'the clock of this host is off by more than five minutes',
    means:
      'Microsoft Entra ID refuses tokens that seem to be from the past or the future. The Date of the services is compared with the clock.',
  }),
  // The proxy resolves the names itself.
  PRIVATE_THROUGH_PROXY: failure<'entries' | 'proxy'>({
    find: each((one, { privateLink, noProxyEntries, seen: { proxy = '' } }) =>
      one.seen.proxy !== undefined && one.zone !== undefined && privateLink.isUsed
        ? at(one, { entries: noProxyEntries, proxy })
        : undefined,
    ),
    what: ({ hosts, verb, facts }) =>
      `${hosts} ${verb('goes', 'go')} through the proxy ${facts.proxy}, so the private endpoint is not used`,
    fix: ({ facts }) =>
      `Add to NO_PROXY: ${facts.entries} (az connectedk8s update --proxy-skip-range, azcmagent config set proxy.bypass Arc).`,
    examples: { '': { entries: 'ENTRIES' } },
    title: 'a name of Private Link goes through the proxy',
    means:
      'The proxy looks the name up itself, usually in public DNS, so the private endpoint is not used. NO_PROXY must list the domains. An entry that begins with a dot matches only subdomains.',
  }),
  PROXY_CERTIFICATE: failure<'proxy' | 'problem'>({
    find: each((one, { seen: { proxy = '' } }) => {
      const { problem } = one.seen.proxy ?? {}
      return problem === undefined ? undefined : at(one, { proxy, problem })
    }),
    what: ({ facts: { proxy, problem } }) =>
      `the certificate of the proxy ${proxy} of HTTPS_PROXY is not trusted (${problem}): another machine may answer in its place. It got no password`,
    fix: 'Correct the name in HTTPS_PROXY: the certificate must have it. If an authority of your own issued it, install that authority on this host (update-ca-certificates), and give it to the agents: az connectedk8s connect --proxy-cert FILE.',
    title: 'the certificate of the proxy is not trusted',
    means:
      'With https:// in HTTPS_PROXY the connection to the proxy itself is TLS. Its certificate has another name, is not valid now, or is of an authority that this host does not know. Agents refuse it too.',
  }),
  NOT_A_PROXY: failure<'proxy' | 'answer'>({
    find: each((one, { seen: { proxy = '' } }) => {
      const { error, status = 0 } = one.seen.proxy ?? {}
      const answer = error === undefined ? (NO_PROXY_STATUS.includes(status) ? `status ${status}` : '') : WRONG[error]
      return answer ? at(one, { proxy, answer }) : undefined
    }),
    what: ({ facts: { proxy, answer } }) =>
      `${proxy} of HTTPS_PROXY is reached, but does not work as a proxy for HTTPS: it answers CONNECT with ${answer}`,
    fix: 'Correct HTTPS_PROXY: host, port, and http:// or https:// in front (the protocol to the proxy itself, usually http). The port of a web server or of SOCKS is no HTTP proxy.',
    title: 'HTTPS_PROXY names something other than a proxy for HTTPS',
    means:
      'Something answers there, but it does not know CONNECT: a web server, SOCKS, or a proxy in another protocol.',
  }),
  PROXY_UNREACHABLE: failure<'proxy' | 'reason'>({
    find: each((one, { seen: { proxy = '' } }) => {
      const error = one.seen.proxy?.error
      return error === undefined ? undefined : at(one, { proxy, reason: reasonOf(error, REASONS) })
    }),
    what: ({ facts }) => `the proxy ${facts.proxy} of HTTPS_PROXY cannot be reached: ${facts.reason}`,
    fix: 'Correct HTTPS_PROXY, or allow this host to reach the proxy.',
    title: 'the proxy of HTTPS_PROXY cannot be reached',
    means:
      'Nothing that goes through the proxy works. Programs without a proxy setting may still work, if the firewall lets them out.',
  }),
  PROXY_NEEDS_LOGIN: failure<'proxy' | 'schemes' | 'isBasic'>({
    find: each((one, { seen: { proxy = '' } }) => {
      const { status, schemes = [] } = one.seen.proxy ?? {}
      if (status !== 407) return undefined
      return at(one, { proxy, schemes: schemes.join(', '), isBasic: takesPassword(schemes) ? 'yes' : 'no' })
    }),
    what: ({ facts: { proxy, schemes, isBasic } }) =>
      `the proxy ${proxy} asks for ${isBasic === 'yes' ? 'a user and a password' : `a login by ${schemes}`} (407)`,
    fix: ({ facts: { schemes, isBasic } }) =>
      isBasic === 'yes'
        ? 'Set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, with % @ : / of the password as %25 %40 %3A %2F, and give the agents the same: az connectedk8s update --proxy-https URL. Use an account for this purpose only: the password is in clear there.'
        : `Have the proxy accept this host by its address, without a login. Arc agents cannot log in by ${schemes}; a domain password in HTTPS_PROXY would be in clear, and this proxy does not take it.`,
    examples: {
      'Login by Basic': { isBasic: 'yes' },
      'Any other login': { schemes: 'NTLM or Negotiate', isBasic: 'no' },
    },
    title: 'the proxy asks for a user and a password',
    means:
      'The proxy answers CONNECT with status 407. Arc agents take user and password from the URL of the proxy; special characters must be percent-encoded.',
  }),
  PROXY_REFUSES: failure<'proxy' | 'status'>({
    find: each((one, { seen: { proxy = '' } }) => {
      if (one.seen.proxy === undefined) return undefined
      const { status = 0 } = one.seen.proxy
      return status < 200 || status > 299 ? at(one, { proxy, status: String(status) }) : undefined
    }),
    what: ({ hosts, facts: { proxy, status } }) =>
      `the proxy ${proxy} does not connect to ${hosts}: status ${status}${status === '508' ? ', a loop: the proxy asks itself, or a proxy that asks it' : status.startsWith('5') ? ', so the proxy itself cannot reach the host' : ''}`,
    fix: ({ hosts, facts: { status } }) =>
      status.startsWith('5')
        ? "Check the proxy's own DNS and firewall; the rules of the policy belong on its way out."
        : `Allow CONNECT to ${hosts} on the proxy.`,
    examples: { 'Status 500 to 599': { status: '502' }, 'Any other status': { status: '403' } },
    title: 'the proxy does not connect to a host',
    means:
      'The proxy answers CONNECT with a status other than 2xx. 403: its rules forbid the host. 502, 503 and 504: the proxy itself does not reach the host, so its own firewall needs the rules of the policy.',
  }),
  CLUSTER_THROUGH_PROXY: verdict<'address'>({
    severity: 'warning',
    find: ({ seen: { cluster, proxy, noProxy = '' } }) =>
      cluster === undefined || proxy === undefined || bypassesProxy(cluster, 443, noProxy)
        ? []
        : [atHost({ address: cluster })],
    what: ({ facts }) => `the API server of this cluster, ${facts.address}, goes through the proxy`,
    fix: ({ facts }) =>
      `Add to NO_PROXY: ${facts.address},.svc,.cluster.local and the service range of the cluster (az connectedk8s update --proxy-skip-range).`,
    examples: { '': { address: 'ADDRESS' } },
    title: 'the API server of the cluster goes through the proxy',
    means: 'In a pod, NO_PROXY must list the address of the API server, .svc, .cluster.local and the service range.',
  }),
}

/** A duration in the largest unit that leaves at least two, such as `90 minutes`, or `2 hours`. */
function durationOf(seconds: number): string {
  const units: [size: number, name: string][] = [
    [31_556_952, 'year'],
    [86_400, 'day'],
    [3600, 'hour'],
  ]
  const [size, name] = units.find(([size]) => seconds >= 1.95 * size) ?? [60, 'minute']
  return plural(Math.round(seconds / size), name)
}
