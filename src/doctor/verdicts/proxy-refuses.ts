import { at, each, type Verdict } from '../verdict.ts'

export const proxyRefuses: Verdict<'PROXY_REFUSES', 'proxy' | 'status'> = {
  code: 'PROXY_REFUSES',
  severity: 'error',
  layer: 'proxy',
  settles: 'endpoint',
  find: each((one, { proxy }) => {
    if (one.seen.proxy === undefined) return undefined
    const { status = 0 } = one.seen.proxy
    return status < 200 || status > 299 ? at(one, { proxy, status: String(status) }) : undefined
  }),
  say({ hosts, facts: { proxy, status } }) {
    const isOutside = status.startsWith('5')
    return {
      what: `the proxy ${proxy} does not connect to ${hosts}: status ${status}${isOutside ? ', so the proxy itself cannot reach the host' : ''}`,
      fix: isOutside
        ? "Check the proxy's own DNS and firewall; the rules of the policy belong on its way out."
        : `Allow CONNECT to ${hosts} on the proxy.`,
    }
  },
  title: 'the proxy does not connect to a host',
  means:
    'The proxy answers CONNECT with a status other than 2xx. 403: its rules forbid the host. 502, 503 and 504: the proxy itself does not reach the host, so its own firewall needs the rules of the policy.',
}
