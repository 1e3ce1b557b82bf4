import { at, each, reasonOf, type Verdict } from '../verdict.ts'

const REASONS = { ETIMEDOUT: 'no response in time', CLOSED: 'the connection was closed without a response' }

export const noResponse: Verdict<'NO_RESPONSE', 'reason'> = {
  code: 'NO_RESPONSE',
  severity: 'error',
  layer: 'HTTP',
  settles: 'layer',
  find: each((one) => {
    const { http, tls } = one.seen
    if (http?.error === undefined || (tls !== undefined && tls.trust !== 'public')) return undefined
    return at(one, { reason: reasonOf(http.error, REASONS) })
  }),
  say: ({ hosts, verb, facts }) => ({
    what: `${hosts} ${verb('completes', 'complete')} TLS, but ${verb('gives', 'give')} no HTTP response: ${facts.reason}`,
    fix: 'Look for a device that cuts connections after the handshake, or a path that loses large packets (lower the MTU of the tunnel).',
  }),
  title: 'TLS works, but no response comes',
  means:
    'The service proved who it is, so the packets after that are lost or cut: an inspecting device, or a path with a smaller MTU.',
}
